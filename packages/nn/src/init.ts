/** Initialisation of parameters in place, with PyTorch's numbers for a seed. */
import { bindOptions, type Generator, noGrad, type Tensor, ValueError } from '@tsorch/core'

interface Options {
  generator?: Generator
}

/** Options of {@link uniform_}. */
export interface UniformOptions extends Options {
  a?: number
  b?: number
}

/** Options of {@link normal_}. */
export interface NormalOptions extends Options {
  mean?: number
  std?: number
}

/** Options of the Xavier initialisations. */
export interface XavierOptions extends Options {
  gain?: number
}

/** Uniform over [a, b). @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.uniform_ */
export function uniform_(
  x: Tensor,
  a?: number | UniformOptions,
  b?: number | UniformOptions,
  options?: UniformOptions,
): Tensor {
  const o = bindOptions<UniformOptions>('uniform_', ['a', 'b', 'generator'], [a, b, options])
  return noGrad(() => x.uniform_(o.a ?? 0, o.b ?? 1, only(o)))
}

/** Normal with mean and standard deviation. @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.normal_ */
export function normal_(
  x: Tensor,
  mean?: number | NormalOptions,
  std?: number | NormalOptions,
  options?: NormalOptions,
): Tensor {
  const o = bindOptions<NormalOptions>('normal_', ['mean', 'std', 'generator'], [mean, std, options])
  return noGrad(() => x.normal_(o.mean ?? 0, o.std ?? 1, only(o)))
}

/** One value. @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.constant_ */
export function constant_(x: Tensor, value: number): Tensor {
  return noGrad(() => x.fill_(value))
}

/** Ones. @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.ones_ */
export function ones_(x: Tensor): Tensor {
  return constant_(x, 1)
}

/** Zeros. @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.zeros_ */
export function zeros_(x: Tensor): Tensor {
  return constant_(x, 0)
}

/** Names of the functions that {@link calculateGain} knows. */
export type GainName =
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

/** By how much a nonlinearity scales. @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain */
export function calculateGain(nonlinearity: GainName, param?: number | { param?: number }): number {
  const slope = bindOptions<{ param: number }>('calculateGain', ['param'], [param]).param
  switch (nonlinearity) {
    case 'tanh':
      return 5 / 3
    case 'relu':
      return Math.SQRT2
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + (slope ?? 0.01) ** 2))
    case 'selu':
      return 3 / 4
    case 'linear':
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
    case 'conv_transpose1d':
    case 'conv_transpose2d':
    case 'conv_transpose3d':
    case 'sigmoid':
      return 1
    default:
      throw new ValueError(`Unsupported nonlinearity ${String(nonlinearity)}`)
  }
}

/** Inputs and outputs of one unit of a weight. @throws ValueError below two dimensions */
export function calculateFanInAndFanOut(x: Tensor): [fanIn: number, fanOut: number] {
  if (x.ndim < 2) throw new ValueError('Fan in and fan out can not be computed for tensor with fewer than 2 dimensions')
  const field = x.shape.slice(2).reduce((n, size) => n * size, 1)
  return [x.shape[1]! * field, x.shape[0]! * field]
}

/** Options of the Kaiming initialisations. */
export interface KaimingOptions extends Options {
  /** Slope below zero of the leaky ReLU that follows. */
  a?: number
  mode?: 'fan_in' | 'fan_out'
  nonlinearity?: GainName
}

function kaimingStd(x: Tensor, { a = 0, mode = 'fan_in', nonlinearity = 'leaky_relu' }: KaimingOptions): number {
  const [fanIn, fanOut] = calculateFanInAndFanOut(x)
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === 'fan_in' ? fanIn : fanOut)
}

/** @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_uniform_ */
export function kaimingUniform_(x: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(x, options)
  return uniform_(x, -bound, bound, only(options))
}

/** @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_normal_ */
export function kaimingNormal_(x: Tensor, options: KaimingOptions = {}): Tensor {
  return normal_(x, 0, kaimingStd(x, options), only(options))
}

/** @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_uniform_ */
export function xavierUniform_(x: Tensor, gain?: number | XavierOptions, options?: XavierOptions): Tensor {
  const o = bindOptions<XavierOptions>('xavierUniform_', ['gain', 'generator'], [gain, options])
  const [fanIn, fanOut] = calculateFanInAndFanOut(x)
  const bound = Math.sqrt(3) * (o.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut))
  return uniform_(x, -bound, bound, only(o))
}

/** @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_normal_ */
export function xavierNormal_(x: Tensor, gain?: number | XavierOptions, options?: XavierOptions): Tensor {
  const o = bindOptions<XavierOptions>('xavierNormal_', ['gain', 'generator'], [gain, options])
  const [fanIn, fanOut] = calculateFanInAndFanOut(x)
  return normal_(x, 0, (o.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut)), only(o))
}

function only({ generator }: Options): Options {
  return generator === undefined ? {} : { generator }
}
