import { camelCase } from '../calls/names.js'
import { expectSame } from '../compare/results.js'
import { compareValues, toNumbers } from '../compare/values.js'
import { attempt, isTensor, type Library, Mismatch, read, required, type TensorLike } from '../library.js'
import { checksum } from './recorded.js'

/** The order in which a loader, a sampler or a split delivers. */
export interface LoaderCase {
  readonly id: string
  readonly seed: number
  readonly spec: Spec
  readonly steps: readonly Step[]
}

export interface Spec {
  readonly n?: number
  readonly batch_size?: number | null
  readonly shuffle?: boolean
  readonly drop_last?: boolean
  readonly num_workers?: number
  readonly persistent_workers?: boolean
  readonly generator_seed?: number
  readonly replacement?: boolean
  readonly num_samples?: number | null
  readonly weights?: readonly number[]
  readonly indices?: readonly number[]
  readonly lengths?: readonly number[]
  readonly fractions?: readonly number[]
  readonly [more: string]: unknown
}

/** Indices in order of delivery: all of them, or their ends and a checksum. */
export interface Delivered {
  readonly batch_sizes?: readonly number[]
  readonly indices?: readonly number[]
  readonly n?: number
  readonly first?: readonly number[]
  readonly last?: readonly number[]
  readonly crc?: string
}

export interface Step extends Delivered {
  readonly rand_after?: readonly number[]
  readonly generator_rand_after?: readonly number[]
  readonly [more: string]: unknown
}

type Options = Record<string, unknown>

/** What the cases of one kind share: construction of loaders, and the checks between the steps. */
export class Session {
  readonly c: LoaderCase
  readonly spec: Spec
  readonly generator: unknown
  private readonly library: Library

  constructor(library: Library, c: LoaderCase) {
    this.library = library
    this.c = c
    this.spec = c.spec
    this.generator = c.spec.generator_seed === undefined ? undefined : this.seeded(c.spec.generator_seed)
  }

  private seeded(seed: number): unknown {
    const generator = this.make('Generator') as { manualSeed(seed: number): unknown }
    generator.manualSeed(seed)
    return generator
  }

  /** A class of `utils.data`. */
  find(name: string): unknown {
    return required(this.library, `utils.data.${name}`)
  }

  /** `new Class(...args)`, of the library itself or of its `utils.data`. */
  make(name: string, ...args: unknown[]): unknown {
    const Class = required(this.library, name in this.library ? name : `utils.data.${name}`) as unknown as new (
      ...a: unknown[]
    ) => unknown
    return attempt(name, () => new Class(...args))
  }

  call(name: string, ...args: unknown[]): unknown {
    const f = required(this.library, name)
    return attempt(name, () => f(...args))
  }

  /** A data set whose items are their own positions. */
  dataset(n: number = this.spec.n!): unknown {
    return this.make('TensorDataset', this.call('arange', n))
  }

  /** The options that the case names, and the generator. */
  options(...names: string[]): Options {
    const given = names.filter(
      (name) => this.spec[name] !== undefined && !(name === 'num_samples' && this.spec[name] === null),
    )
    const options: Options = Object.fromEntries(given.map((name) => [camelCase(name), this.spec[name]]))
    // without workers the option is left out: a loader that has none need not know its name
    if (options.numWorkers === 0) delete options.numWorkers
    if (options.persistentWorkers === false) delete options.persistentWorkers
    return this.generator === undefined ? options : { ...options, generator: this.generator }
  }

  loader(dataset: unknown = this.dataset(), more: Options = {}): unknown {
    return this.make('DataLoader', dataset, {
      ...this.options('batch_size', 'shuffle', 'drop_last', 'num_workers', 'persistent_workers'),
      ...more,
    })
  }

  /** The positions in a batch or an item. */
  async positions(batch: unknown): Promise<number[]> {
    const first = Array.isArray(batch) ? batch[0] : batch
    if (typeof first === 'number') return Array.isArray(batch) ? (batch as number[]) : [first]
    if (!isTensor(this.library, first)) throw new Mismatch(`a batch is ${String(batch)} instead of tensors`)
    return [...toNumbers(await read(first))]
  }

  /** One epoch, batch by batch. */
  async epoch(loader: unknown): Promise<number[][]> {
    const batches: number[][] = []
    for await (const batch of loader as AsyncIterable<unknown> | Iterable<unknown>)
      batches.push(await this.positions(batch))
    return batches
  }

  async rand(n: number, generator?: unknown): Promise<Float64Array> {
    return toNumbers(
      await read(this.call('rand', [n], ...(generator === undefined ? [] : [{ generator }])) as TensorLike),
    )
  }

  async expectRand(want: readonly number[] | undefined, path: string, generator?: unknown): Promise<void> {
    if (want !== undefined) expectFloats(await this.rand(want.length, generator), want, path)
  }

  /** Checks where the default stream and the given generator are after a step. */
  async expectStreams(step: Step, path: string): Promise<void> {
    await this.expectRand(step.rand_after, `${path}: rand after it`)
    if (step.generator_rand_after !== undefined)
      await this.expectRand(step.generator_rand_after, `${path}: rand of the generator after it`, this.generator)
  }

  /** Epochs of one loader. */
  async expectEpochs(loader: unknown): Promise<void> {
    for (const [i, step] of this.c.steps.entries()) {
      expectDelivered(await this.epoch(loader), step, `epoch ${i}`)
      await this.expectStreams(step, `epoch ${i}`)
    }
  }

  /** Runs of one sampler. */
  async expectRuns(sampler: unknown): Promise<void> {
    for (const [i, step] of this.c.steps.entries()) {
      const indices = [...(sampler as Iterable<number>)].map(Number)
      expectDelivered([indices], step, `run ${i}`)
      await this.expectStreams(step, `run ${i}`)
    }
  }
}

/** Checks an order of delivery, batch by batch. */
export function expectDelivered(batches: readonly (readonly number[])[], want: Delivered, path: string): void {
  const indices = batches.flat()
  if (want.batch_sizes !== undefined) {
    const sizes = batches.map((b) => b.length)
    // many batches are recorded as the size of the first and the last one, and their number
    const summary = [sizes[0], sizes.at(-1), sizes.length]
    if (String(want.batch_sizes) !== String(sizes)) expectSame(summary, want.batch_sizes, `${path}: batch sizes`)
  }
  if (want.indices !== undefined) {
    expectSame(indices, want.indices, `${path}: indices`)
    return
  }
  expectSame(indices.length, want.n, `${path}: number of indices`)
  expectSame(indices.slice(0, want.first!.length), want.first, `${path}: first indices`)
  expectSame(indices.slice(-want.last!.length), want.last, `${path}: last indices`)
  expectSame(checksum(BigInt64Array.from(indices, BigInt), 'int64'), want.crc, `${path}: checksum of the indices`)
}

function expectFloats(got: Float64Array, want: readonly number[], path: string): void {
  const difference = compareValues(got, Float64Array.from(want, Math.fround), { rtol: 0, atol: 0 })
  if (difference !== null) throw new Mismatch(`${path}${difference}`)
}
