import { RuntimeError } from '../errors.js'
import { alias } from '../ops/window.js'
import { allocate, Tensor } from '../tensor.js'
import { mode, withoutGrad } from './mode.js'
import { type Grads, type Node, needsGrad, recordMany } from './node.js'

/** What a custom operation keeps between its two passes. */
export class FunctionContext {
  /** Anything that is not a tensor may be kept as a property. */
  [key: string]: unknown

  /** @internal */
  _toSave: readonly (Tensor | null)[] = []
  /** @internal */
  _node: Node | null = null
  /** @internal */
  _nonDifferentiable: readonly Tensor[] = []
  /** Which arguments of `forward` want a gradient. */
  needsInputGrad: readonly boolean[] = []
  /** Keeps tensors for `backward`; they are checked for later in-place writes. */
  saveForBackward(...tensors: readonly (Tensor | null)[]): void {
    this._toSave = tensors
  }

  /** Says that these outputs have no gradient. */
  markNonDifferentiable(...tensors: readonly Tensor[]): void {
    this._nonDifferentiable = tensors
  }

  /** What {@link saveForBackward} kept. @throws RuntimeError if one was written to since, or the graph was freed */
  get savedTensors(): Tensor[] {
    const node = this._node
    if (node === null) return this._toSave as Tensor[]
    if (this._toSave.length > 0 && node.freed) node.saved(0)
    return this._toSave.map((_, i) => node.saved(i))
  }
}

/** The two passes that a subclass of {@link Function} writes. */
export interface FunctionClass {
  forward(ctx: FunctionContext, ...args: never[]): Tensor | readonly Tensor[]
  backward(ctx: FunctionContext, ...grads: Tensor[]): Grads
}

/**
 * An operation with a gradient of its own. Subclass it with static `forward` and `backward`, call it with `apply`.
 *
 * @example
 * ```ts
 * class Square extends Function {
 *   static forward(ctx: FunctionContext, x: Tensor): Tensor {
 *     ctx.saveForBackward(x)
 *     return x.mul(x)
 *   }
 *   static backward(ctx: FunctionContext, grad: Tensor): Tensor {
 *     const [x] = ctx.savedTensors
 *     return grad.mul(x!).mul(2)
 *   }
 * }
 * const y = Square.apply(x)
 * ```
 * @see https://pytorch.org/docs/stable/autograd.html#function
 */
// biome-ignore lint/complexity/noStaticOnlyClass: users subclass it, as in PyTorch
// biome-ignore lint/suspicious/noShadowRestrictedNames: PyTorch's name, imported as autograd.Function
export class Function {
  /** Runs `forward` unrecorded and records `backward` as its gradient. */
  static apply<F extends { forward(ctx: FunctionContext, ...args: never[]): Tensor }>(
    this: F,
    ...args: F extends { forward(ctx: FunctionContext, ...args: infer A): unknown } ? A : never
  ): Tensor
  static apply<F extends { forward(ctx: FunctionContext, ...args: never[]): readonly Tensor[] }>(
    this: F,
    ...args: F extends { forward(ctx: FunctionContext, ...args: infer A): unknown } ? A : never
  ): Tensor[]
  static apply(this: unknown, ...args: unknown[]): Tensor | Tensor[] {
    // biome-ignore lint/complexity/noThisInStatic: the subclass that defines the operation
    const definition = this as FunctionClass & { name: string }
    if (typeof definition.forward !== 'function' || typeof definition.backward !== 'function') {
      throw new RuntimeError(
        `${definition.name}.apply(): a custom Function needs static methods 'forward' and 'backward'`,
      )
    }
    const ctx = new FunctionContext()
    ctx.needsInputGrad = args.map((a) => a instanceof Tensor && needsGrad(a))
    const result = withoutGrad(() => definition.forward(ctx, ...(args as never[])), [])
    const single = result instanceof Tensor
    const outs = (single ? [result] : result).map((out) => {
      if (!(out instanceof Tensor))
        throw new TypeError(`${definition.name}.forward() must return Tensors, but got ${typeof out}`)
      // an output that is an input must get a history of its own
      return args.includes(out) ? alias(out, out.shape, out.strides, out.offset) : out
    })
    const inputs = args.map((a) => (a instanceof Tensor ? a : null))
    if (mode.enabled && ctx.needsInputGrad.some(Boolean)) {
      const like = outs.map((out) => ({ storage: { device: out.storage.device }, dtype: out.dtype, shape: out.shape }))
      recordMany(`${definition.name}Backward`, outs, inputs, ctx._toSave, (grads) => {
        const full = grads.map((g, i) => g ?? allocate(like[i]!.storage, like[i]!.dtype, like[i]!.shape, true))
        return definition.backward(ctx, ...full)
      })
      const node = outs.find((out) => out._node !== null)?._node ?? null
      if (node !== null) node.custom = true
      ctx._node = node
      for (const out of outs) {
        if (ctx._nonDifferentiable.includes(out)) {
          out._node = null
          out._requiresGrad = false
        }
      }
    }
    return single ? outs[0]! : outs
  }
}
