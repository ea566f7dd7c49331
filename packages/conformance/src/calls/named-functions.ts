import { type Encoded, number } from '../cases/encoded.js'

/** The functions of an epoch that schedulers take, by the fixtures' names. */
export function namedFunction(encoded: Readonly<Record<string, Encoded>>): (x: number) => number {
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
