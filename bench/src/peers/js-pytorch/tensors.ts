/** Arrays of a workload as js-pytorch has them: nested. */
import { torch } from 'js-pytorch'
import { type ArraySpec, countOf, fill } from '../../workloads/arrays.js'

export type JsTensor = InstanceType<typeof torch.Tensor>

/** Numbers nested by a shape. */
export type Nested = number | Nested[]

export function nested(data: ArrayLike<number>, shape: readonly number[], from = 0): Nested {
  const [size, ...rest] = shape
  if (size === undefined) return data[from]!
  const step = countOf(rest)
  return Array.from({ length: size }, (_, i) => nested(data, rest, from + i * step))
}

/** A scalar becomes a list of one number: there is no 0-d tensor. */
export function tensorOf(spec: ArraySpec, requiresGrad = false): JsTensor {
  const { shape, data } = fill(spec)
  return torch.tensor(nested(data, shape.length === 0 ? [1] : shape) as Nested[], requiresGrad)
}

/** The number in a tensor of one element, at whatever depth. */
export function numberOf(tensor: JsTensor): number {
  let value = tensor.data as Nested
  while (Array.isArray(value)) value = value[0]!
  return value
}
