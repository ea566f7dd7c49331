/** A hyper-parameter against a metric, a point for each run. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useApp } from '../ui/context.js'
import { ColumnSelect } from './columns.js'
import type { RunsViewProps } from './runs-table.js'
import { makeScale } from './scale.js'
import { cellOf, isMetric } from './table.js'

const WIDTH = 760
const HEIGHT = 400
const LEFT = 80
const BOTTOM = 50
const TOP = 16

export function ScatterView({ runs, columns, selected, onToggle }: RunsViewProps): JSX.Element {
  const text = useApp().text.value
  const hovered = useSignal<string | null>(null)
  const xId = useSignal<string | null>(null)
  const yId = useSignal<string | null>(null)
  const hparams = columns.filter(({ kind }) => kind === 'hparam')
  const metrics = columns.filter(({ kind }) => isMetric(kind))
  const x = [...hparams, ...metrics].find(({ id }) => id === xId.value) ?? hparams[0]
  const y = metrics.find(({ id }) => id === yId.value) ?? metrics[0]
  if (x === undefined || y === undefined) return <p class="empty">{text.needTwo}</p>
  const xScale = makeScale(runs.map((run) => cellOf(run, x)))
  const yScale = makeScale(runs.map((run) => cellOf(run, y)))
  const toX = (at: number): number => LEFT + 12 + at * (WIDTH - LEFT - 36)
  const toY = (at: number): number => TOP + 8 + (1 - at) * (HEIGHT - TOP - BOTTOM - 16)
  const choose = (signal: { value: string | null }) => (id: string) => {
    signal.value = id
  }
  return (
    <div class="runs-plot">
      <div class="control">
        <ColumnSelect columns={[...hparams, ...metrics]} value={x.id} onChange={choose(xId)} />
        <span aria-hidden="true">→</span>
        <ColumnSelect columns={metrics} value={y.id} onChange={choose(yId)} />
        <output>{hovered.value ?? ''}</output>
      </div>
      <div class="table-scroll">
        <svg width={WIDTH} height={HEIGHT} role="img" aria-label={text.scatter} class="axis">
          <line x1={LEFT} x2={WIDTH - 12} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} />
          <line x1={LEFT} x2={LEFT} y1={TOP} y2={HEIGHT - BOTTOM} />
          {xScale.ticks.map(({ at, label }) => (
            <text key={at} x={toX(at)} y={HEIGHT - BOTTOM + 16} text-anchor="middle">
              {label}
            </text>
          ))}
          {yScale.ticks.map(({ at, label }) => (
            <text key={at} x={LEFT - 8} y={toY(at)} dy="0.35em" text-anchor="end">
              {label}
            </text>
          ))}
          <text class="axis-name" x={(LEFT + WIDTH) / 2} y={HEIGHT - 12} text-anchor="middle">
            {x.key}
          </text>
          {runs.map((run) => {
            const cx = xScale.place(cellOf(run, x))
            const cy = yScale.place(cellOf(run, y))
            if (cx === null || cy === null) return null
            return (
              // biome-ignore lint/a11y/noStaticElementInteractions: the table does the same with the keyboard
              <circle
                key={run.env}
                class={`run-point ${selected.has(run.env) ? 'selected' : ''}`}
                cx={toX(cx)}
                cy={toY(cy)}
                r={6}
                onPointerEnter={() => {
                  hovered.value = run.env
                }}
                onPointerLeave={() => {
                  hovered.value = null
                }}
                onClick={() => onToggle(run.env)}
              >
                <title>{run.env}</title>
              </circle>
            )
          })}
        </svg>
      </div>
    </div>
  )
}
