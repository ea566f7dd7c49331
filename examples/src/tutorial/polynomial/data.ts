/** What all programs of this folder fit: sin(x) from -pi to pi. */
import { LongTensor, linspace, type Tensor } from 'tsorch'

export function sine(): [x: Tensor, y: Tensor] {
  const x = linspace(-Math.PI, Math.PI, 2000)
  return [x, x.sin()]
}

/** x, x^2 and x^3 as columns. */
export function powers(x: Tensor): Tensor {
  const p = LongTensor([1, 2, 3])
  return x.unsqueeze(-1).pow(p)
}

/** Prints every hundredth loss. */
export function printLosses(losses: Iterable<number>): void {
  let t = 0
  for (const loss of losses) if (++t % 100 === 0) console.log(t, loss)
}
