/** What surrounds its input, over one to three dimensions. */
import { pad, RuntimeError, type Scalar, type Tensor, ValueError } from '@tsorch/core'
import { Layer } from '../module/module.js'
import { float, tuple } from './python-text.js'

/** A number for all sides, or `[left, right]` of the last dimension, then of the one before it, and so on. */
export type PaddingSizes = number | readonly number[]

/** Both ends of each dimension. @throws TypeError unless it is a number or a list, RuntimeError for a list of another length */
function ends(layer: string, padding: PaddingSizes, dimensions: number): readonly number[] {
  const n = 2 * dimensions
  if (typeof padding === 'number') return new Array<number>(n).fill(padding)
  if (!Array.isArray(padding))
    throw new TypeError(`${layer}(): padding must be a number or a list of numbers, but got ${String(padding)}`)
  if (padding.length !== n)
    throw new RuntimeError(
      `${layer}: padding must be a number or a list of ${n} numbers, but got [${padding.join(', ')}]`,
    )
  return [...padding]
}

/** What the padding layers have in common. */
export abstract class PadNd extends Layer {
  /** `[left, right]` of the last dimension, then of the one before it, and so on. */
  padding: readonly number[]

  constructor(padding: PaddingSizes, dimensions: number) {
    super()
    this.padding = ends(this.constructor.name, padding, dimensions)
  }

  override extraRepr(): string {
    return tuple(this.padding)
  }
}

/** Padding with one value. */
export abstract class ConstantPadNd extends PadNd {
  value: Scalar

  constructor(padding: PaddingSizes, value: Scalar, dimensions: number) {
    super(padding, dimensions)
    this.value = value
  }

  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'constant', this.value)
  }

  override extraRepr(): string {
    return `padding=${tuple(this.padding)}, value=${typeof this.value === 'number' ? float(this.value) : this.value}`
  }
}

/** `value` at both ends of the last dimension of [N, C, L] or [C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.ConstantPad1d.html */
export class ConstantPad1d extends ConstantPadNd {
  constructor(padding: PaddingSizes, value: Scalar) {
    super(padding, value, 1)
  }
}

/**
 * `value` around the planes of [N, C, H, W] or [C, H, W].
 *
 * @param padding - one number for all four sides, or `[left, right, top, bottom]`; negative ones take away
 * @example
 * ```ts
 * new ConstantPad2d([3, 0, 2, 1], 3.5)(randn([1, 2, 2])) // shape [1, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConstantPad2d.html
 */
export class ConstantPad2d extends ConstantPadNd {
  constructor(padding: PaddingSizes, value: Scalar) {
    super(padding, value, 2)
  }
}

/** `value` around the volumes of [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.ConstantPad3d.html */
export class ConstantPad3d extends ConstantPadNd {
  constructor(padding: PaddingSizes, value: Scalar) {
    super(padding, value, 3)
  }
}

/** Padding with zeros. */
export abstract class ZeroPadNd extends PadNd {
  override forward(input: Tensor): Tensor {
    return pad(input, this.padding)
  }
}

/** Zeros at both ends of the last dimension of [N, C, L] or [C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.ZeroPad1d.html */
export class ZeroPad1d extends ZeroPadNd {
  constructor(padding: PaddingSizes) {
    super(padding, 1)
  }
}

/**
 * Zeros around the planes of [N, C, H, W] or [C, H, W].
 *
 * @param padding - one number for all four sides, or `[left, right, top, bottom]`; negative ones take away
 * @example
 * ```ts
 * new ZeroPad2d([1, 1, 2, 0])(randn([1, 1, 3, 3])) // shape [1, 1, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ZeroPad2d.html
 */
export class ZeroPad2d extends ZeroPadNd {
  constructor(padding: PaddingSizes) {
    super(padding, 2)
  }
}

/** Zeros around the volumes of [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.ZeroPad3d.html */
export class ZeroPad3d extends ZeroPadNd {
  constructor(padding: PaddingSizes) {
    super(padding, 3)
  }
}

/** Padding with the mirrored input, its outermost elements not repeated. */
export abstract class ReflectionPadNd extends PadNd {
  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'reflect')
  }
}

/** The input mirrored at both ends of the last dimension of [N, C, L] or [C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.ReflectionPad1d.html */
export class ReflectionPad1d extends ReflectionPadNd {
  constructor(padding: PaddingSizes) {
    super(padding, 1)
  }
}

/**
 * The input mirrored around the planes of [N, C, H, W] or [C, H, W].
 *
 * @param padding - less than the size: one number for all four sides, or `[left, right, top, bottom]`
 * @example
 * ```ts
 * new ReflectionPad2d(1)(tensor([[[1, 2], [3, 4]]])) // [[[4, 3, 4, 3], [2, 1, 2, 1], [4, 3, 4, 3], [2, 1, 2, 1]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReflectionPad2d.html
 */
export class ReflectionPad2d extends ReflectionPadNd {
  constructor(padding: PaddingSizes) {
    super(padding, 2)
  }
}

/** The input mirrored around the volumes of [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.ReflectionPad3d.html */
export class ReflectionPad3d extends ReflectionPadNd {
  constructor(padding: PaddingSizes) {
    super(padding, 3)
  }
}

/** Padding with the outermost elements. */
export abstract class ReplicationPadNd extends PadNd {
  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'replicate')
  }
}

/** The outermost elements repeated at both ends of the last dimension of [N, C, L] or [C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.ReplicationPad1d.html */
export class ReplicationPad1d extends ReplicationPadNd {
  constructor(padding: PaddingSizes) {
    super(padding, 1)
  }
}

/** The outermost elements repeated around the planes of [N, C, H, W] or [C, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.ReplicationPad2d.html */
export class ReplicationPad2d extends ReplicationPadNd {
  constructor(padding: PaddingSizes) {
    super(padding, 2)
  }
}

/** The outermost elements repeated around the volumes of [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.ReplicationPad3d.html */
export class ReplicationPad3d extends ReplicationPadNd {
  constructor(padding: PaddingSizes) {
    super(padding, 3)
  }
}

/** Padding with the input over again: what leaves on one side comes in on the other. */
export abstract class CircularPadNd extends PadNd {
  override forward(input: Tensor): Tensor {
    const n = this.padding.length / 2
    if (input.ndim !== n + 1 && input.ndim !== n + 2)
      throw new ValueError(`expected ${n + 1}D or ${n + 2}D input (got ${input.ndim}D input)`)
    return pad(input, this.padding, 'circular')
  }
}

/** The last dimension of [N, C, L] or [C, L] continued periodically. @see https://pytorch.org/docs/stable/generated/torch.nn.CircularPad1d.html */
export class CircularPad1d extends CircularPadNd {
  constructor(padding: PaddingSizes) {
    super(padding, 1)
  }
}

/**
 * The planes of [N, C, H, W] or [C, H, W] continued periodically.
 *
 * @param padding - at most the size: one number for all four sides, or `[left, right, top, bottom]`
 * @throws ValueError for another number of dimensions
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CircularPad2d.html
 */
export class CircularPad2d extends CircularPadNd {
  constructor(padding: PaddingSizes) {
    super(padding, 2)
  }
}

/** The volumes of [N, C, D, H, W] or [C, D, H, W] continued periodically. @see https://pytorch.org/docs/stable/generated/torch.nn.CircularPad3d.html */
export class CircularPad3d extends CircularPadNd {
  constructor(padding: PaddingSizes) {
    super(padding, 3)
  }
}
