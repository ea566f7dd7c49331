/** The table itself. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { RunSummary } from '../../protocol/types.js'
import { useApp } from '../ui/context.js'
import { Icon } from '../ui/icons.js'
import { ColumnLabel } from './columns.js'
import { type Column, cellOf, formatDuration, formatNumber, numberOf, sortRuns } from './table.js'

export interface RunsViewProps {
  readonly runs: readonly RunSummary[]
  readonly columns: readonly Column[]
  readonly selected: ReadonlySet<string>
  readonly onToggle: (env: string) => void
}

export function RunsTable(props: RunsViewProps & { readonly onOpen: (env: string) => void }): JSX.Element {
  const { runs, columns, selected, onToggle, onOpen } = props
  const text = useApp().text.value
  const order = useSignal<{ readonly id: string; readonly isDescending: boolean } | null>(null)
  const by = columns.find(({ id }) => id === order.value?.id)
  const sorted = by === undefined ? runs : sortRuns(runs, by, order.value!.isDescending)
  const sortBy = (id: string): void => {
    order.value = { id, isDescending: order.value?.id === id ? !order.value.isDescending : false }
  }
  return (
    <div class="table-scroll">
      <table class="runs-table">
        <thead>
          <tr>
            <th class="tick" />
            {columns.map((column) => (
              <th
                key={column.id}
                class={column.kind}
                aria-sort={by !== column ? undefined : order.value!.isDescending ? 'descending' : 'ascending'}
              >
                <button type="button" onClick={() => sortBy(column.id)}>
                  <ColumnLabel column={column} />
                  <span class="order" aria-hidden="true">
                    {by !== column ? '' : order.value!.isDescending ? '↓' : '↑'}
                  </span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((run) => (
            <tr key={run.env} class={selected.has(run.env) ? 'selected' : ''}>
              <td class="tick">
                <input
                  type="checkbox"
                  checked={selected.has(run.env)}
                  aria-label={text.select(run.env)}
                  onChange={() => onToggle(run.env)}
                />
              </td>
              {columns.map((column) => (
                <Cell key={column.id} run={run} column={column} onOpen={onOpen} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cell(props: {
  readonly run: RunSummary
  readonly column: Column
  readonly onOpen: (env: string) => void
}): JSX.Element {
  const { run, column, onOpen } = props
  const { settings, text } = useApp()
  const value = cellOf(run, column)
  const { kind, key } = column
  if (kind === 'env')
    return (
      <td class="env">
        <button type="button" class="link" onClick={() => onOpen(run.env)}>
          {run.env}
        </button>
      </td>
    )
  if (value === null) return <td class="faint">–</td>
  if (kind === 'duration') return <td class="number">{formatDuration(value as number)}</td>
  if (kind === 'started')
    return (
      <td class="number">
        {new Date((value as number) * 1000).toLocaleString(settings.locale.value, {
          dateStyle: 'short',
          timeStyle: 'short',
        })}
      </td>
    )
  const number = numberOf(value)
  const notFinite = kind === 'last' ? (run.metrics[key]?.notFinite ?? 0) : 0
  return (
    <td class={number === null && kind === 'hparam' ? '' : 'number'} title={String(value)}>
      {notFinite > 0 && (
        <span class="warn" title={text.value.notFinite(notFinite)}>
          <Icon name="warning" />
        </span>
      )}
      {number === null ? String(value) : formatNumber(number)}
    </td>
  )
}
