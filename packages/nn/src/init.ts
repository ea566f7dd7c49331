/** Initialisation of parameters in place, with PyTorch's numbers for a seed. */
import { type Generator, noGrad, type Tensor, ValueError } from '@tsorch/core'

type Options = { generator?: Generator }

/** Uniform over [a, b). @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.uniform_ */
export function uniform_(x: Tensor, a = 0, b = 1, options: Options = {}): Tensor {
  return noGrad(() => x.uniform_(a, b, options))
}

/** Normal with mean and standard deviation. @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.normal_ */
export function normal_(x: Tensor, mean = 0, std = 1, options: Options = {}): Tensor {
  return noGrad(() => x.normal_(mean, std, options))
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
export type GainName = 'linear' | 'conv1d' | 'conv2d' | 'conv3d' | 'sigmoid' | 'tanh' | 'relu' | 'leaky_relu' | 'selu'

/** By how much a nonlinearity scales. @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain */
export function calculateGain(nonlinearity: GainName, param?: number): number {
  switch (nonlinearity) {
    case 'tanh':
      return 5 / 3
    case 'relu':
      return Math.SQRT2
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2))
    case 'selu':
      return 3 / 4
    case 'linear':
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
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
export function xavierUniform_(x: Tensor, gain = 1, options: Options = {}): Tensor {
  const [fanIn, fanOut] = calculateFanInAndFanOut(x)
  const bound = Math.sqrt(3) * gain * Math.sqrt(2 / (fanIn + fanOut))
  return uniform_(x, -bound, bound, options)
}

/** @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_normal_ */
export function xavierNormal_(x: Tensor, gain = 1, options: Options = {}): Tensor {
  const [fanIn, fanOut] = calculateFanInAndFanOut(x)
  return normal_(x, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), options)
}

function only({ generator }: Options): Options {
  return generator === undefined ? {} : { generator }
}
