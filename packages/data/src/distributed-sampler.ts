import { bindOptions, Generator, randperm, ValueError } from '@tsorch/core'
import type { Sampler, Sized } from './samplers.js'

/** Options of {@link DistributedSampler}. */
export interface DistributedSamplerOptions {
  /** How many processes take part. */
  numReplicas: number
  /** Which of them this one is, from 0 on. */
  rank: number
  /** A random order, the same in all processes; true if not given. */
  shuffle?: boolean
  /** Seed of that order, the same in all processes; 0 if not given. */
  seed?: number
  /** Leaves out the last samples where they do not divide evenly, instead of repeating the first. */
  dropLast?: boolean
}

/**
 * The part of a data set that is one process's own, where several train together.
 *
 * @throws ValueError unless 0 <= rank < numReplicas
 * @example
 * ```ts
 * const sampler = new DistributedSampler(dataset, { numReplicas: 4, rank })
 * for (let epoch = 0; epoch < 10; epoch++) {
 *   sampler.setEpoch(epoch)
 *   for await (const batch of new DataLoader(dataset, { sampler })) train(batch)
 * }
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.distributed.DistributedSampler
 */
export class DistributedSampler implements Sampler {
  readonly dataset: Sized
  readonly numReplicas: number
  readonly rank: number
  readonly shuffle: boolean
  readonly seed: number
  readonly dropLast: boolean
  epoch: number

  constructor(dataset: Sized, options: DistributedSamplerOptions) {
    const names = ['numReplicas', 'rank', 'shuffle', 'seed', 'dropLast'] as const
    const o = bindOptions<DistributedSamplerOptions>('DistributedSampler', names, [options])
    const { numReplicas, rank } = o
    if (numReplicas === undefined || !Number.isInteger(numReplicas) || numReplicas < 1)
      throw new ValueError(`numReplicas should be a positive integer, but got ${numReplicas}`)
    if (rank === undefined || !Number.isInteger(rank) || rank < 0 || rank >= numReplicas)
      throw new ValueError(`Invalid rank ${rank}, rank should be in the interval [0, ${numReplicas - 1}]`)
    this.dataset = dataset
    this.numReplicas = numReplicas
    this.rank = rank
    this.shuffle = o.shuffle ?? true
    this.seed = o.seed ?? 0
    this.dropLast = o.dropLast ?? false
    this.epoch = 0
  }

  get length(): number {
    const n = this.dataset.length / this.numReplicas
    return this.dropLast ? Math.floor(n) : Math.ceil(n)
  }

  /** Says which epoch begins: each has an order of its own. */
  setEpoch(epoch: number): void {
    this.epoch = epoch
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const n = this.dataset.length
    const order = this.shuffle
      ? (randperm(n, { generator: new Generator().manualSeed(this.seed + this.epoch) }).tolist() as number[])
      : null
    for (let k = 0; k < this.length; k++) {
      // where samples are missing at the end, the order begins again
      const place = (this.rank + k * this.numReplicas) % n
      yield order === null ? place : order[place]!
    }
  }
}
