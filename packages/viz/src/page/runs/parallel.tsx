/** Parallel coordinates: an axis for each column, a line for each run, coloured by a metric. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useApp } from '../ui/context.js'
import { ColumnSelect } from './columns.js'
import type { RunsViewProps } from './runs-table.js'
import { makeScale, rampColor } from './scale.js'
import { type Column, cellOf, isMetric } from './table.js'

const MIN_GAP = 90
const MAX_GAP = 300
const LEFT = 70
const TOP = 46
const HEIGHT = 360

export function ParallelView({ runs, columns, selected, onToggle }: RunsViewProps): JSX.Element {
  const text = useApp().text.value
  const hovered = useSignal<string | null>(null)
  const colorId = useSignal<string | null>(null)
  const width = useApp().width.value - 40
  // an axis on which all runs are in one place says nothing
  const axes = columns.filter(
    (column) => isAxis(column) && new Set(runs.map((run) => cellOf(run, column))).size > Math.min(1, runs.length - 1),
  )
  const metrics = axes.filter(({ kind }) => isMetric(kind))
  const metric = metrics.find(({ id }) => id === colorId.value) ?? metrics[0]
  if (metric === undefined || axes.length < 2) return <p class="empty">{text.needTwo}</p>
  const scales = axes.map((axis) => makeScale(runs.map((run) => cellOf(run, axis))))
  const color = makeScale(runs.map((run) => cellOf(run, metric)))
  const gap = Math.min(Math.max((width - LEFT * 2) / (axes.length - 1), MIN_GAP), MAX_GAP)
  const yOf = (at: number): number => TOP + HEIGHT * (1 - at)
  const isDim = (env: string): boolean =>
    hovered.value !== null ? hovered.value !== env : selected.size > 0 && !selected.has(env)
  return (
    <div class="runs-plot">
      <label class="control">
        <span>{text.colorBy}</span>
        <ColumnSelect
          columns={metrics}
          value={metric.id}
          onChange={(id) => {
            colorId.value = id
          }}
        />
        <output>{hovered.value ?? ''}</output>
      </label>
      <div class="table-scroll">
        <svg
          width={LEFT * 2 + gap * (axes.length - 1)}
          height={TOP + HEIGHT + 30}
          role="img"
          aria-label={text.parallel}
        >
          {runs.map((run) => {
            const points = axes.map((axis, i) => scales[i]!.place(cellOf(run, axis)))
            return (
              // biome-ignore lint/a11y/noStaticElementInteractions: the table does the same with the keyboard
              <path
                key={run.env}
                class={`run-line ${isDim(run.env) ? 'dim' : ''} ${selected.has(run.env) ? 'selected' : ''}`}
                d={linePath(points, gap, yOf)}
                stroke={rampColor(color.place(cellOf(run, metric)))}
                onPointerEnter={() => {
                  hovered.value = run.env
                }}
                onPointerLeave={() => {
                  hovered.value = null
                }}
                onClick={() => onToggle(run.env)}
              >
                <title>{run.env}</title>
              </path>
            )
          })}
          {axes.map((axis, i) => (
            <g key={axis.id} transform={`translate(${LEFT + i * gap} 0)`} class="axis">
              <line y1={TOP} y2={TOP + HEIGHT} />
              <text class="axis-name" y={TOP - 24} text-anchor="middle">
                {short(axis.key)}
              </text>
              {isMetric(axis.kind) && (
                <text class="axis-kind" y={TOP - 11} text-anchor="middle">
                  {text[axis.kind]}
                </text>
              )}
              {scales[i]!.ticks.map(({ at, label }) => (
                <text key={at} x={7} y={yOf(at)} dy="0.35em">
                  {short(label)}
                </text>
              ))}
            </g>
          ))}
        </svg>
      </div>
    </div>
  )
}

const isAxis = ({ kind }: Column): boolean => kind === 'hparam' || isMetric(kind)

/** A line that is broken where a value is missing. */
function linePath(points: readonly (number | null)[], gap: number, yOf: (at: number) => number): string {
  let path = ''
  let isDown = false
  for (const [i, at] of points.entries()) {
    if (at !== null) path += `${isDown ? 'L' : 'M'}${LEFT + i * gap} ${yOf(at).toFixed(1)}`
    isDown = at !== null
  }
  return path
}

const short = (text: string): string => (text.length > 20 ? `${text.slice(0, 19)}…` : text)
