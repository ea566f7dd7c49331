/** Points in the plane, each with a name and a group. */
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { toCSV } from '../export/csv.js'
import { useApp } from '../ui/context.js'
import type { BodyProps } from './body.js'
import { type EmbeddingPoint, EmbeddingsPlot } from './embeddings-plot.js'
import { textDocument } from './text-document.js'

interface EmbeddingsContent {
  /** missing while the places are being computed */
  readonly data?: readonly EmbeddingPoint[]
  readonly isLoading?: boolean
  readonly has_previous?: boolean
  /** what a program tells about the point that was selected */
  readonly selected?: { readonly html?: string } | null
}

const NO_POINTS: readonly EmbeddingPoint[] = []

export function EmbeddingsBody({ pane }: BodyProps): JSX.Element {
  void pane.revision.value
  const app = useApp()
  const text = app.text.value
  const canvas = useRef<HTMLCanvasElement>(null)
  const plot = useRef<EmbeddingsPlot | null>(null)
  const content = pane.window.content as EmbeddingsContent
  const points = content.data ?? NO_POINTS
  useEffect(() => {
    const shown = new EmbeddingsPlot(canvas.current!, {
      onSelect: ({ name, idx }) =>
        app.store.tell(pane, { event_type: 'EntitySelected', entityId: name, idx, pane_data: false }),
      onRegion: (selectedIdxs) =>
        app.store.tell(pane, { event_type: 'RegionSelected', selectedIdxs, pane_data: false }),
    })
    plot.current = shown
    pane.exports.value = {
      csv: () =>
        toCSV(
          ['idx', 'name', 'label', 'group', 'x', 'y'],
          ((pane.window.content as EmbeddingsContent).data ?? []).map(({ idx, name, label, group, position }) => [
            idx,
            name,
            label,
            group,
            ...position,
          ]),
        ),
      png: () => shown.toPNG(),
    }
    return () => {
      pane.exports.value = {}
      shown.destroy()
    }
  }, [pane])
  useEffect(() => plot.current?.show(points, app.dark.value), [points, pane.revision.value, app.dark.value])
  const html = content.selected?.html
  return (
    <div class="embeddings" title={text.embeddingsHint}>
      <canvas ref={canvas} aria-label={`${pane.title.value} ${text.points(points.length)}`} />
      {content.isLoading === true && <p class="body-note">{text.loading}</p>}
      {content.has_previous === true && !app.store.readonly.value && (
        <button
          type="button"
          class="button small embeddings-back"
          onClick={() =>
            app.store.send({
              cmd: 'pop_embeddings_pane',
              data: { target: pane.id, eid: app.store.envOf(), pane_data: false },
            })
          }
        >
          {text.back}
        </button>
      )}
      {typeof html === 'string' && html !== '' && (
        <iframe
          class="embeddings-detail"
          sandbox=""
          title={text.open}
          srcdoc={textDocument(html, { dark: app.dark.value, atEnd: false })}
        />
      )}
    </div>
  )
}
