/** Columns by their names in the user's language. */
import type { JSX } from 'preact'
import { useApp } from '../ui/context.js'
import { type Column, isMetric } from './table.js'

export function ColumnLabel({ column }: { readonly column: Column }): JSX.Element {
  const text = useApp().text.value
  const { kind, key } = column
  if (kind === 'hparam') return <span>{key}</span>
  if (isMetric(kind))
    return (
      <span>
        {key} <span class="faint">{text[kind]}</span>
      </span>
    )
  const names = { env: text.environment, points: text.pointCount, started: text.started, duration: text.duration }
  return <span>{names[kind]}</span>
}

export function ColumnSelect(props: {
  readonly columns: readonly Column[]
  readonly value: string
  readonly onChange: (id: string) => void
}): JSX.Element {
  const text = useApp().text.value
  return (
    <select class="field" value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
      {props.columns.map(({ id, kind, key }) => (
        <option key={id} value={id}>
          {isMetric(kind) ? `${key} (${text[kind]})` : key}
        </option>
      ))}
    </select>
  )
}
