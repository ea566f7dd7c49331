/** `watch`: the modules of a model, and how its parameters and gradients are distributed while it trains. */
import type { Tensor } from '@tsorch/core'
import type { JsonObject } from '../protocol/types.js'
import { describe } from '../tensorboard/values.js'
import { type Distribution, distributionOf } from './distribution.js'
import { checkModel, className, type HookHandle, type ModuleLike, tensorsOf } from './model.js'
import { treeOf } from './module-tree.js'
import { toNetwork } from './network.js'
import { readTensor } from './read-values.js'
import { type Trace, Tracer } from './trace.js'
import { DistributionWindows, TextWindow } from './watch-windows.js'

/** Where `watch` shows what it sees: `Visdom` is one. */
export interface WatchSink {
  /** the environment, where none is named */
  readonly env: string
  /** Sends a body, now or later. For other endpoints than `events` and `update` it gives a promise of the answer. */
  rawSend(body: JsonObject, endpoint: string): unknown
}

/** Options of {@link watch}. */
export interface WatchOptions {
  /** What is shown beside the network. Default: `'all'`. */
  readonly log?: 'gradients' | 'parameters' | 'all' | 'graph'
  /** Steps from one histogram to the next. Default: 100. */
  readonly every?: number
  /** Bars of a histogram. Default: 64. */
  readonly bins?: number
  /** The environment. Default: the client's. */
  readonly env?: string | null
  /** Before the names of its windows. Default: `'watch'`, for the second model `'watch_2'`, and so on. */
  readonly name?: string
}

/** What {@link watch} gives back. */
export interface Watch {
  /** Training steps so far: calls of the model in training mode whose result has a gradient. */
  readonly steps: number
  /** What ended the watching by itself, if something did. */
  readonly error: unknown
  /** Sends what has been gathered. */
  flush(): void
  /** Sends what has been gathered, and ends. */
  unwatch(): void
}

/** What is gathered at one step. */
interface Sample {
  readonly step: number
  readonly parameters: Map<string, Distribution | Promise<Distribution>>
  /** null for those that are still awaited */
  readonly gradients: Map<string, Distribution | Promise<Distribution> | null>
  /** how many gradients came */
  arrived: number
  readonly handles: HookHandle[]
}

/** The models that a sink shows. */
class Watched {
  readonly active = new Map<ModuleLike, Watcher>()
  /** which one each model was; nothing keeps those that are watched no longer */
  readonly #numbers = new WeakMap<ModuleLike, number>()
  #count = 0

  numberOf(model: ModuleLike): number {
    const number = this.#numbers.get(model) ?? ++this.#count
    this.#numbers.set(model, number)
    return number
  }
}

const sinks = new WeakMap<WatchSink, Watched>()

/**
 * Shows a model while it trains: a window with the tree of its modules, their shapes and numbers of parameters; then, every so
 * many steps, histograms and norms of its parameters and of their gradients. Values that are NaN or infinite are counted apart,
 * and a text window tells of them.
 *
 * Nothing needs to be called in the training loop: steps are the calls of the model in training mode. Of the steps in between
 * only the number is taken. Histograms become rarer in a long training: after 500 of them only every second is kept, and so on.
 *
 * @throws TypeError if `model` is no module, RangeError for options out of range
 * @example
 * ```ts
 * import { Hub, Visdom, watch } from '@tsorch/viz'
 * import { nn, randn } from 'tsorch'
 *
 * const viz = new Visdom({ server: new Hub() })
 * const model = new nn.Linear(3, 1)
 * const watching = watch(viz, model, { every: 50 })
 * model(randn([8, 3])).sum().backward()
 * watching.unwatch()
 * ```
 */
