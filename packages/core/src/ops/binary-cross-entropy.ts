/** Cross entropies of binary targets. */
import { record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { RuntimeError, ValueError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape, sameShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { checkFloating, relu, sigmoid } from './activation.js'
import { bitwiseAnd, ge, gt, le } from './compare.js'
import { type ReductionOptions, reduced, reductionOf } from './loss.js'
import { abs, add, div, exp, log, log1p, mul, neg, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { expand } from './view.js'
import { where } from './where.js'

/** Options of the binary cross entropies. */
export interface BceOptions extends ReductionOptions {
  /** Factor of each element, broadcast. */
  weight?: Tensor | null
}
const bceNames = ['weight', 'sizeAverage', 'reduce', 'reduction'] as const

/** The logarithm, at least -100, so that a certain and wrong prediction costs something finite. */
function clampedLog(x: Tensor, logged: Tensor): Tensor {
  return where(bitwiseAnd(ge(x, 0), le(logged, -100)), -100, logged)
}

/** Kernel key: binary cross entropy of each element. */
export const binaryCrossEntropyOp: Op<[input: Tensor, target: Tensor], Tensor> = defineOp(
  'binaryCrossEntropy',
  (input: Tensor, target: Tensor): Tensor => {
    const positive = clampedLog(input, log(input))
    const negative = clampedLog(sub(1, input), log1p(neg(input)))
    return sub(mul(sub(target, 1), negative), mul(target, positive))
  },
)

/** Kernel key: gradient of {@link binaryCrossEntropyOp}, in PyTorch's own form, which stays finite at 0 and 1. */
export const binaryCrossEntropyGradOp: Op<[g: Tensor, input: Tensor, target: Tensor], Tensor> = defineComposite(
  'binaryCrossEntropyGrad',
  (g: Tensor, input: Tensor, target: Tensor): Tensor => {
    const slope = mul(sub(1, input), input)
    return div(mul(g, sub(input, target)), where(gt(slope, 1e-12), slope, 1e-12))
  },
)

/**
 * Cross entropy of probabilities and binary targets.
 *
 * @param input - probabilities in [0, 1]
 * @param target - numbers in [0, 1], the same shape
 * @throws ValueError if the shapes differ
 * @throws RuntimeError for probabilities outside [0, 1], and if the dtypes differ
 * @throws NotImplementedError for integers
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options?: BceOptions): Tensor {
  checkTensor('binaryCrossEntropy', 'input', input)
  checkTensor('binaryCrossEntropy', 'target', target)
  const o = bindOptions<BceOptions>('binaryCrossEntropy', bceNames, [options])
  const reduction = reductionOf(o)
  if (!sameShape(input.shape, target.shape)) {
    throw new ValueError(
      `Using a target size (${formatShape(target.shape)}) that is different to the input size (${formatShape(input.shape)}) is deprecated. Please ensure they have the same size.`,
    )
  }
  if (input.dtype !== target.dtype)
    throw new RuntimeError(`Found dtype ${target.dtype.label} but expected ${input.dtype.label}`)
  checkFloating('binary_cross_entropy', input)
  checkProbabilities(input)
  let out = record(
    'BinaryCrossEntropyBackward0',
    binaryCrossEntropyOp(input, target),
    [input, target],
    [input, target],
    (g, node) => [
      node.needs(0) ? binaryCrossEntropyGradOp(g, node.saved(0), node.saved(1)) : null,
      node.needs(1) ? mul(g, sub(log1p(neg(node.saved(0))), log(node.saved(0)))) : null,
    ],
  )
  if (o.weight != null) out = mul(out, expandable(o.weight, input))
  return reduced(out, reduction)
}

function expandable(weight: Tensor, like: Tensor): Tensor {
  return sameShape(weight.shape, like.shape) ? weight : expand(weight, like.shape)
}

function checkProbabilities(x: Tensor): void {
  const values = x.storage.device.memory.readSync(x)
  // halves are compared as their bits: 0 to 1 are the patterns up to that of 1
  if (values === null || x.dtype.staged) return
  for (let i = 0; i < x.count; i++) {
    const v = values[i]!
    if (!(v >= 0 && v <= 1)) throw new RuntimeError('all elements of input should be between 0 and 1')
  }
}

/** Options of {@link binaryCrossEntropyWithLogits}. */
export interface BceLogitsOptions extends BceOptions {
  /** Factor of the positive targets, broadcast. */
  posWeight?: Tensor | null
}

/**
 * Cross entropy of logits and binary targets, without loss of precision.
 *
 * @throws ValueError if the shapes differ
 * @throws NotImplementedError for integers
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
 */
export function binaryCrossEntropyWithLogits(input: Tensor, target: Tensor, options?: BceLogitsOptions): Tensor {
  checkTensor('binaryCrossEntropyWithLogits', 'input', input)
  checkTensor('binaryCrossEntropyWithLogits', 'target', target)
  const o = bindOptions<BceLogitsOptions>(
    'binaryCrossEntropyWithLogits',
    ['weight', 'sizeAverage', 'reduce', 'reduction', 'posWeight'],
    [options],
  )
  if (!sameShape(input.shape, target.shape)) {
    throw new ValueError(
      `Target size (${formatShape(target.shape)}) must be the same as input size (${formatShape(input.shape)})`,
    )
  }
  checkFloating('log_sigmoid_cpu', input)
  let out = record(
    'BinaryCrossEntropyWithLogitsBackward0',
    binaryCrossEntropyWithLogitsOp(input, target, o.posWeight ?? null),
    [input, target, o.posWeight],
    [input, target, o.posWeight ?? null],
    (g, node) => {
      const x = node.saved(0)
      const y = node.saved(1)
      const weighted = o.posWeight != null
      const w = weighted ? node.saved(2) : null
      return [
        node.needs(0)
          ? mul(g, w === null ? sub(sigmoid(x), y) : sub(mul(sigmoid(x), add(1, mul(sub(w, 1), y))), mul(w, y)))
          : null,
        node.needs(1) ? mul(g, w === null ? neg(x) : sub(mul(sub(w, 1), softplus(neg(x))), x)) : null,
        node.needs(2) ? mul(g, mul(y, softplus(neg(x)))) : null,
      ]
    },
  )
  if (o.weight != null) out = mul(out, o.weight)
  return reduced(out, reductionOf(o))
}

/** `log(1 + e^x)` without overflow. */
function softplus(x: Tensor): Tensor {
  return add(relu(x), log1p(exp(neg(abs(x)))))
}

/** Kernel key: binary cross entropy of each logit; `posWeight` broadcasts to them or is null. */
export const binaryCrossEntropyWithLogitsOp: Op<[x: Tensor, y: Tensor, posWeight: Tensor | null], Tensor> = defineOp(
  'binaryCrossEntropyWithLogits',
  (x: Tensor, y: Tensor, posWeight: Tensor | null): Tensor => {
    const tail = softplus(neg(x))
    return add(mul(sub(1, y), x), posWeight === null ? tail : mul(add(mul(sub(posWeight, 1), y), 1), tail))
  },
)
