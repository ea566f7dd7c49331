/** Windows of types that are not known here. */
import type { JSX } from 'preact'
import { useApp } from '../ui/context.js'
import type { BodyProps } from './body.js'

/** Characters that are shown at most. */
const MAX_LENGTH = 100_000

export function JSONBody({ pane }: BodyProps): JSX.Element {
  void pane.revision.value
  const text = useApp().text.value
  const json = JSON.stringify(pane.window.content, null, 2) ?? ''
  return (
    <div class="json-body">
      <p class="body-note">{text.unknownType(pane.window.type)}</p>
      <pre>{json.length > MAX_LENGTH ? `${json.slice(0, MAX_LENGTH)}…` : json}</pre>
    </div>
  )
}
