/** Activations of straight pieces, and shrinkage. */
import {
  bindOptions,
  type HardtanhOptions,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  RuntimeError,
  relu6,
  type ShrinkOptions,
  softshrink,
  type Tensor,
  tanhshrink,
  threshold as thresholdOf,
} from '@tsorch/core'
import type { InplaceOptions } from '../functional/activation.js'
import { Layer } from '../module/module.js'
import { InplaceActivation } from './inplace-activation.js'
import { float } from './python-text.js'

/** `min(max(x, 0), 6)`. @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU6.html */
export class ReLU6 extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return relu6(input, this.inplace)
  }
}

/**
 * `x` between two limits, the limit beyond.
 *
 * @throws RuntimeError if the limits are not in order
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html
 */
export class Hardtanh extends Layer {
  minVal: number
  maxVal: number
  inplace: boolean

  constructor(
    minVal?: number | HardtanhOptions,
    maxVal?: number | HardtanhOptions,
    inplace?: boolean | HardtanhOptions,
  ) {
    super()
    const o = bindOptions<HardtanhOptions>('Hardtanh', ['minVal', 'maxVal', 'inplace'], [minVal, maxVal, inplace])
    this.minVal = o.minVal ?? -1
    this.maxVal = o.maxVal ?? 1
    this.inplace = o.inplace ?? false
    if (!(this.maxVal > this.minVal))
      throw new RuntimeError(`max_val (${this.maxVal}) must be greater than min_val (${this.minVal})`)
  }

  override forward(input: Tensor): Tensor {
    return hardtanh(input, this.minVal, this.maxVal, this.inplace)
  }

  override extraRepr(): string {
    const limits = `min_val=${float(this.minVal)}, max_val=${float(this.maxVal)}`
    return this.inplace ? `${limits}, inplace=True` : limits
  }
}

/** 0 up to -3, 1 from 3 on, a straight line between. @see https://pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html */
export class Hardsigmoid extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return hardsigmoid(input, this.inplace)
  }

  // as PyTorch prints it
  override extraRepr(): string {
    return ''
  }
}

/** `x * hardsigmoid(x)`. @see https://pytorch.org/docs/stable/generated/torch.nn.Hardswish.html */
export class Hardswish extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return hardswish(input, this.inplace)
  }

  // as PyTorch prints it
  override extraRepr(): string {
    return ''
  }
}

/**
 * `x` above `threshold`, else `value`.
 *
 * @example
 * ```ts
 * new Threshold(0.1, 20)(tensor([-1.5, 0.5])) // tensor([20.0000,  0.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Threshold.html
 */
export class Threshold extends Layer {
  threshold: number
  value: number
  inplace: boolean

  constructor(threshold: number, value: number, inplace?: boolean | InplaceOptions) {
    super()
    for (const [name, given] of Object.entries({ threshold, value }))
      if (typeof given !== 'number')
        throw new TypeError(`Threshold(): ${name} must be a number, but got ${String(given)}`)
    this.threshold = threshold
    this.value = value
    this.inplace = bindOptions<InplaceOptions>('Threshold', ['inplace'], [inplace]).inplace ?? false
  }

  override forward(input: Tensor): Tensor {
    return thresholdOf(input, this.threshold, this.value, this.inplace)
  }

  override extraRepr(): string {
    const numbers = `threshold=${float(this.threshold)}, value=${float(this.value)}`
    return this.inplace ? `${numbers}, inplace=True` : numbers
  }
}

/** What both shrinkages have in common. */
abstract class Shrink extends Layer {
  /** How far from zero an element counts as small. */
  lambd: number

  constructor(lambd?: number | ShrinkOptions) {
    super()
    this.lambd = bindOptions<ShrinkOptions>(this.constructor.name, ['lambd'], [lambd]).lambd ?? 0.5
  }

  override extraRepr(): string {
    return float(this.lambd)
  }
}

/** 0 from `-lambd` to `lambd`, else `x`. @see https://pytorch.org/docs/stable/generated/torch.nn.Hardshrink.html */
export class Hardshrink extends Shrink {
  override forward(input: Tensor): Tensor {
    return hardshrink(input, this.lambd)
  }
}

/** `x`, moved towards zero by `lambd`, but not past it. @see https://pytorch.org/docs/stable/generated/torch.nn.Softshrink.html */
export class Softshrink extends Shrink {
  override forward(input: Tensor): Tensor {
    return softshrink(input, this.lambd)
  }
}

/** `x - tanh(x)`. @see https://pytorch.org/docs/stable/generated/torch.nn.Tanhshrink.html */
export class Tanhshrink extends Layer {
  override forward(input: Tensor): Tensor {
    return tanhshrink(input)
  }
}
