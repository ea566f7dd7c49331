import { bindOptions, type Copier, gradOf, Tensor } from '@tsorch/core'

/**
 * A tensor that modules find and optimizers train. It shares the memory of `data`, without its history.
 *
 * @param data - a floating-point tensor, or any tensor with `requiresGrad: false`
 * @throws RuntimeError if a gradient is wanted for an integer dtype
 * @example
 * ```ts
 * this.scale = new Parameter(ones([3]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
 */
export class Parameter extends Tensor {
  constructor(data: Tensor, requiresGrad?: boolean | { requiresGrad?: boolean }) {
    if (!(data instanceof Tensor))
      throw new TypeError(`Parameter(): argument 'data' must be Tensor, not ${typeof data}`)
    super(data.storage, data.dtype, data.shape, data.strides, data.offset, data.count)
    const o = bindOptions<{ requiresGrad: boolean }>('Parameter', ['requiresGrad'], [requiresGrad])
    this.requiresGrad = o.requiresGrad ?? true
  }

  /** What `deepCopy` does with a parameter. */
  __deepcopy__(copier: Copier): this {
    const copy = copier.remember(this, new Parameter(copier.copy(this.detach()), this.requiresGrad) as this)
    const grad = gradOf(this)
    if (grad !== null) copy.grad = copier.copy(grad)
    return copy
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`
  }
}

// Node's console, which would take Tensor's own text
Object.defineProperty(Parameter.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Parameter) {
    return this.toString()
  },
})
