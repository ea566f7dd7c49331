import { type Encoded, number } from '../cases/encoded.js'
import type { Callable, TensorLike } from '../library.js'

type EpochFunction = (x: number) => number
type DistanceFunction = (x: TensorLike, y: TensorLike) => unknown

/** The functions of an epoch that schedulers take, and the distances that losses take, by the fixtures' names. */
export function namedFunction(encoded: Readonly<Record<string, Encoded>>): EpochFunction | DistanceFunction {
  return encoded.fn === 'l1: (x - y).abs().sum(-1)' ? l1Distance : epochFunction(encoded)
}

function epochFunction(encoded: Readonly<Record<string, Encoded>>): EpochFunction {
  switch (encoded.fn) {
    case 'pow':
    case 'gamma_by_iteration': {
      const base = number(encoded.base!)
      return (x) => base ** x
    }
    case 'warmup': {
      const n = number(encoded.n!)
      return (epoch) => Math.min(1, (epoch + 1) / n)
    }
    case 'const': {
      const value = number(encoded.value!)
      return () => value
    }
    case 'inverse_sqrt':
      return (epoch) => (epoch + 1) ** -0.5
    case 'halving_by_cycle':
      return (cycle) => 1 / 2 ** (cycle - 1)
    default:
      throw new Error(`fixture: unknown function ${JSON.stringify(encoded)}`)
  }
}

function l1Distance(x: TensorLike, y: TensorLike): unknown {
  const method = (of: unknown, name: string, ...args: unknown[]): unknown =>
    ((of as TensorLike)[name] as Callable).apply(of, args)
  return method(method(method(x, 'sub', y), 'abs'), 'sum', -1)
}
