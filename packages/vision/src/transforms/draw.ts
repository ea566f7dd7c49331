/** Random numbers of the default generator, drawn one by one as torchvision draws them. */
import { empty, rand, randint } from '@tsorch/core'

/** True with probability `p`. */
export function chance(p: number): boolean {
  return (rand([1]).item() as number) < p
}

/** A number of [from, to), rounded to float32. */
export function uniform(from: number, to: number): number {
  return empty([1]).uniform_(from, to).item() as number
}

/** A whole number of [low, high). */
export function integer(low: number, high: number): number {
  return Number(randint(low, high, [1]).item())
}
