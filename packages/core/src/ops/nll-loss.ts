/** Negative log likelihood of classes. */
import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import { int64, uint8 } from '../dtype.js'
import { IndexError, RuntimeError, ValueError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape, type Shape, sameShape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { eq, ne } from './compare.js'
import { castTo } from './elementwise.js'
import { checkIndices } from './int64-words.js'
import { type ReductionOptions, reductionOf } from './loss.js'
import { div, mul, neg } from './pointwise.js'
import { checkTensor } from './promote.js'
import { sum } from './reduce.js'
import { permute, reshape, squeeze, unsqueeze } from './view.js'
import { where } from './where.js'

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
 * @throws RuntimeError if target is not int64, the weight is of another dtype than `input`, or the shapes do not fit
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
  if (weight !== null && weight.dtype !== x.dtype)
    throw new RuntimeError(`expected scalar type ${x.dtype.label} but found ${weight.dtype.label}`)
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
