/** Where a loader stands in its epoch, so that training can go on from there. */
import { defaultGenerator, type Generator, type Tensor, tensor, ValueError } from '@tsorch/core'
import type { Sampler } from './samplers.js'

/** What `loader.stateDict()` gives: plain data and uint8 tensors, to be saved in a checkpoint. */
export interface LoaderState {
  /** How many batches of the epoch in progress were handed out; 0 between epochs. */
  batches: number
  /** States of the random streams when that epoch began, that of the default generator first; null between epochs. */
  start: Tensor[] | null
  /** States of the generators that loader and sampler were given, as they are now. */
  generators: Tensor[]
}

/** The random streams that decide about an order: the default generator, then those that somebody gave. */
export class Streams {
  private readonly given: readonly Generator[]

  constructor(generator: Generator | null, order: Sampler | Sampler<number[]> | null) {
    const owners = [{ generator }, order, (order as { sampler?: unknown } | null)?.sampler]
    const found = owners.map((owner) => (owner as { generator?: Generator | null } | null | undefined)?.generator)
    this.given = [...new Set(found)].filter(
      (g) => g !== undefined && g !== null && g !== defaultGenerator,
    ) as Generator[]
  }

  /** States of all. */
  read(): Uint8Array[] {
    return [defaultGenerator, ...this.given].map((generator) => generator.getState())
  }

  write(states: readonly Uint8Array[]): void {
    for (const [i, generator] of [defaultGenerator, ...this.given].entries()) generator.setState(states[i]!)
  }

  /** States of those that were given, for a checkpoint. */
  save(): Tensor[] {
    return this.given.map((generator) => asState(generator.getState()))
  }

  /** @throws ValueError unless there is one state for each of those that were given */
  load(states: readonly Tensor[]): void {
    this.checkCount(states.length, 'generators')
    for (const [i, generator] of this.given.entries()) generator.setState(words(states[i]!))
  }

  /** @throws ValueError unless there are as many streams, with the default generator or without, as there are states */
  checkCount(count: number, what: 'generators' | 'start'): void {
    const wanted = this.given.length + (what === 'start' ? 1 : 0)
    if (count !== wanted)
      throw new ValueError(
        `loaded state of a DataLoader has ${count} random states in '${what}', but this loader and its sampler draw from ${wanted}`,
      )
  }
}

/** A state of a generator as `torch.get_rng_state()` gives it: a uint8 tensor. */
export function asState(state: Uint8Array): Tensor {
  return tensor(state, { dtype: 'uint8' })
}

/** The other way round. */
export function words(state: Tensor): Uint8Array {
  return state.toTypedArray() as Uint8Array
}
