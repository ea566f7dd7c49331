/** The plots of several environments, one over the other, kept up to date while they change. */
import { escapeHtml } from '../protocol/html.js'
import type { PageMessage, PatchOp, Window } from '../protocol/types.js'
import { copyJson, label } from './body.js'
import type { Edit } from './edit.js'
import type { Environment } from './environment.js'
import type { PlotState, TraceState, WindowState } from './window.js'

/** Where the traces of a window are among those of a merged one. */
interface Part {
  readonly environment: string
  readonly window: WindowState
  readonly start: number
}

/** A merged window as the page has it. */
interface Shown {
  readonly id: string
  version: number
  readonly parts: readonly Part[]
}

interface Merged {
  readonly window: WindowState
  readonly parts: readonly Part[]
}

/**
 * What a page sees that compares environments: the plots that at least two of them have, by their titles, with the traces of all, each with
 * the number of its environment before its name; and a window that tells the numbers.
 */
export class CompareView {
  readonly #names: readonly string[]
  readonly #find: (name: string) => Environment | undefined
  readonly #makeId: () => string
  /** by title */
  readonly #shown: Map<string, Shown> = new Map()

  constructor(names: readonly string[], find: (name: string) => Environment | undefined, makeId: () => string) {
    this.#names = names
    this.#find = find
    this.#makeId = makeId
  }

  /** All windows, in the order of those of the first environment. */
  windows(): Window[] {
    this.#shown.clear()
    const windows: WindowState[] = []
    const [first] = this.#environments()
    for (const { title } of first?.[1].sorted() ?? []) {
      if (this.#shown.has(title)) continue
      const merged = this.#merge(title, 1)
      if (merged !== undefined) windows.push(this.#show(title, merged))
    }
    return [...windows, legendWindow(this.#names)].sort((a, b) => a.i - b.i)
  }

  /** What to tell the page after a window was made, replaced or closed in an environment. */
  changed(environment: string, title: string): PageMessage[] {
    if (!this.#names.includes(environment)) return []
    const before = this.#shown.get(title)
    const merged = this.#merge(title, (before?.version ?? 0) + 1)
    const messages: PageMessage[] = []
    if (before !== undefined && before.id !== merged?.window.id) messages.push({ command: 'close', data: before.id })
    if (merged === undefined) this.#shown.delete(title)
    else messages.push(this.#show(title, merged))
    return messages
  }

  /** What to tell the page after an edit of a window; `title` is the one that the window had before. */
  edited(environment: string, edit: Edit, title: string): PageMessage[] {
    if (!this.#names.includes(environment)) return []
    const shown = this.#shown.get(title)
    const part = shown?.parts.find((one) => one.environment === environment && one.window === edit.window)
    const ops = part === undefined ? undefined : translate(edit.ops, part)
    if (shown === undefined || ops === undefined || edit.isWhole() || title !== edit.window.title) {
      const messages = this.changed(environment, edit.window.title)
      return title === edit.window.title ? messages : [...this.changed(environment, title), ...messages]
    }
    const { id } = shown
    const version = ++shown.version
    ops.push(
      { op: 'replace', path: '/contentID', value: edit.window.contentID },
      { op: 'replace', path: '/version', value: version },
    )
    return [{ command: 'window_update', win: id, env: environment, content: ops, version }]
  }

  #show(title: string, { window, parts }: Merged): WindowState {
    this.#shown.set(title, { id: window.id, version: window.version, parts })
    return window
  }

  #environments(): [string, Environment][] {
    const found: [string, Environment][] = []
    for (const name of this.#names) {
      const environment = this.#find(name)
      if (environment !== undefined) found.push([name, environment])
    }
    return found
  }

  #merge(title: string, version: number): Merged | undefined {
    if (title === '') return undefined
    const data: TraceState[] = []
    const parts: Part[] = []
    const names = new Set<string>()
    for (const [name, environment] of this.#environments()) {
      for (const window of environment.sorted()) {
        if (window.title !== title || !isNamedPlot(window, parts.length === 0)) continue
        parts.push({ environment: name, window, start: data.length })
        names.add(name)
        for (const trace of (window.content as PlotState).data) data.push(renamed(trace, this.#names.indexOf(name)))
      }
      // what the first environment doesn't have is not compared
      if (parts.length === 0) return undefined
    }
    if (names.size < 2) return undefined
    const { window } = parts[0]!
    const layout = { ...copyJson((window.content as PlotState).layout), showlegend: true }
    return {
      parts,
      window: { ...window, version, contentID: this.#makeId(), content: { data, layout }, has_compare: true },
    }
  }
}

/** A copy of a trace with a number before its name, if it has one. */
function renamed(trace: TraceState, number: number): TraceState {
  const copy = copyJson(trace)
  return copy.name === undefined ? copy : { ...copy, name: `${number}_${label(copy.name)}` }
}

/** Whether a window is a plot whose traces have names: all of them, or at least the first where the plot is what others are laid over. */
function isNamedPlot({ type, content }: WindowState, isFirst: boolean): boolean {
  if (type !== 'plot') return false
  const { data } = content as PlotState
  const named = isFirst ? data.slice(0, 1) : data
  return named.length > 0 && named.every(({ name }) => name !== undefined)
}

/** The operations on a window as they are on the merged one; `undefined` if it has to be merged anew. */
function translate(ops: readonly PatchOp[], { start }: Part): PatchOp[] | undefined {
  const translated: PatchOp[] = []
  for (const op of ops) {
    const match = /^\/content\/data\/(\d+)\/(.+)$/.exec(op.path)
    if (match !== null && match[2] !== 'name')
      translated.push({ ...op, path: `/content/data/${start + Number(match[1])}/${match[2]}` })
    else if (op.path.startsWith('/content/')) return undefined
    // options, version and contentID are those of the one window
  }
  return translated
}

function legendWindow(names: readonly string[]): WindowState {
  const rows = names.map((name, number) => `<tr><td>${escapeHtml(name)}</td><td>${number}</td></tr>`)
  const style = '<style>table, th, td { border: 1px solid; }</style>'
  return {
    command: 'window',
    version: 1,
    id: 'window_compare_legend',
    title: 'compare_legend',
    inflate: true,
    width: null,
    height: null,
    contentID: 'compare_legend',
    content: `${style}<table>${rows.join('')}</table>`,
    type: 'text',
    layout: { title: 'compare_legend' },
    i: 1,
    has_compare: true,
  }
}
