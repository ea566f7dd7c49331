/** What all programs of this folder fit: random inputs and outputs, 64 of them. */
import { randn, type Tensor } from 'tsorch'

export const D_in = 1000
export const H = 100
export const D_out = 10
const N = 64

export function randomData(): [x: Tensor, y: Tensor] {
  return [randn([N, D_in]), randn([N, D_out])]
}

/** Prints every hundredth loss. */
export function printLosses(losses: Iterable<number>): void {
  let t = 0
  for (const loss of losses) if (++t % 100 === 0) console.log(t, loss)
}
