/** Losses: one number (or one a sample) from predictions and targets. */
import { record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import { int64, uint8 } from '../dtype.js'
import { IndexError, RuntimeError, ValueError } from '../errors.js'
import { bindOptions } from '../options.js'
import { broadcastShapes, formatShape, type Shape, sameShape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { relu, sigmoid } from './activation.js'
import { bitwiseAnd, eq, ge, gt, le, ne } from './compare.js'
import { castTo } from './elementwise.js'
import { checkIndices } from './int64-words.js'
import { abs, add, div, exp, log, log1p, mul, neg, pow, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { mean, sum } from './reduce.js'
import { expand, permute, reshape, squeeze, unsqueeze } from './view.js'
import { where } from './where.js'

/** What becomes of the values of single samples. */
export type Reduction = 'none' | 'mean' | 'sum'

/** Options that all losses share. */
export interface ReductionOptions {
  /** `'mean'` if not given. */
  reduction?: Reduction
  /** Deprecated in PyTorch, kept for old scripts: false means `'sum'`. */
  sizeAverage?: boolean | null
  /** Deprecated in PyTorch, kept for old scripts: false means `'none'`. */
  reduce?: boolean | null
}

/** The reduction that options ask for, with the legacy flags. */
export function reductionOf(o: Partial<ReductionOptions>): Reduction {
  if (o.reduce != null || o.sizeAverage != null) {
    return (o.reduce ?? true) ? ((o.sizeAverage ?? true) ? 'mean' : 'sum') : 'none'
  }
  const reduction = o.reduction ?? 'mean'
  if (reduction !== 'none' && reduction !== 'mean' && reduction !== 'sum')
    throw new ValueError(`${String(reduction)} is not a valid value for reduction`)
  return reduction
}

/** Reduces the values of single elements. */
export function reduced(x: Tensor, reduction: Reduction): Tensor {
  return reduction === 'none' ? x : reduction === 'mean' ? mean(x) : sum(x)
}

function pair(name: string, input: Tensor, target: Tensor): void {
  checkTensor(name, 'input', input)
  checkTensor(name, 'target', target)
  broadcastShapes(input.shape, target.shape)
}

const reductionNames = ['sizeAverage', 'reduce', 'reduction'] as const

/** Kernel key: `(input - target)^2` of two floating-point tensors of one shape and dtype, reduced. */
export const mseLossOp: Op<[input: Tensor, target: Tensor, reduction: Reduction], Tensor> = defineOp(
  'mseLoss',
  (input: Tensor, target: Tensor, reduction: Reduction): Tensor => reduced(pow(sub(input, target), 2), reduction),
)

/** Kernel key: gradient of {@link mseLossOp} for its input, the opposite of that for its target. */
export const mseLossGradOp: Op<[g: Tensor, input: Tensor, target: Tensor, reduction: Reduction], Tensor> =
  defineComposite('mseLossGrad', (g: Tensor, input: Tensor, target: Tensor, reduction: Reduction): Tensor => {
    const factor = reduction === 'mean' ? 2 / input.count : 2
    return mul(sub(input, target), mul(g, factor))
  })

/**
 * Mean squared error.
 *
 * @param input - any shape
 * @param target - the same shape
 * @example
 * ```ts
 * mseLoss(tensor([1.5, 2.5]), tensor([1.5, 0.5])) // tensor(2.)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 */
export function mseLoss(input: Tensor, target: Tensor, options?: ReductionOptions): Tensor {
  pair('mseLoss', input, target)
  const reduction = reductionOf(bindOptions('mseLoss', reductionNames, [options]))
  const alike = sameShape(input.shape, target.shape) && input.dtype === target.dtype && input.dtype.isFloatingPoint
  if (!alike) return reduced(pow(sub(input, target), 2), reduction)
  const out = mseLossOp(input, target, reduction)
  return record('MseLossBackward0', out, [input, target], [input, target], (g, node) => {
    const slope = mseLossGradOp(g, node.saved(0), node.saved(1), reduction)
    return [node.needs(0) ? slope : null, node.needs(1) ? neg(slope) : null]
  })
}

/** Mean absolute error. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html */
export function l1Loss(input: Tensor, target: Tensor, options?: ReductionOptions): Tensor {
  pair('l1Loss', input, target)
  return reduced(abs(sub(input, target)), reductionOf(bindOptions('l1Loss', reductionNames, [options])))
}

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
 * @throws RuntimeError for probabilities outside [0, 1]
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options?: BceOptions): Tensor {
  checkTensor('binaryCrossEntropy', 'input', input)
  checkTensor('binaryCrossEntropy', 'target', target)
  const o = bindOptions<BceOptions>('binaryCrossEntropy', bceNames, [options])
  if (!sameShape(input.shape, target.shape)) {
    throw new ValueError(
      `Using a target size (${formatShape(target.shape)}) that is different to the input size (${formatShape(input.shape)}) is deprecated. Please ensure they have the same size.`,
    )
  }
  if (input.dtype !== target.dtype)
    throw new RuntimeError(`Found dtype ${target.dtype.label} but expected ${input.dtype.label}`)
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
  return reduced(out, reductionOf(o))
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

/** Options of {@link nllLoss}. */
export interface NllOptions extends ReductionOptions {
  /** Factor of each class, shape [C]. */
  weight?: Tensor | null
  /** Targets that count for nothing, -100 if not given. */
  ignoreIndex?: number
}
/** In PyTorch's order. */
export const nllNames = ['weight', 'sizeAverage', 'ignoreIndex', 'reduce', 'reduction'] as const

/** Indices [N] as one column, for the primitives. */
function column(target: Tensor): Tensor {
  const { storage, strides, offset, count } = target
  return new Tensor(storage, int64, [count, 1], [strides[0]!, 1], offset, count)
}

/** Kernel key: `-x[i, target[i]]` for `x` [N, C] and int64 targets [N] in range. */
export const nllLossOp: Op<[x: Tensor, target: Tensor], Tensor> = defineOp(
  'nllLoss',
  (x: Tensor, target: Tensor): Tensor => {
    const out = allocate(x.storage, x.dtype, [target.count, 1])
    x.storage.device.primitives.gather(x, 1, column(target), out)
    return neg(squeeze(out, 1))
  },
)

/** Kernel key: gradient of {@link nllLossOp}: `-g[i]` at `[i, target[i]]` of zeros [N, C]. */
export const nllLossGradOp: Op<[g: Tensor, target: Tensor, classes: number], Tensor> = defineOp(
  'nllLossGrad',
  (g: Tensor, target: Tensor, classes: number): Tensor => {
    const out = allocate(g.storage, g.dtype, [target.count, classes], true)
    g.storage.device.primitives.scatter(ScatterMode.set, out, 1, column(target), unsqueeze(neg(g), 1))
    return out
  },
)

/** {@link nllLossOp}, recorded. */
export function picked(x: Tensor, target: Tensor): Tensor {
  const classes = x.shape[1]!
  return record('NllLossBackward0', nllLossOp(x, target), [x], [target], (g, node) => spread(g, node.saved(0), classes))
}

/** {@link nllLossGradOp}, recorded. */
export function spread(g: Tensor, target: Tensor, classes: number): Tensor {
  return record('NllLossGradBackward0', nllLossGradOp(g, target, classes), [g], [target], (h, node) =>
    picked(h, node.saved(0)),
  )
}

/**
 * Checks targets before anything is computed.
 *
 * @returns whether some count for nothing, or may
 * @throws IndexError with the first one out of range
 */
export function checkTargets(target: Tensor, classes: number, ignoreIndex: number): boolean {
  return checkIndices(target, classes, (value) => new IndexError(`Target ${value} is out of bounds.`), ignoreIndex)
}

/** Class indices as int64. @throws RuntimeError for another dtype */
export function classTargets(target: Tensor): Tensor {
  if (target.dtype !== int64 && target.dtype !== uint8)
    throw new RuntimeError(`expected target dtype to be Long or Byte, but got ${target.dtype.label}`)
  return castTo(target, int64)
}

/**
 * Logits or log-probabilities as `x` [N, C], their targets as `y` [N], and the shape of the unreduced result.
 *
 * @throws RuntimeError or ValueError in PyTorch's words if the shapes do not fit
 */
export function byRows(input: Tensor, target: Tensor): { x: Tensor; y: Tensor; shape: Shape } {
  const { shape: sizes, ndim } = input
  if (ndim === 0) throw new ValueError('Expected 1 or more dimensions (got 0)')
  if (ndim > 1 && sizes[0] !== (target.shape[0] ?? 0))
    throw new ValueError(
      `Expected input batch_size (${sizes[0]}) to match target batch_size (${target.shape[0] ?? 0}).`,
    )
  if (ndim < 3 && target.ndim > 1) throw new RuntimeError('0D or 1D target tensor expected, multi-target not supported')
  if (ndim === 1) {
    if (target.count !== 1)
      throw new ValueError(`For 1D input, 1D target must have size 1, but got target size: ${target.count}`)
    return { x: unsqueeze(input, 0), y: target.ndim === 1 ? target : reshape(target, [1]), shape: [] }
  }
  if (ndim === 2) return { x: input, y: target, shape: target.shape }
  const shape = [sizes[0]!, ...sizes.slice(2)]
  if (!sameShape(target.shape, shape))
    throw new RuntimeError(
      ndim === 4 && target.ndim === 3
        ? `size mismatch (got input: ${formatShape(sizes)} , target: ${formatShape(target.shape)}`
        : `Expected target size ${formatShape(shape)}, got ${formatShape(target.shape)}`,
    )
  const last = permute(input, [0, ...shape.slice(1).map((_, d) => d + 2), 1])
  return { x: reshape(last, [target.count, sizes[1]!]), y: reshape(target, [target.count]), shape }
}

/**
 * Negative log likelihood of class indices.
 *
 * @param input - log-probabilities, shape [C], [N, C] or [N, C, d1, ...]
 * @param target - class indices (int64), shape [], [N] or [N, d1, ...]
 * @returns a 0-d tensor, or one value a target with `reduction: 'none'`
 * @throws RuntimeError if target is not int64 or the shapes do not fit
 * @throws IndexError for a target outside [0, C)
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 */
export function nllLoss(input: Tensor, target: Tensor, options?: NllOptions): Tensor {
  checkTensor('nllLoss', 'input', input)
  checkTensor('nllLoss', 'target', target)
  const o = bindOptions<NllOptions>('nllLoss', nllNames, [options])
  const { x, y, shape } = byRows(input, classTargets(target))
  const classes = x.shape[1]!
  const weight = o.weight ?? null
  if (weight !== null && (weight.ndim !== 1 || weight.count !== classes)) {
    throw new RuntimeError(
      `weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ${formatShape(weight.shape)}`,
    )
  }
  const ignore = o.ignoreIndex ?? -100
  const ignores = checkTargets(y, classes, ignore)
  const reduction = reductionOf(o)
  const ignored = ignores ? eq(y, ignore) : null
  const safe = ignored === null ? y : castTo(where(ignored, 0, y), int64)
  let values = picked(x, safe)
  let counts: Tensor | null = null
  if (weight !== null) {
    counts = indexRows(weight, safe)
    values = mul(values, counts)
  }
  if (ignored !== null) {
    values = where(ignored, 0, values)
    counts = where(ignored, 0, counts ?? castTo(ne(y, ignore), x.dtype))
  }
  if (reduction === 'none') return reshape(values, shape)
  const total = sum(values)
  if (reduction === 'sum') return total
  return counts === null ? div(total, y.count) : div(total, sum(counts))
}

/** Elements of `weight` [C] at `index` [N]. */
export function indexRows(weight: Tensor, index: Tensor): Tensor {
  const out = allocate(weight.storage, weight.dtype, [index.count])
  weight.storage.device.primitives.indexSelect(weight, 0, index, out)
  return out
}
