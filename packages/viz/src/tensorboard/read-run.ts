import { type CustomScalarsLayout, readCustomScalars } from './custom-scalars.js'
import type { Histogram, SummaryAudio, SummaryEvent, SummaryImage, SummaryTensor, SummaryValue } from './event.js'
import { decodeGraph, type Graph } from './graph.js'
import { readHparams } from './hparams.js'
import { builtin, pathOf } from './node.js'
import { type EventSource, readEvents } from './read-events.js'

/** Something logged under a tag. */
export interface Logged<T> {
  readonly step: number
  /** Seconds since 1970. */
  readonly wallTime: number
  readonly value: T
}

/** What was logged under each tag, in the order of the files. */
export type LoggedByTag<T> = Map<string, Logged<T>[]>

/** What the event files of a run hold. */
export interface Run {
  readonly scalars: LoggedByTag<number>
  readonly histograms: LoggedByTag<Histogram>
  /** `encodedImageString` is a PNG file. */
  readonly images: LoggedByTag<SummaryImage>
  readonly audio: LoggedByTag<SummaryAudio>
  /** By the tags that `addText` was given. */
  readonly texts: LoggedByTag<string>
  /** All other tensors: of `addTensor`, precision-recall curves, meshes. */
  readonly tensors: LoggedByTag<SummaryTensor>
  /** Hyperparameters of a run that `addHparams` wrote, else null. */
  readonly hparams: Readonly<Record<string, string | number | boolean>> | null
  /** The graph that was logged last, else null. */
  readonly graph: Graph | null
  /** What `addCustomScalars` was given, else null. */
  readonly customScalars: CustomScalarsLayout | null
}

const TEXT_SUFFIX = '/text_summary'

/**
 * Reads a run: all event files of a folder, but not of folders in it; or event files by themselves, in the order of writing.
 * Where a training was restarted with `purgeStep`, what counts no longer is left out.
 *
 * @throws Error if the folder holds no event file, for a damaged record, and from the file system
 * @example
 * ```ts
 * import { readRun, SummaryWriter } from '@tsorch/viz'
 *
 * const writer = new SummaryWriter('runs/digits')
 * writer.addScalar('loss/train', 0.5, 0)
 * writer.close()
 * const { scalars } = await readRun('runs/digits')
 * for (const { step, value } of scalars.get('loss/train')!) console.log(step, value)
 * ```
 */
export async function readRun(folder: string | URL | readonly EventSource[]): Promise<Run> {
  const sources = typeof folder === 'string' || folder instanceof URL ? eventFiles(pathOf(folder)) : folder
  if (sources.length === 0) throw new Error(`${String(folder)}: there is no event file`)
  const run = new RunReader()
  for (const source of sources) for await (const event of readEvents(source)) run.add(event)
  return run
}

/**
 * Reads all runs of a folder and those in it, by their paths in it; `'.'` is the folder itself.
 *
 * @throws Error for a damaged record, and from the file system
 * @example
 * ```ts
 * import { readRuns, SummaryWriter } from '@tsorch/viz'
 *
 * const writer = new SummaryWriter('runs/all/lr=0.1')
 * writer.addScalar('loss', 0.5, 0)
 * writer.close()
 * for (const [path, { scalars }] of await readRuns('runs/all')) console.log(path, [...scalars.keys()]) // lr=0.1 [ 'loss' ]
 * ```
 */
export async function readRuns(folder: string | URL): Promise<Map<string, Run>> {
  const { readdirSync } = builtin('node:fs', 'reading runs')
  const { join, relative } = builtin('node:path', 'reading runs')
  const root = pathOf(folder)
  const runs = new Map<string, Run>()
  const visit = async (path: string): Promise<void> => {
    if (eventFiles(path).length > 0) runs.set(relative(root, path).replaceAll('\\', '/') || '.', await readRun(path))
    const folders = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    for (const { name } of folders.sort((a, b) => (a.name < b.name ? -1 : 1))) await visit(join(path, name))
  }
  await visit(root)
  return runs
}

/** Event files of a folder: their names begin with the time, so that their order is that of writing. */
function eventFiles(folder: string): string[] {
  const { readdirSync } = builtin('node:fs', 'reading a run')
  const { join } = builtin('node:path', 'reading a run')
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name.includes('tfevents'))
    .map(({ name }) => name)
  return names.sort(byNumbers).map((name) => join(folder, name))
}

/** Files of one second differ by a counter, of which 10 comes after 9. */
function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

class RunReader implements Run {
  readonly scalars: LoggedByTag<number> = new Map()
  readonly histograms: LoggedByTag<Histogram> = new Map()
  readonly images: LoggedByTag<SummaryImage> = new Map()
  readonly audio: LoggedByTag<SummaryAudio> = new Map()
  readonly texts: LoggedByTag<string> = new Map()
  readonly tensors: LoggedByTag<SummaryTensor> = new Map()
  hparams: Record<string, string | number | boolean> | null = null
  graph: Graph | null = null
  customScalars: CustomScalarsLayout | null = null

  add(event: SummaryEvent): void {
    if (event.sessionLog?.status === 'start') this.#purge(event.step)
    if (event.graphDef !== undefined) this.graph = decodeGraph(event.graphDef)
    for (const value of event.summary ?? []) this.#addValue(event, value)
  }

  #addValue({ step, wallTime }: SummaryEvent, value: SummaryValue): void {
    const { tag, simpleValue, histogram, image, audio, tensor, metadata } = value
    if (simpleValue !== undefined) push(this.scalars, tag, { step, wallTime, value: simpleValue })
    else if (histogram !== undefined) push(this.histograms, tag, { step, wallTime, value: histogram })
    else if (image !== undefined) push(this.images, tag, { step, wallTime, value: image })
    else if (audio !== undefined) push(this.audio, tag, { step, wallTime, value: audio })
    else if (tensor !== undefined) {
      if (metadata?.pluginName === 'scalars' && tensor.values.length === 1)
        push(this.scalars, tag, { step, wallTime, value: tensor.values[0]! })
      else if (metadata?.pluginName === 'text' && tensor.strings !== undefined) {
        const name = tag.endsWith(TEXT_SUFFIX) ? tag.slice(0, -TEXT_SUFFIX.length) : tag
        push(this.texts, name, { step, wallTime, value: tensor.strings.map(textOf).join('\n') })
      } else if (metadata?.pluginName === 'custom_scalars') this.customScalars = readCustomScalars(value)
      else push(this.tensors, tag, { step, wallTime, value: tensor })
    } else this.hparams = readHparams(value) ?? this.hparams
  }

  #purge(from: number): void {
    for (const logged of [this.scalars, this.histograms, this.images, this.audio, this.texts, this.tensors]) {
      for (const [tag, entries] of logged as LoggedByTag<unknown>) {
        logged.set(tag, entries.filter(({ step }) => step < from) as never)
      }
    }
  }
}

function textOf(text: string | Uint8Array): string {
  return typeof text === 'string' ? text : new TextDecoder().decode(text)
}

function push<T>(logged: LoggedByTag<T>, tag: string, entry: Logged<T>): void {
  const entries = logged.get(tag)
  if (entries === undefined) logged.set(tag, [entry])
  else entries.push(entry)
}
