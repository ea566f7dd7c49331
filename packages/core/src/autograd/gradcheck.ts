import { RuntimeError } from '../errors.js'
import { clone } from '../ops/cast.js'
import { Tensor } from '../tensor.js'
import { grad } from './engine.js'
import { enableGrad, withoutGrad } from './mode.js'

/** A function under test: tensors in, one or several tensors out. */
export type Checked = (...inputs: Tensor[]) => Tensor | readonly Tensor[]

/** Options of {@link gradcheck}. */
export interface GradcheckOptions {
  /** Step of the finite difference. */
  eps?: number
  atol?: number
  rtol?: number
  /** Returns false instead of throwing. */
  raiseException?: boolean
}

function outputsOf(fn: Checked, inputs: readonly Tensor[]): Tensor[] {
  const result = fn(...inputs)
  return (result instanceof Tensor ? [result] : [...result]).filter((out) => out.dtype.isFloatingPoint)
}

function numbers(x: Tensor): number[] {
  return Array.from(x.toTypedArray() as Float64Array)
}

/** The weighted sum of all outputs, with fixed weights that treat no element like another. */
function weigh(outputs: readonly Tensor[]): number {
  let total = 0
  let k = 0
  for (const out of outputs) for (const value of numbers(out)) total += value * weightOf(k++)
  return total
}

function weightOf(k: number): number {
  return Math.cos(k * 1.7 + 0.3) + 0.1
}

/**
 * Compares gradients with finite differences of a weighted sum of the outputs.
 *
 * @param fn - the function under test
 * @param inputs - float64 tensors; those that require a gradient are checked
 * @returns true if all agree
 * @throws RuntimeError that names the first element which does not
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html
 */
export function gradcheck(fn: Checked, inputs: readonly Tensor[], options: GradcheckOptions = {}): boolean {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3, raiseException = true } = options
  const wanted = inputs.filter((x) => x.requiresGrad)
  if (wanted.length === 0)
    throw new RuntimeError('gradcheck expects at least one input tensor to require gradient, but none of them do')
  const outputs = outputsOf(fn, inputs).filter((out) => out.requiresGrad)
  const cotangents: Tensor[] = []
  let k = 0
  for (const out of outputsOf(fn, inputs)) {
    const w = clone(out.detach(), { memoryFormat: 'contiguous_format' })
    const flat = w.reshape(-1)
    for (let i = 0; i < w.count; i++) flat.select(0, i).fill_(weightOf(k++))
    if (out.requiresGrad) cotangents.push(w)
  }
  const analytic =
    outputs.length === 0
      ? wanted.map(() => null)
      : grad(outputs, wanted, { gradOutputs: cotangents, allowUnused: true })
  for (const [n, x] of wanted.entries()) {
    const index = inputs.indexOf(x)
    const g = analytic[n]
    const got = g == null ? null : numbers(g)
    const values = numbers(x)
    for (let i = 0; i < x.count; i++) {
      const at = (delta: number): number =>
        withoutGrad(() => {
          const moved = clone(x.detach(), { memoryFormat: 'contiguous_format' })
          moved
            .reshape(-1)
            .select(0, i)
            .fill_(values[i]! + delta)
          return weigh(
            outputsOf(
              fn,
              inputs.map((y, j) => (j === index ? moved : y.detach())),
            ),
          )
        }, [])
      const numeric = (at(eps) - at(-eps)) / (2 * eps)
      const value = got === null ? 0 : got[i]!
      if (!(Math.abs(value - numeric) <= atol + rtol * Math.abs(numeric))) {
        if (!raiseException) return false
        throw new RuntimeError(
          `Jacobian mismatch for input ${index} at element ${i}: numerical ${numeric}, analytical ${value}`,
        )
      }
    }
  }
  return true
}

/**
 * {@link gradcheck} of the gradients themselves.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradgradcheck.html
 */
export function gradgradcheck(fn: Checked, inputs: readonly Tensor[], options: GradcheckOptions = {}): boolean {
  const weights = outputsOf(fn, inputs).map((out) => out.detach().clone().fill_(0.7))
  // finite differences are taken unrecorded, but the gradient under test must record itself
  const gradients = (...xs: Tensor[]): Tensor[] => {
    const full = xs.map((x, i) => (inputs[i]!.requiresGrad && !x.requiresGrad ? x.detach().requiresGrad_() : x))
    const outs = outputsOf(fn, full)
    const pairs = outs.map((out, i) => [out, weights[i]!] as const).filter(([out]) => out.requiresGrad)
    const targets = full.filter((_, i) => inputs[i]!.requiresGrad)
    return grad(
      pairs.map(([out]) => out),
      targets,
      { gradOutputs: pairs.map(([, w]) => w), createGraph: true, materializeGrads: true },
    ) as Tensor[]
  }
  return gradcheck((...xs) => enableGrad(() => gradients(...xs)), inputs, options)
}