export function watch(sink: WatchSink, model: ModuleLike, options: WatchOptions = {}): Watch {
  checkModel('watch', model)
  const { log = 'all', every = 100, bins = 64, env = null, name } = options
  if (!['gradients', 'parameters', 'all', 'graph'].includes(log))
    throw new RangeError(`watch: log should be 'gradients', 'parameters', 'all' or 'graph', but got ${describe(log)}`)
  for (const [option, value] of Object.entries({ every, bins }))
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`watch: ${option} should be an integer of 1 or more, but got ${String(value)}`)
  const watched = sinks.get(sink) ?? new Watched()
  sinks.set(sink, watched)
  watched.active.get(model)?.unwatch()
  const number = watched.numberOf(model)
  const prefix = name ?? (number === 1 ? 'watch' : `watch_${number}`)
  const ended = (): void => {
    if (watched.active.get(model) === watcher) watched.active.delete(model)
  }
  const watcher: Watcher = new Watcher(sink, model, { log, every, bins, env: env ?? sink.env, prefix, ended })
  watched.active.set(model, watcher)
  return watcher
}

/**
 * Ends all watching of a model, or of all models that `sink` shows.
 *
 * @example
 * ```ts
 * import { Hub, unwatch, Visdom, watch } from '@tsorch/viz'
 * import { nn } from 'tsorch'
 *
 * const viz = new Visdom({ server: new Hub() })
 * watch(viz, new nn.Linear(3, 1))
 * unwatch(viz)
 * ```
 */
export function unwatch(sink: WatchSink, model?: ModuleLike): void {
  for (const [each, watcher] of sinks.get(sink)?.active ?? [])
    if (model === undefined || each === model) watcher.unwatch()
}

type Entry = [path: string, value: Distribution | Promise<Distribution>]
type Known = [path: string, value: Distribution]
type DistributionByPath = ReadonlyMap<string, Distribution>

interface Settings {
  readonly log: NonNullable<WatchOptions['log']>
  readonly every: number
  readonly bins: number
  readonly env: string
  readonly prefix: string
  /** hears that the model is watched no longer */
  ended(): void
}

class Watcher implements Watch {
  steps = 0
  error: unknown = null
  readonly #sink: WatchSink
  readonly #model: ModuleLike
  readonly #settings: Settings
  readonly #hook: HookHandle
  readonly #windows = new Map<string, DistributionWindows>()
  readonly #notices: TextWindow
  /** parameters that were told of, by kind */
  readonly #reported = new Set<string>()
  #tracer: Tracer | null
  #sample: Sample | null = null
  /** earlier samples whose values a device has not given yet */
  #sent: Promise<void> = Promise.resolve()

