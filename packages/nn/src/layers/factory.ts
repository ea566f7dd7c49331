import { type DTypeLike, empty, RuntimeError, type Shape, type Sizes } from '@tsorch/core'
import { Parameter } from '../parameter.js'

/** Where and of what dtype a layer makes its parameters. */
export interface FactoryOptions {
  dtype?: DTypeLike
  device?: string
}
/** Names of {@link FactoryOptions}, the last of every layer's. */
export const factoryNames = ['device', 'dtype'] as const

/** Only these of a layer's options, for the layers that it is made of. */
export function factoryOf({ dtype, device }: FactoryOptions): FactoryOptions {
  return { ...(dtype === undefined ? {} : { dtype }), ...(device === undefined ? {} : { device }) }
}

/** A parameter of undefined values, to be initialised. */
export function emptyParameter(shape: Shape, options: FactoryOptions): Parameter {
  return new Parameter(empty(shape, factoryOf(options)))
}

/** A number or a list of them, as it was given. @throws TypeError for anything else, such as an argument that was left out */
export function sizesGiven(layer: string, argument: string, value: Sizes): Sizes {
  if (typeof value === 'number' || Array.isArray(value)) return value
  throw new TypeError(`${layer}(): ${argument} must be a number or a list of numbers, but got ${String(value)}`)
}

/**
 * One size a dimension: a single number counts for all.
 *
 * @throws TypeError unless it is a number or a list, RuntimeError for a list of another length
 */
export function perDimension(layer: string, argument: string, given: Sizes, n: number): readonly number[] {
  const value = sizesGiven(layer, argument, given)
  if (typeof value === 'number') return new Array<number>(n).fill(value)
  if (value.length !== n)
    throw new RuntimeError(
      `${layer}: ${argument} must be a number or a list of ${n} numbers, but got [${value.join(', ')}]`,
    )
  return [...value]
}
