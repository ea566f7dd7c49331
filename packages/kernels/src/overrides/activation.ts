/** Activations and their gradients in one pass. */
import {
  eluGradOp,
  eluOp,
  float32,
  geluGradOp,
  geluOp,
  hardsigmoidGradOp,
  hardsigmoidOp,
  hardswishGradOp,
  hardswishOp,
  hardtanhGradOp,
  hardtanhOp,
  leakyReluGradOp,
  leakyReluOp,
  logsigmoidGradOp,
  logsigmoidOp,
  mishGradOp,
  mishOp,
  type Override,
  override,
  reluGradOp,
  sigmoidGradOp,
  siluGradOp,
  siluOp,
  softplusGradOp,
  softplusOp,
  type Tensor,
  tanhGradOp,
} from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { Activation, type ActivationCode } from '../primitives/fused-codes.js'
import { like, packed } from '../primitives/geometry.js'
import { spanOf } from '../primitives/matmul.js'
import { stepBeside } from '../primitives/pointwise.js'

/** Where `e^x` is infinite: with a threshold above, so is softplus. The kernel's is not. */
const OVERFLOWS = 88

export function activationOverrides(set: KernelSet): Override[] {
  const { kernels } = set
  const fits = (x: Tensor): boolean => x.dtype === float32 && x.count > 0 && set.worth(x.count) && packed(x)

  /** `a`, `b` and `c` are what an activation takes beside `x`: see cc/activation.cc. */
  const of = (code: ActivationCode, x: Tensor, a = 0, b = 0, c = 0): Tensor | undefined => {
    if (!fits(x)) return undefined
    const out = like(x)
    set.begin()
    kernels.activation(code, set.output(out), set.input(x), x.count, a, b, c)
    set.end()
    return out
  }

  /** `g` may be one number for all elements, as the gradient of a sum is. */
  const grad = (code: ActivationCode, g: Tensor, x: Tensor, a = 0, b = 0, c = 0): Tensor | undefined => {
    if (!fits(x) || g.dtype !== float32) return undefined
    const step = stepBeside(g, x)
    if (step < 0) return undefined
    const out = like(x)
    set.begin()
    kernels.activationGrad(code, set.output(out), set.input(spanOf(g)), step, set.input(x), x.count, a, b, c)
    set.end()
    return out
  }

  const geluCode = (approximate: string): ActivationCode =>
    approximate === 'tanh' ? Activation.geluTanh : Activation.gelu

  return [
    override(reluGradOp, (g, y) => grad(Activation.relu, g, y)),
    override(sigmoidGradOp, (g, y) => grad(Activation.sigmoid, g, y)),
    override(tanhGradOp, (g, y) => grad(Activation.tanh, g, y)),
    override(siluOp, (x) => of(Activation.silu, x)),
    override(siluGradOp, (g, x) => grad(Activation.silu, g, x)),
    override(geluOp, (x, approximate) => of(geluCode(approximate), x)),
    override(geluGradOp, (g, x, approximate) => grad(geluCode(approximate), g, x)),
    // a limit that is NaN makes everything NaN, which the kernel does not
    override(hardtanhOp, (x, min, max) => (min <= max ? of(Activation.hardtanh, x, min, max) : undefined)),
    override(hardtanhGradOp, (g, y, min, max) => grad(Activation.hardtanh, g, y, min, max)),
    override(hardsigmoidOp, (x) => of(Activation.hardsigmoid, x)),
    override(hardsigmoidGradOp, (g, x) => grad(Activation.hardsigmoid, g, x)),
    override(hardswishOp, (x) => of(Activation.hardswish, x)),
    override(hardswishGradOp, (g, x) => grad(Activation.hardswish, g, x)),
    override(leakyReluOp, (x, slope) => of(Activation.leakyRelu, x, slope)),
    override(leakyReluGradOp, (g, x, slope) => grad(Activation.leakyRelu, g, x, slope)),
    override(eluOp, (x, { slope, height, rate }) => of(Activation.elu, x, slope, height, rate)),
    override(eluGradOp, (g, x, { slope, height, rate }) => grad(Activation.elu, g, x, slope, height, rate)),
    override(softplusOp, (x, beta, threshold) =>
      threshold < OVERFLOWS ? of(Activation.softplus, x, beta, threshold, 1 / beta) : undefined,
    ),
    override(softplusGradOp, (g, x, beta, threshold) => grad(Activation.softplus, g, x, beta, threshold)),
    override(logsigmoidOp, (x) => of(Activation.logsigmoid, x)),
    override(logsigmoidGradOp, (g, x) => grad(Activation.logsigmoid, g, x)),
    override(mishOp, (x) => of(Activation.mish, x)),
    override(mishGradOp, (g, x) => grad(Activation.mish, g, x)),
  ]
}
