/** Initialisations that keep the variance of signals from layer to layer: Glorot's (xavier) and He's (kaiming). */
import { bindOptions, type Tensor, ValueError } from '@tsorch/core'
import { type GeneratorOptions, generatorOf, normal_, uniform_ } from './fill.js'

/** Names of the functions that {@link calculateGain} knows. */
export type Nonlinearity =
  | 'linear'
  | 'conv1d'
  | 'conv2d'
  | 'conv3d'
  | 'conv_transpose1d'
  | 'conv_transpose2d'
  | 'conv_transpose3d'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leaky_relu'
  | 'selu'

/**
 * By how much a nonlinearity needs its weights larger, to pass on the variance it gets.
 *
 * @param param - slope of leaky_relu below zero, 0.01 if not given
 * @throws ValueError for a name that is none of these
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain
 */
export function calculateGain(nonlinearity: Nonlinearity, param?: number | { param?: number | null } | null): number {
  switch (nonlinearity) {
    case 'linear':
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
    case 'conv_transpose1d':
    case 'conv_transpose2d':
    case 'conv_transpose3d':
    case 'sigmoid':
      return 1
    case 'tanh':
      return 5 / 3
    case 'relu':
      return Math.SQRT2
    case 'leaky_relu': {
      const slope = (typeof param === 'object' ? param?.param : param) ?? 0.01
      if (typeof slope !== 'number') throw new ValueError(`negative_slope ${String(slope)} not a valid number`)
      return Math.sqrt(2 / (1 + slope ** 2))
    }
    case 'selu':
      return 3 / 4
    default:
      throw new ValueError(`Unsupported nonlinearity ${String(nonlinearity)}`)
  }
}

/**
 * How many inputs and outputs a unit of a weight has: those of one kernel position times the positions.
 *
 * @throws ValueError below two dimensions
 */
export function calculateFanInAndFanOut(tensor: Tensor): [fanIn: number, fanOut: number] {
  if (tensor.ndim < 2)
    throw new ValueError('Fan in and fan out can not be computed for tensor with fewer than 2 dimensions')
  const field = tensor.shape.slice(2).reduce((n, size) => n * size, 1)
  return [tensor.shape[1]! * field, tensor.shape[0]! * field]
}

/** Options of the xavier initialisations. */
export interface XavierOptions extends GeneratorOptions {
  /** See {@link calculateGain}; 1 if not given. */
  gain?: number
}

function xavierStd(tensor: Tensor, gain = 1): number {
  const [fanIn, fanOut] = calculateFanInAndFanOut(tensor)
  return gain * Math.sqrt(2 / (fanIn + fanOut))
}

/** Uniform, with variance 2 / (fan in + fan out). @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_uniform_ */
export function xavierUniform_<T extends Tensor>(tensor: T, gain?: number | XavierOptions, options?: XavierOptions): T {
  const o = bindOptions<XavierOptions>('xavierUniform_', ['gain', 'generator'], [gain, options])
  const bound = Math.sqrt(3) * xavierStd(tensor, o.gain)
  return uniform_(tensor, -bound, bound, generatorOf(o))
}

/** Normal, with variance 2 / (fan in + fan out). @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_normal_ */
export function xavierNormal_<T extends Tensor>(tensor: T, gain?: number | XavierOptions, options?: XavierOptions): T {
  const o = bindOptions<XavierOptions>('xavierNormal_', ['gain', 'generator'], [gain, options])
  return normal_(tensor, 0, xavierStd(tensor, o.gain), generatorOf(o))
}

/** Options of the kaiming initialisations. */
export interface KaimingOptions extends GeneratorOptions {
  /** Slope below zero of the leaky ReLU that follows; 0 if not given. */
  a?: number
  /** Keeps the variance of the forward pass (`'fan_in'`, the default) or of the backward pass. */
  mode?: 'fan_in' | 'fan_out'
  /** `'leaky_relu'` if not given. */
  nonlinearity?: Nonlinearity
}
const kaimingNames = ['a', 'mode', 'nonlinearity', 'generator'] as const

function kaimingStd(tensor: Tensor, { a = 0, mode = 'fan_in', nonlinearity = 'leaky_relu' }: KaimingOptions): number {
  if (mode !== 'fan_in' && mode !== 'fan_out')
    throw new ValueError(`Mode ${String(mode)} not supported, please use one of ['fan_in', 'fan_out']`)
  const [fanIn, fanOut] = calculateFanInAndFanOut(tensor)
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === 'fan_in' ? fanIn : fanOut)
}

/**
 * Uniform, with variance gain^2 / fan.
 *
 * @throws ValueError below two dimensions, or for an unknown mode or nonlinearity
 * @example
 * ```ts
 * kaimingUniform_(layer.weight, { nonlinearity: 'relu' })
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_uniform_
 */
export function kaimingUniform_<T extends Tensor>(tensor: T, a?: number | KaimingOptions, options?: KaimingOptions): T {
  const o = bindOptions<KaimingOptions>('kaimingUniform_', kaimingNames, [a, options])
  // without elements there is nothing to divide by, and nothing to write
  if (tensor.count === 0) return tensor
  const bound = Math.sqrt(3) * kaimingStd(tensor, o)
  return uniform_(tensor, -bound, bound, generatorOf(o))
}

/** Normal, with variance gain^2 / fan. @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_normal_ */
export function kaimingNormal_<T extends Tensor>(tensor: T, a?: number | KaimingOptions, options?: KaimingOptions): T {
  const o = bindOptions<KaimingOptions>('kaimingNormal_', kaimingNames, [a, options])
  if (tensor.count === 0) return tensor
  return normal_(tensor, 0, kaimingStd(tensor, o), generatorOf(o))
}
