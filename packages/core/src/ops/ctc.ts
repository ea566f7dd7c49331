/** Connectionist temporal classification: the loss of label sequences that are not aligned with their input. */
import { ownedByGraph, record, recording } from '../autograd/node.js'
import { fromTypedArray } from '../create/from-data.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { Category, float32, float64, int64 } from '../dtype.js'
import { IndexError, NotImplementedError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { Tensor } from '../tensor.js'
import { hostWords } from './access.js'
import { eq } from './compare.js'
import { type Alignment, emissionsOf, forwardOf, latticeGradient, lossesOf } from './ctc-lattice.js'
import { castTo } from './elementwise.js'
import { longValues } from './index-tensor.js'
import { type Reduction, reductionOf } from './loss.js'
import { div } from './pointwise.js'
import { checkTensor } from './promote.js'
import { mean, sum } from './reduce.js'
import { reshape, unsqueeze } from './view.js'
import { where } from './where.js'

/**
 * Kernel key: negative log likelihoods [N] of log-probabilities [T, N, C], infinite where a sample has too few steps; and the
 * logarithms of all ways to each place of the lattice [T, N, width], which {@link ctcLossGradOp} reads and nobody else is handed.
 */
export const ctcLossOp: Op<[x: Tensor, alignment: Alignment], readonly [losses: Tensor, forward: Tensor]> = defineOp(
  'ctcLoss',
  (x: Tensor, alignment: Alignment): readonly [Tensor, Tensor] => {
    const forward = forwardOf(emissionsOf(x, alignment), alignment)
    return [lossesOf(forward, alignment), forward]
  },
)

/** Kernel key: gradient [T, N, C] of {@link ctcLossOp} for logits, see {@link latticeGradient}, from that of the losses [N]. */
export const ctcLossGradOp: Op<
  [g: Tensor, x: Tensor, losses: Tensor, forward: Tensor, alignment: Alignment, zeroInfinity: boolean],
  Tensor
> = defineComposite(
  'ctcLossGrad',
  (g: Tensor, x: Tensor, losses: Tensor, forward: Tensor, alignment: Alignment, zeroInfinity: boolean): Tensor => {
    const emissions = emissionsOf(x, alignment)
    // what was saved has no history: where one is wanted it is computed again
    const again = recording(x) ? forwardOf(emissions, alignment) : null
    const known = again === null ? losses : lossesOf(again, alignment)
    return latticeGradient(g, x, emissions, again ?? forward, known, alignment, zeroInfinity)
  },
)

/** Options of {@link ctcLoss}. */
export interface CtcOptions {
  /** The class that stands for no label, 0 if not given. */
  blank?: number
  /** `'mean'`, which divides each loss by the length of its target first, if not given. */
  reduction?: Reduction
  /** Counts samples with fewer steps than their labels take as 0, loss and gradient; without it both are not finite. */
  zeroInfinity?: boolean
}

const ctcNames = ['blank', 'reduction', 'zeroInfinity'] as const

/** Lengths: integers, in a list or a tensor. */
export type Lengths = Tensor | readonly number[]

/**
 * Negative log likelihood of label sequences, summed over all their alignments with the input (Graves et al., 2006).
 *
 * @param logProbs - log-probabilities of the classes at each step, shape [T, N, C] or [T, C], float32 or float64
 * @param targets - labels, shape [N, S] (or [S]), or those of all samples one after the other, shape [sum of lengths]
 * @param inputLengths - steps of each sample, N integers up to T
 * @param targetLengths - labels of each sample, N integers
 * @returns a 0-d tensor, or one value a sample with `reduction: 'none'`; the gradient is meant for `logProbs` that log-softmax made
 * @throws RuntimeError if shapes, lengths or the blank do not fit
 * @throws IndexError for a label outside [0, C)
 * @throws NotImplementedError for other dtypes
 * @example
 * ```ts
 * const x = randn([50, 2, 20]).logSoftmax(2)
 * ctcLoss(x, randint(1, 20, [2, 10]), [50, 40], [10, 8])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.ctc_loss.html
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  options?: CtcOptions,
): Tensor {
  checkTensor('ctcLoss', 'log_probs', logProbs)
  checkTensor('ctcLoss', 'targets', targets)
  const o = bindOptions<CtcOptions>('ctcLoss', ctcNames, [options])
  const { blank = 0, zeroInfinity = false } = o
  const reduction = reductionOf({ reduction: o.reduction ?? 'mean' })
  const single = logProbs.ndim === 2
  const x = single ? unsqueeze(logProbs, 1) : logProbs
  const alignment = aligned(x, targets, listOf('input', inputLengths), listOf('target', targetLengths), blank)
  const [losses, forward] = ctcLossOp(x, alignment)
  record('CtcLossBackward0', losses, [x], [x, losses, forward], (g, node) =>
    ctcLossGradOp(g, node.saved(0), node.saved(1), node.saved(2), alignment, zeroInfinity),
  )
  ownedByGraph(losses, forward)
  const values = zeroInfinity ? where(eq(losses, Number.POSITIVE_INFINITY), 0, losses) : losses
  if (reduction === 'sum') return sum(values)
  if (reduction === 'none') return single ? reshape(values, []) : values
  const divisors = Float64Array.from(alignment.targetLengths, (length) => Math.max(length, 1))
  return mean(div(values, fromTypedArray(divisors, [divisors.length], { dtype: x.dtype, device: x.device })))
}

/** Lengths as a list. @throws RuntimeError if they are no integers */
function listOf(of: string, lengths: Lengths): readonly number[] {
  if (!(lengths instanceof Tensor)) {
    if (!lengths.every(Number.isInteger)) throw new RuntimeError(`${of}_lengths must be integral`)
    return lengths
  }
  if (lengths.dtype.category !== Category.integer) throw new RuntimeError(`${of}_lengths must be integral`)
  return wholeNumbers(lengths)
}

/** The elements of an integer tensor. @throws RuntimeError where the device cannot be read at once */
function wholeNumbers(x: Tensor): number[] {
  const values = longValues(castTo(x, int64))
  if (values === null) hostWords(x, 'ctcLoss')
  return Array.from(values!)
}

function fault(expected: string, argument: string): RuntimeError {
  return new RuntimeError(`Expected ${expected}${argument} (while checking arguments for ctc_loss_allocate_outputs)`)
}

/** What is aligned, checked. */
function aligned(
  x: Tensor,
  targets: Tensor,
  inputLengths: readonly number[],
  targetLengths: readonly number[],
  blank: number,
): Alignment {
  if (x.count === 0) throw new RuntimeError('log_probs tensor must not be empty')
  if (x.ndim !== 3)
    throw fault(`3-dimensional tensor, but got ${x.ndim}-dimensional tensor`, " for argument #1 'log_probs'")
  if (x.dtype !== float32 && x.dtype !== float64)
    throw new NotImplementedError(`"ctc_loss_cpu" not implemented for '${x.dtype.label}'`)
  const [steps, samples, classes] = x.shape as [number, number, number]
  if (targets.ndim !== 1 && targets.ndim !== 2)
    throw fault(`1 to 2 dimensions, but got ${targets.ndim}-dimensional tensor`, " for argument #2 'targets'")
  if (inputLengths.length !== samples) throw new RuntimeError('input_lengths must be of size batch_size')
  if (targetLengths.length !== samples) throw new RuntimeError('target_lengths must be of size batch_size')
  if (!(blank >= 0 && blank < classes)) throw new RuntimeError('blank must be in label range')
  checkLengths('target', targetLengths, Number.POSITIVE_INFINITY)
  checkLengths('input', inputLengths, steps)
  const longest = Math.max(...targetLengths)
  const starts = targets.ndim === 2 ? rowsOf(targets, samples, longest) : runsOf(targets, targetLengths)
  const labels = wholeNumbers(targets)
  const width = 2 * Math.max(longest, 1) + 1
  const path = new Int32Array(samples * width).fill(blank)
  for (const [n, length] of targetLengths.entries()) {
    for (let i = 0; i < length; i++) {
      const label = labels[starts[n]! + i]!
      if (!(label >= 0 && label < classes))
        throw new IndexError(`targets: label ${label} of sample ${n} is not in the range of classes [0, ${classes})`)
      path[n * width + 2 * i + 1] = label
    }
  }
  return { width, path, inputLengths, targetLengths }
}

function checkLengths(of: string, lengths: readonly number[], most: number): void {
  for (const length of lengths) {
    if (length < 0) throw fault(`${of}_lengths to have value at least 0, but got value ${length}`, '')
    if (length > most) throw fault(`${of}_lengths to have value at most ${most}, but got value ${length}`, '')
  }
}

/** Where the labels of each sample start if each has a row. */
function rowsOf(targets: Tensor, samples: number, longest: number): number[] {
  const [rows, columns] = targets.shape as [number, number]
  const argument = " for argument #2 'targets'"
  if (rows !== samples) throw fault(`tensor to have size ${samples} at dimension 0, but got size ${rows}`, argument)
  if (columns < longest)
    throw fault(`tensor to have size at least ${longest} at dimension 1, but got size ${columns}`, argument)
  return Array.from({ length: samples }, (_, n) => n * columns)
}

/** Where they start if they follow each other. */
function runsOf(targets: Tensor, lengths: readonly number[]): number[] {
  const starts: number[] = []
  let total = 0
  for (const length of lengths) {
    starts.push(total)
    total += length
  }
  if (targets.count !== total)
    throw fault(
      `tensor to have size ${total} at dimension 0, but got size ${targets.count}`,
      " for argument #2 'targets'",
    )
  return starts
}
