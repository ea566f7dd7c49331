/** A data set for workers, which import this module: its items draw random numbers themselves. */
import { initialSeed, rand } from '@tsorch/core'

/** What one item says of the random stream where it is made. */
export interface DrawnItem {
  readonly index: number
  readonly torch_rand: number
  readonly initial_seed: string
}

export class Drawing {
  readonly length: number

  constructor(length: number) {
    this.length = length
  }

  getItem(index: number): DrawnItem {
    return { index, torch_rand: Number(rand([1]).item()), initial_seed: String(initialSeed()) }
  }
}

/** A batch is the list of its items. */
export function listed(items: readonly DrawnItem[]): readonly DrawnItem[] {
  return items
}

/** Where workers find these names. */
export const drawingModule: string = import.meta.url