  constructor(sink: WatchSink, model: ModuleLike, settings: Settings) {
    this.#sink = sink
    this.#model = model
    this.#settings = settings
    const { prefix, env } = settings
    const place = (kind: string) => ({ sink, eid: env, win: `${prefix}_${kind}` })
    const shown = { all: ['parameters', 'gradients'], graph: [], parameters: ['parameters'], gradients: ['gradients'] }
    for (const kind of shown[settings.log]) this.#windows.set(kind, new DistributionWindows(place(kind), kind))
    this.#notices = new TextWindow(place('notices'), `${className(model)}: not finite`)
    this.#showNetwork(null)
    const shapesKnown = (trace: Trace): void => {
      this.#tracer = null
      this.#showNetwork(trace)
    }
    this.#tracer = new Tracer(model, shapesKnown, { onError: (error) => this.#fail(error) })
    this.#hook = model.registerForwardHook((module, _, output) => {
      // a copy of the model has its hooks too
      if (module === model) this.#guard(() => this.#afterForward(output))
    })
  }

  flush(): void {
    this.#guard(() => this.#finish())
  }

  unwatch(): void {
    this.#hook.remove()
    this.#tracer?.stop()
    this.#tracer = null
    this.flush()
    for (const windows of this.#windows.values()) windows.end()
    this.#settings.ended()
  }

  /** What goes wrong here is no reason for a training to end. */
  #guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (this.error !== null) return
    this.error = error
    this.#dropHooks()
    this.#sample = null
    this.unwatch()
    console.warn(`watch: ended, since the model could not be read: ${error instanceof Error ? error.message : error}`)
  }

  #showNetwork(trace: Trace | null): void {
    const { env, prefix } = this.#settings
    const network = toNetwork(treeOf(this.#model, trace))
    // in pixels: a line for each module, as far as that is sensible
    const height = Math.min(Math.max(100 + 38 * network.nodes.length, 300), 700)
    const shown = { directed: true, showVertexLabels: true, showEdgeLabels: false, width: 640, height }
    const data = [{ content: network as unknown as JsonObject, type: 'network' }]
    const opts = { title: className(this.#model), ...shown }
    this.#sink.rawSend({ data, win: `${prefix}_network`, eid: env, opts }, 'events')
  }

  #afterForward(output: unknown): void {
    const { log, every } = this.#settings
    if (log === 'graph' || !this.#model.training || !tensorsOf(output).some((y) => y.requiresGrad)) return
    this.#finish()
    const step = this.steps++
    if (step % every !== 0) return
    const sample: Sample = { step, parameters: new Map(), gradients: new Map(), arrived: 0, handles: [] }
    this.#sample = sample
    for (const [path, parameter] of this.#model.namedParameters()) {
      if (log !== 'gradients') sample.parameters.set(path, this.#distribution(parameter))
      if (log !== 'parameters' && parameter.requiresGrad) this.#awaitGradient(sample, path, parameter)
    }
    if (log === 'parameters') this.#finish()
  }

  /** A gradient is read as soon as it is complete: the next step may begin by forgetting it. */
  #awaitGradient(sample: Sample, path: string, parameter: Tensor): void {
    const handle = parameter.registerPostAccumulateGradHook((x) => {
      handle.remove()
      const { grad } = x
      if (grad === null || this.#sample !== sample) return
      this.#guard(() => {
        // the backward pass goes on for the others, and this runs after it where the event loop turns
        if (sample.arrived++ === 0) queueMicrotask(() => this.#sample === sample && this.flush())
        sample.gradients.set(path, this.#distribution(grad))
      })
    })
    sample.gradients.set(path, null)
    sample.handles.push(handle)
  }

  #distribution(x: Tensor): Distribution | Promise<Distribution> {
    const values = readTensor(x)
    const { bins } = this.#settings
    return values instanceof Promise ? values.then((read) => distributionOf(read, bins)) : distributionOf(values, bins)
  }

  #dropHooks(): void {
    for (const handle of this.#sample?.handles ?? []) handle.remove()
  }

  #finish(): void {
    const sample = this.#sample
    if (sample === null) return
    this.#dropHooks()
    this.#sample = null
    const parameters = [...sample.parameters]
    const gradients = [...sample.gradients].filter((entry): entry is Entry => entry[1] !== null)
    const isWaiting = [...parameters, ...gradients].some(([, value]) => value instanceof Promise)
    if (!isWaiting) {
      this.#send(sample.step, new Map(parameters as Known[]), new Map(gradients as Known[]))
      return
    }
    const read = async (entries: readonly Entry[]): Promise<Map<string, Distribution>> =>
      new Map(await Promise.all(entries.map(async ([path, value]): Promise<Known> => [path, await value])))
    const waiting = Promise.all([read(parameters), read(gradients)])
    // it is looked at below, when earlier samples are sent
    waiting.catch(() => {})
    this.#sent = this.#sent
      .then(async () => this.#send(sample.step, ...(await waiting)))
      .catch((error: unknown) => this.#fail(error))
  }

  #send(step: number, parameters: DistributionByPath, gradients: DistributionByPath): void {
    for (const [kind, values] of Object.entries({ parameters, gradients }) as [
      'parameters' | 'gradients',
      DistributionByPath,
    ][]) {
      if (values.size === 0) continue
      this.#windows.get(kind)?.add(step, values)
      for (const [path, distribution] of values) this.#report(step, kind, path, distribution)
    }
  }

  /** Tells of values that are not finite, once until they are again. */
  #report(step: number, kind: 'parameters' | 'gradients', path: string, { nan, infinite }: Distribution): void {
    const key = `${kind} ${path}`
    if (nan + infinite === 0) {
      if (this.#reported.delete(key)) this.#notices.add(`step ${step}: ${kind} of ${path} are finite again`)
      return
    }
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    this.#notices.add(`step ${step}: ${kind} of ${path}: ${nan} NaN, ${infinite} infinite`)
  }
}
