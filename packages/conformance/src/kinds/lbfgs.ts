import { type Bench, Decoder } from '../calls/decoder.js'
import { type Encoded, type EncodedArgs, number, type TensorRecord } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { show } from '../compare/results.js'
import { isTensor, Mismatch, required, type TensorLike } from '../library.js'
import { expectRow } from './optimizer.js'
import { makeOptimizer, step } from './optimizer-like.js'

/** A problem that LBFGS solves: parameters, losses and calls of the closure by step. */
export interface LbfgsCase extends Case {
  readonly optimizer: string
  readonly defaults: EncodedArgs
  readonly problem: Readonly<Record<string, Encoded>>
  readonly params: readonly TensorRecord[]
  readonly steps: number
  readonly losses: readonly Encoded[]
  readonly closure_evals: readonly number[]
  readonly params_after: readonly TensorRecord[]
}

/** Runs an optimizer that calls a closure. */
export async function runLbfgs(bench: Bench, c: LbfgsCase): Promise<void> {
  const decoder = new Decoder(bench)
  const p = decoder.tensor(c.params[0]!).requiresGrad_()
  const optimizer = makeOptimizer(bench, c.optimizer, [{ params: [p], options: {} }], c.defaults)
  const objective = problem(decoder, c.problem, p)
  for (let s = 0; s < c.steps; s++) {
    let calls = 0
    const loss = step(c.optimizer, optimizer, () => {
      calls++
      optimizer.zeroGrad()
      const value = objective()
      value.backward()
      return value
    })
    const got = isTensor(bench.library, loss) ? loss.item() : loss
    const want = number(c.losses[s]!)
    if (typeof got !== 'number' || Math.abs(got - want) > 1e-4 * Math.max(1, Math.abs(want)))
      throw new Mismatch(`loss of step ${s} is ${show(got)} instead of ${want}`)
    if (calls !== c.closure_evals[s])
      throw new Mismatch(`step ${s} called the closure ${calls} times instead of ${c.closure_evals[s]}`)
    await expectRow(bench, p, c.params_after[0]!, s, `p after step ${s}`, c)
  }
}

type Chain = TensorLike &
  Record<'matmul' | 'sub' | 'square' | 'at' | 'pow', (...args: unknown[]) => Chain> & {
    mul(other: unknown): Chain
    add(other: unknown): Chain
  }

function problem(
  decoder: Decoder,
  { name, ...data }: Readonly<Record<string, Encoded>>,
  parameter: TensorLike,
): () => TensorLike {
  const p = parameter as Chain
  if (name === 'quadratic') {
    const [a, b] = [decoder.value(data.A!) as Chain, decoder.value(data.b!) as Chain]
    return () => p.matmul(a.matmul(p)).mul(0.5).sub(b.matmul(p))
  }
  if (name === 'rosenbrock') {
    return () => p.at(1).sub(p.at(0).pow(2)).pow(2).mul(100).add(p.at(0).mul(-1).add(1).pow(2))
  }
  if (name === 'logistic') {
    const [x, y] = [decoder.value(data.X!) as Chain, decoder.value(data.y!)]
    const loss = required(decoder.bench.library, 'nn.functional.binaryCrossEntropyWithLogits')
    return () => loss(x.matmul(p), y) as TensorLike
  }
  throw new Error(`fixture: unknown problem ${JSON.stringify(name)}`)
}
