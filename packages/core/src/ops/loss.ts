/** Losses: one number (or one a sample) from predictions and targets. */
import { record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import { Category, int64 } from '../dtype.js'
import { IndexError, RuntimeError, ValueError } from '../errors.js'
import { bindOptions } from '../options.js'
import { broadcastShapes, formatShape, sameShape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { hostWords } from './access.js'
import { relu, sigmoid } from './activation.js'
import { bitwiseAnd, eq, ge, gt, le, ne } from './compare.js'
import { castTo } from './elementwise.js'
import { abs, add, div, exp, log, log1p, mul, neg, pow, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { mean, sum } from './reduce.js'
import { logSoftmax } from './softmax.js'
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

/** Kernel key: `(input - target)^2`, same shapes. */
const squaredError = defineComposite(
  'squaredError',
  (input: Tensor, target: Tensor): Tensor => pow(sub(input, target), 2),
)

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
  return reduced(squaredError(input, target), reductionOf(bindOptions('mseLoss', reductionNames, [options])))
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
    bceLogits(input, target, o.posWeight ?? null),
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

const bceLogits = defineOp('binaryCrossEntropyWithLogits', (x: Tensor, y: Tensor, posWeight: Tensor | null): Tensor => {
  const tail = softplus(neg(x))
  return add(mul(sub(1, y), x), posWeight === null ? tail : mul(add(mul(sub(posWeight, 1), y), 1), tail))
})

/** Options of {@link nllLoss}. */
export interface NllOptions extends ReductionOptions {
  /** Factor of each class, shape [C]. */
  weight?: Tensor | null
  /** Targets that count for nothing, -100 if not given. */
  ignoreIndex?: number
}
const nllNames = ['weight', 'sizeAverage', 'ignoreIndex', 'reduce', 'reduction'] as const

/** Kernel key: `-x[i, target[i]]` for `x` [N, C] and int64 targets in range. */
const negativePick = defineOp('nllLoss', (x: Tensor, target: Tensor): Tensor => {
  const index = new Tensor(
    target.storage,
    int64,
    [target.count, 1],
    [target.strides[0] ?? 1, 1],
    target.offset,
    target.count,
  )
  const out = allocate(x.storage, x.dtype, [target.count, 1])
  x.storage.device.primitives.gather(x, 1, index, out)
  return neg(squeeze(out, 1))
})

/** Kernel key: the opposite of {@link negativePick}: `-g[i]` at `[i, target[i]]` of zeros [N, C]. */
const negativeSpread = defineOp('nllLossGrad', (g: Tensor, target: Tensor, classes: number): Tensor => {
  const out = allocate(g.storage, g.dtype, [target.count, classes], true)
  const index = new Tensor(
    target.storage,
    int64,
    [target.count, 1],
    [target.strides[0] ?? 1, 1],
    target.offset,
    target.count,
  )
  g.storage.device.primitives.scatter(ScatterMode.set, out, 1, index, unsqueeze(neg(g), 1))
  return out
})

function picked(x: Tensor, target: Tensor): Tensor {
  const classes = x.shape[1]!
  return record('NllLossBackward0', negativePick(x, target), [x], [target], (g, node) =>
    spread(g, node.saved(0), classes),
  )
}

function spread(g: Tensor, target: Tensor, classes: number): Tensor {
  return record('NllLossGradBackward0', negativeSpread(g, target, classes), [g], [target], (h, node) =>
    picked(h, node.saved(0)),
  )
}

/** Checks targets before anything is computed. @throws IndexError with the first one out of range */
function checkTargets(target: Tensor, classes: number, ignoreIndex: number): void {
  if (target.storage.device.memory.readSync(target) === null) return
  const words = hostWords(target, 'nllLoss')
  for (let i = 0; i < target.count; i++) {
    const value = words[2 * i + 1]! * 4294967296 + (words[2 * i]! >>> 0)
    if (value !== ignoreIndex && (value < 0 || value >= classes))
      throw new IndexError(`Target ${value} is out of bounds.`)
  }
}

/** `[N, C]` and `[N]` from inputs with any number of further dimensions, and the shape of the unreduced result. */
function byRows(name: string, input: Tensor, target: Tensor): { x: Tensor; y: Tensor; shape: readonly number[] } {
  const classDim = input.ndim === 1 ? 0 : 1
  const shape = [...input.shape.slice(0, classDim), ...input.shape.slice(classDim + 1)]
  if (input.ndim === 0) throw new RuntimeError(`${name}(): input must have at least one dimension`)
  if (input.ndim > 1 && input.shape[0] !== (target.shape[0] ?? 1)) {
    throw new ValueError(
      `Expected input batch_size (${input.shape[0]}) to match target batch_size (${target.shape[0] ?? 1}).`,
    )
  }
  if (!sameShape(target.shape, shape))
    throw new RuntimeError(`Expected target size ${formatShape(shape)}, got ${formatShape(target.shape)}`)
  const classes = input.shape[classDim]!
  if (input.ndim === 1) return { x: unsqueeze(input, 0), y: reshape(target, [1]), shape }
  if (input.ndim === 2) return { x: input, y: target, shape }
  return { x: reshape(movedLast(input), [-1, classes]), y: reshape(target, [-1]), shape }
}

function movedLast(x: Tensor): Tensor {
  const order = [0, ...x.shape.slice(2).map((_, d) => d + 2), 1]
  return permute(x, order)
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
  if (target.dtype !== int64 && target.dtype.name !== 'uint8')
    throw new RuntimeError(`expected target dtype to be Long or Byte, but got ${target.dtype.label}`)
  const { x, y, shape } = byRows('nllLoss', input, castTo(target, int64))
  const classes = x.shape[1]!
  const weight = o.weight ?? null
  if (weight !== null && (weight.ndim !== 1 || weight.count !== classes)) {
    throw new RuntimeError(
      `weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ${formatShape(weight.shape)}`,
    )
  }
  const ignore = o.ignoreIndex ?? -100
  checkTargets(y, classes, ignore)
  const reduction = reductionOf(o)
  const ignored = ignoresAny(y, ignore) ? eq(y, ignore) : null
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

function ignoresAny(target: Tensor, ignore: number): boolean {
  if (target.storage.device.memory.readSync(target) === null) return true
  const words = hostWords(target, 'nllLoss')
  const low = ignore | 0
  for (let i = 0; i < target.count; i++) if (words[2 * i] === low) return true
  return false
}

function indexRows(weight: Tensor, index: Tensor): Tensor {
  const out = allocate(weight.storage, weight.dtype, [index.count])
  weight.storage.device.primitives.indexSelect(weight, 0, index, out)
  return out
}

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends NllOptions {
  /** Share of the target spread evenly over all classes, in [0, 1]. */
  labelSmoothing?: number
}

/**
 * Cross entropy of logits and class indices or class probabilities.
 *
 * @param input - logits, shape [C], [N, C] or [N, C, d1, ...]
 * @param target - class indices (int64) as for {@link nllLoss}, or probabilities of the shape of `input`
 * @returns a 0-d tensor, or one value a target with `reduction: 'none'`
 * @example
 * ```ts
 * crossEntropy(randn([3, 5]), tensor([1, 0, 4]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 */
export function crossEntropy(input: Tensor, target: Tensor, options?: CrossEntropyOptions): Tensor {
  checkTensor('crossEntropy', 'input', input)
  checkTensor('crossEntropy', 'target', target)
  const o = bindOptions<CrossEntropyOptions>('crossEntropy', [...nllNames, 'labelSmoothing'], [options])
  const smoothing = o.labelSmoothing ?? 0
  if (!(smoothing >= 0 && smoothing <= 1))
    throw new RuntimeError(`label_smoothing must be between 0.0 and 1.0. Got: ${smoothing}`)
  const { labelSmoothing: _, ...rest } = o
  const classDim = input.ndim === 1 ? 0 : 1
  if (sameShape(input.shape, target.shape)) return probabilityEntropy(input, target, o, classDim, smoothing)
  if (smoothing === 0) return nllLoss(logSoftmax(input, classDim), target, rest)
  return smoothedEntropy(input, target, o, classDim, smoothing)
}

function perClass(weight: Tensor | null | undefined, input: Tensor, classDim: number): Tensor | null {
  if (weight == null) return null
  return reshape(
    weight,
    input.shape.map((_, d) => (d === classDim ? weight.count : 1)),
  )
}

function probabilityEntropy(
  input: Tensor,
  target: Tensor,
  o: Partial<CrossEntropyOptions>,
  classDim: number,
  smoothing: number,
): Tensor {
  if (target.dtype.category !== Category.float)
    throw new RuntimeError(
      `Expected floating point type for target with class probabilities, got ${target.dtype.label}`,
    )
  if ((o.ignoreIndex ?? -100) >= 0) throw new RuntimeError('ignore_index is not supported for floating point target')
  const classes = input.shape[classDim]!
  const wanted = smoothing > 0 ? add(mul(target, 1 - smoothing), smoothing / classes) : target
  const weight = perClass(o.weight, input, classDim)
  const logs = logSoftmax(input, classDim)
  const weighted = weight === null ? logs : mul(logs, weight)
  const values = neg(sum(mul(weighted, wanted), classDim))
  const reduction = reductionOf(o)
  // the mean is over the samples, not over the classes
  return reduction === 'mean' ? div(sum(values), input.count / classes) : reduced(values, reduction)
}

function smoothedEntropy(
  input: Tensor,
  target: Tensor,
  o: Partial<CrossEntropyOptions>,
  classDim: number,
  smoothing: number,
): Tensor {
  const classes = input.shape[classDim]!
  const ignore = o.ignoreIndex ?? -100
  const reduction = reductionOf(o)
  const logs = logSoftmax(input, classDim)
  const weight = o.weight ?? null
  const exact = nllLoss(logs, target, { weight, ignoreIndex: ignore, reduction })
  const broad = perClass(weight, input, classDim)
  const ignored = eq(target, ignore)
  const values = where(ignored, 0, neg(sum(broad === null ? logs : mul(logs, broad), classDim)))
  let uniform: Tensor
  if (reduction === 'none') uniform = values
  else if (reduction === 'sum') uniform = sum(values)
  else {
    const counts =
      weight === null
        ? castTo(ne(target, ignore), input.dtype)
        : where(
            ignored,
            0,
            reshape(indexRows(weight, reshape(castTo(where(ignored, 0, target), int64), [-1])), target.shape),
          )
    uniform = div(sum(values), sum(counts))
  }
  return add(mul(exact, 1 - smoothing), mul(uniform, smoothing / classes))
}
