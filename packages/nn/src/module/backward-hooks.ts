import { autograd, isGradEnabled, RuntimeError, Tensor } from '@tsorch/core'
import type { BackwardHook, BackwardPreHook, ModuleGrads } from './hooks.js'
import type { AnyModule } from './module.js'

type OnGrads = (grads: readonly Tensor[]) => ModuleGrads

/** Passes tensors on as they are, and shows their gradients as they come back. */
class PassThrough extends autograd.Function {
  static forward(ctx: autograd.FunctionContext, onGrads: OnGrads, ...tensors: Tensor[]): readonly Tensor[] {
    ctx.onGrads = onGrads
    return tensors
  }

  static backward(ctx: autograd.FunctionContext, ...grads: Tensor[]): ModuleGrads {
    return [null, ...(ctx.onGrads as OnGrads)(grads)]
  }
}

/** Tensors of a list sent through {@link PassThrough}, and where they stand in it. */
function tapped(values: readonly unknown[], onGrads: OnGrads): { values: unknown[]; at: number[] } {
  const at: number[] = []
  if (isGradEnabled()) {
    values.forEach((value, i) => {
      if (value instanceof Tensor && value.requiresGrad) at.push(i)
    })
  }
  const out = [...values]
  if (at.length > 0) {
    const passed = PassThrough.apply(onGrads, ...at.map((i) => values[i] as Tensor))
    at.forEach((i, k) => {
      out[i] = passed[k]
    })
  }
  return { values: out, at }
}

/** Gradients at their places among `count` values. */
function spread(grads: ModuleGrads, at: readonly number[], count: number): (Tensor | null)[] {
  const out = new Array<Tensor | null>(count).fill(null)
  at.forEach((i, k) => {
    out[i] = grads[k] ?? null
  })
  return out
}

function checkCount(given: ModuleGrads, expected: ModuleGrads, hook: string, what: string): void {
  if (given.length === expected.length) return
  throw new RuntimeError(
    `${hook} returned an invalid number of ${what}, got ${given.length}, but expected ${expected.length}`,
  )
}

/**
 * One call of a module whose backward pass is watched: the gradients of its outputs come first and wait for those of its
 * inputs, then the hooks see both.
 */
export class BackwardTap {
  private readonly module: AnyModule
  private readonly preHooks: readonly BackwardPreHook[]
  private readonly hooks: readonly BackwardHook[]
  private inputCount = 0
  private inputAt: readonly number[] = []
  private gradOutput: ModuleGrads | null = null

  constructor(module: AnyModule, preHooks: readonly BackwardPreHook[], hooks: readonly BackwardHook[]) {
    this.module = module
    this.preHooks = preHooks
    this.hooks = hooks
  }

  /** The arguments, on their way in. */
  inputs(args: readonly unknown[]): unknown[] {
    const { values, at } = tapped(args, (grads) => this.onInputGrads(grads))
    this.inputCount = args.length
    this.inputAt = at
    return values
  }

  /** The result, a tensor or a list with tensors, on its way out. */
  outputs(result: unknown): unknown {
    const list = Array.isArray(result) ? result : [result]
    let at: readonly number[] = []
    const passed = tapped(list, (grads) => this.onOutputGrads(spread(grads, at, list.length), at))
    at = passed.at
    return Array.isArray(result) ? passed.values : passed.values[0]
  }

  private onOutputGrads(grads: ModuleGrads, at: readonly number[]): ModuleGrads {
    let gradOutput = grads
    for (const hook of this.preHooks) {
      const changed = hook(this.module, gradOutput)
      if (changed === undefined || changed === null) continue
      checkCount(changed, gradOutput, 'Backward pre hook', 'grad_output')
      gradOutput = changed
    }
    this.gradOutput = gradOutput
    if (this.inputAt.length === 0) this.runHooks(new Array<null>(this.inputCount).fill(null))
    return at.map((i) => gradOutput[i] ?? null)
  }

  private onInputGrads(grads: ModuleGrads): ModuleGrads {
    // in a second backward pass a gradient may reach the inputs by another way than the outputs
    if (this.gradOutput === null) return grads
    const gradInput = this.runHooks(spread(grads, this.inputAt, this.inputCount))
    return this.inputAt.map((i) => gradInput[i] ?? null)
  }

  private runHooks(grads: ModuleGrads): ModuleGrads {
    let gradInput = grads
    const gradOutput = this.gradOutput!
    for (const hook of this.hooks) {
      const changed = hook(this.module, gradInput, gradOutput)
      if (changed === undefined || changed === null) continue
      checkCount(changed, gradInput, 'Backward hook', 'grad_input')
      if (this.inputAt.length === 0 && changed.some((g) => g !== null)) {
        throw new RuntimeError(
          'Backward hook for Modules where no input requires gradient should always return null for all gradients.',
        )
      }
      gradInput = changed
    }
    this.gradOutput = null
    return gradInput
  }
}
