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

/** One size a dimension: a single number counts for all. @throws RuntimeError for a list of another length */
export function perDimension(layer: string, argument: string, value: Sizes, n: number): readonly number[] {
  if (typeof value === 'number') return new Array<number>(n).fill(value)
  if (value.length !== n)
    throw new RuntimeError(
      `${layer}: ${argument} must be a number or a list of ${n} numbers, but got [${value.join(', ')}]`,
    )
  return [...value]
}
