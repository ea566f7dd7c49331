/** The tab of runs: what was tried, and what came of it. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { RunSummary } from '../../protocol/types.js'
import { toCSV } from '../export/csv.js'
import { download } from '../export/download.js'
import { makeFilter } from '../state/filter.js'
import { useApp } from '../ui/context.js'
import { Icon, IconButton } from '../ui/icons.js'
import { Menu, MenuItem } from '../ui/menu.js'
import { SearchField } from '../ui/search-field.js'
import { type Choice, Segments } from '../ui/segments.js'
import { ColumnLabel } from './columns.js'
import { ParallelView } from './parallel.js'
import { RunsTable } from './runs-table.js'
import { ScatterView } from './scatter.js'
import { type Column, cellOf, columnsOf, usualColumns } from './table.js'

/** Milliseconds between two looks at the runs. */
const INTERVAL = 5000

export function Runs(): JSX.Element {
  const app = useApp()
  const text = app.text.value
  const runs = useSignal<readonly RunSummary[] | null>(null)
  const view = useSignal<'table' | 'parallel' | 'scatter'>('table')
  const search = useSignal('')
  const chosen = useSignal<readonly string[] | null>(null)
  const selected = useSignal<ReadonlySet<string>>(new Set())
  const { envs, state } = app.store
  useEffect(() => {
    const load = async (): Promise<void> => {
      const answer = await app.store.post('runs', {})
      if (answer !== undefined) runs.value = readRuns(answer)
    }
    void load()
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && state.peek() === 'online') void load()
    }, INTERVAL)
    return () => clearInterval(timer)
  }, [envs.value])
  const all = runs.value ?? []
  const passes = makeFilter(search.value)
  const filtered = all.filter(({ env, hparams }) => passes(env) || passes(JSON.stringify(hparams)))
  const columns = useMemo(() => columnsOf(all), [runs.value])
  const shownIds = chosen.value ?? usualColumns(columns, all)
  const shown = columns.filter(({ id, kind }) => kind === 'env' || shownIds.includes(id))
  const names = [...selected.value].filter((env) => all.some((run) => run.env === env))
  const open = (openNames: readonly string[]): void => {
    app.store.openEnvs(openNames)
    app.tab.value = 'panes'
  }
  const toggle = (env: string): void => {
    const next = new Set(selected.value)
    if (!next.delete(env)) next.add(env)
    selected.value = next
  }
  if (runs.value === null) return <p class="empty">{text.loading}</p>
  if (all.length === 0) return <p class="empty">{text.noRuns}</p>
  const views: readonly Choice<'table' | 'parallel' | 'scatter'>[] = [
    { value: 'table', label: text.table },
    { value: 'parallel', label: text.parallel },
    { value: 'scatter', label: text.scatter },
  ]
  return (
    <div class="runs">
      <div class="runs-bar">
        <Segments choices={views} chosen={view} />
        <SearchField search={search} label={text.filterRuns} />
        {names.length > 0 && (
          <button type="button" class="button primary" onClick={() => open(names)}>
            {names.length === 1 ? `${text.open}: ${names[0]}` : text.overlay(names.length)}
          </button>
        )}
        <span class="spacer" />
        <ColumnMenu
          columns={columns}
          shown={shownIds}
          onChange={(ids) => {
            chosen.value = ids
          }}
        />
        <IconButton
          icon="download"
          label={text.downloadAs('CSV')}
          onClick={() => download('runs.csv', runsCSV(filtered, columns), 'text/csv')}
        />
      </div>
      {view.value === 'table' && (
        <RunsTable
          runs={filtered}
          columns={shown}
          selected={selected.value}
          onToggle={toggle}
          onOpen={(env) => open([env])}
        />
      )}
      {view.value === 'parallel' && (
        <ParallelView runs={filtered} columns={shown} selected={selected.value} onToggle={toggle} />
      )}
      {view.value === 'scatter' && (
        <ScatterView runs={filtered} columns={columns} selected={selected.value} onToggle={toggle} />
      )}
    </div>
  )
}

function readRuns(answer: string): readonly RunSummary[] {
  const value: unknown = JSON.parse(answer)
  const runs = Array.isArray(value) ? (value as RunSummary[]) : []
  // an environment without lines and parameters is no run
  return runs.filter(({ hparams, metrics }) => Object.keys(hparams).length > 0 || Object.keys(metrics).length > 0)
}

function runsCSV(runs: readonly RunSummary[], columns: readonly Column[]): string {
  return toCSV(
    columns.map(columnName),
    runs.map((run) => columns.map((column) => cellOf(run, column))),
  )
}

const columnName = ({ kind, key }: Column): string => (kind === 'hparam' ? key : key === '' ? kind : `${key} (${kind})`)

function ColumnMenu(props: {
  readonly columns: readonly Column[]
  readonly shown: readonly string[]
  readonly onChange: (ids: readonly string[]) => void
}): JSX.Element {
  const { columns, shown, onChange } = props
  const text = useApp().text.value
  return (
    <Menu label={text.columns} button={<Icon name="table" />} class="icon-menu" align="right">
      {() => (
        <div class="column-list">
          {columns
            .filter(({ kind }) => kind !== 'env')
            .map((column) => (
              <MenuItem
                key={column.id}
                checked={shown.includes(column.id)}
                onClick={() =>
                  onChange(shown.includes(column.id) ? shown.filter((id) => id !== column.id) : [...shown, column.id])
                }
              >
                <ColumnLabel column={column} />
              </MenuItem>
            ))}
        </div>
      )}
    </Menu>
  )
}
