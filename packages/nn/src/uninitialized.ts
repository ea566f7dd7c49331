/** Parameters and buffers of layers that take their sizes from their first input. */
import { type Copier, type DTypeLike, empty, RuntimeError, type Shape, Tensor, ValueError } from '@tsorch/core'
import { Parameter } from './parameter.js'

/** What stands for a shape that is not known: whoever looks at it is told why. */
const unknownShape: Shape = new Proxy<number[]>([], {
  get() {
    throw new RuntimeError(
      "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before accessing their attributes.",
    )
  },
})

function used(method: string, type: string): ValueError {
  return new ValueError(
    `Attempted to use an uninitialized parameter in ${method}. This error happens when you are using a \`LazyModule\` or explicitly manipulating \`${type}\` objects. When using LazyModules Call \`forward\` with a dummy batch to initialize the parameters before calling torch functions`,
  )
}

/** Gives `x` the memory of `data`. The graph, which knows leaves by their shapes, forgets the old one first. */
function exchange(x: Tensor, data: Tensor): void {
  const { requiresGrad } = x
  x.requiresGrad = false
  x.data = data
  x.requiresGrad = requiresGrad
}

/** Options of {@link UninitializedParameter.materialize}; what is not given stays as it is. */
export interface MaterializeOptions {
  device?: string
  dtype?: DTypeLike
}

function materialize(x: Tensor, shape: Shape, { device, dtype }: MaterializeOptions): void {
  exchange(x, empty(shape, { device: device ?? x.device, dtype: dtype ?? x.dtype }))
}

/** Options of {@link UninitializedParameter} and {@link UninitializedBuffer}. */
export interface UninitializedOptions extends MaterializeOptions {
  requiresGrad?: boolean
}

function placeholder({ device, dtype }: UninitializedOptions): Tensor {
  return empty([0], { ...(device === undefined ? {} : { device }), ...(dtype === undefined ? {} : { dtype }) })
}

/**
 * A parameter whose shape is not known yet. It can be moved and cast, optimizers take it, but it has no values.
 *
 * @example
 * ```ts
 * const weight = new UninitializedParameter()
 * weight.materialize([3, 4]) // a Parameter from now on, the same object
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.parameter.UninitializedParameter.html
 */
export class UninitializedParameter extends Parameter {
  constructor(options: UninitializedOptions = {}) {
    super(placeholder(options), options.requiresGrad ?? true)
    Object.assign(this, { shape: unknownShape })
  }

  /** Makes it a {@link Parameter} of that shape, with undefined values. */
  materialize(shape: Shape, options: MaterializeOptions = {}): void {
    materialize(this, shape, options)
    Object.setPrototypeOf(this, Parameter.prototype)
  }

  /** @throws ValueError always */
  override numel(): number {
    throw used('numel()', 'UninitializedParameter')
  }

  /** What `deepCopy` does with it. */
  override __deepcopy__(copier: Copier): this {
    const { device, dtype, requiresGrad } = this
    return copier.remember(this, new UninitializedParameter({ device, dtype, requiresGrad }) as this)
  }

  override toString(): string {
    return '<UninitializedParameter>'
  }
}

/**
 * A buffer whose shape is not known yet.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.parameter.UninitializedBuffer.html
 */
export class UninitializedBuffer extends Tensor {
  constructor(options: UninitializedOptions = {}) {
    const data = placeholder(options)
    super(data.storage, data.dtype, data.shape, data.strides, data.offset, data.count)
    this.requiresGrad = options.requiresGrad ?? false
    Object.assign(this, { shape: unknownShape })
  }

  /** Makes it a tensor of that shape, with undefined values. */
  materialize(shape: Shape, options: MaterializeOptions = {}): void {
    materialize(this, shape, options)
    Object.setPrototypeOf(this, Tensor.prototype)
  }

  /** @throws ValueError always */
  override numel(): number {
    throw used('numel()', 'UninitializedBuffer')
  }

  /** What `deepCopy` does with it. */
  __deepcopy__(copier: Copier): this {
    const { device, dtype, requiresGrad } = this
    return copier.remember(this, new UninitializedBuffer({ device, dtype, requiresGrad }) as this)
  }

  override toString(): string {
    return '<UninitializedBuffer>'
  }
}

// Node's console, which would take Tensor's own text
Object.defineProperty(UninitializedBuffer.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: UninitializedBuffer) {
    return this.toString()
  },
})

/** Whether a parameter or buffer has no shape yet. @see https://pytorch.org/docs/stable/generated/torch.nn.parameter.UninitializedParameter.html */
export function isLazy(x: unknown): x is UninitializedParameter | UninitializedBuffer {
  return x instanceof UninitializedParameter || x instanceof UninitializedBuffer
}

/** Moves or casts what has no shape yet. */
export function convertLazy(x: UninitializedParameter | UninitializedBuffer, convert: (x: Tensor) => Tensor): void {
  exchange(x, convert(empty([0], { device: x.device, dtype: x.dtype })))
  Object.assign(x, { shape: unknownShape })
}
