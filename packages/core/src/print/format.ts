/** Tensors as text, character for character as PyTorch prints them. */

import { discreteFormatter, floatFormatter, type PrintValue } from './formatter.js'
import { type Elements, formatElements, shownElements } from './layout.js'
import { getPrintoptions, mergePrintOptions, type PrintOptions } from './options.js'

export {
  getPrintoptions,
  type PrintOptions,
  type PrintProfile,
  printoptions,
  type SetPrintOptions,
  setPrintoptions,
} from './options.js'
export type { PrintValue }

/** What printing needs to know of a tensor. */
export interface PrintInput extends Elements {
  /** Sizes, outermost first; `[]` for a 0-d tensor. */
  readonly shape: readonly number[]
  /** `'float32'`, `'int64'`, `'bool'`, ... */
  readonly dtype: string
  /** Shown unless it is the default one: `'gpu'`. */
  readonly device: string
  readonly requiresGrad: boolean
  /** Name of the node that made the tensor (`'AddBackward0'`), null for a leaf. */
  readonly gradFn: string | null
  /** The dtype that need not be named. Default `'float32'`. */
  readonly defaultDtype?: string
  /** The device that need not be named. Default `'cpu'`. */
  readonly defaultDevice?: string
  /** The element at a flat row-major index. */
  value(index: number): PrintValue
}

const PREFIX = 'tensor('

/**
 * The text of a tensor, as `print(x)` shows it in PyTorch.
 *
 * @param options used for this text instead of those of `setPrintoptions`
 * @example
 * ```ts
 * const data = [1, 2.5, -3]
 * formatTensor({
 *   shape: [3], dtype: 'float32', device: 'cpu', requiresGrad: false, gradFn: null, value: (i) => data[i]!,
 * }) // 'tensor([ 1.0000,  2.5000, -3.0000])'
 * ```
 * @see https://docs.pytorch.org/docs/stable/generated/torch.set_printoptions.html
 */
export function formatTensor(input: PrintInput, options: PrintOptions = {}): string {
  const settings = mergePrintOptions('formatTensor', getPrintoptions(), options)
  const indent = PREFIX.length
  return addSuffixes(PREFIX + formatContents(input, settings, indent), suffixesOf(input, settings), indent, settings)
}

function formatContents(input: PrintInput, settings: Required<PrintOptions>, indent: number): string {
  const numel = input.shape.reduce((n, size) => n * size, 1)
  if (numel === 0) return '[]'
  const summarize = numel > settings.threshold
  const shown = shownElements(input, summarize, settings.edgeitems)
  const formatter = input.dtype.includes('float')
    ? floatFormatter(shown, settings)
    : discreteFormatter(shown, input.dtype === 'bool')
  return formatElements(input, formatter, summarize, indent, settings)
}

/** What the brackets cannot tell: device, size of an empty tensor, dtype, place in the graph. */
function suffixesOf(input: PrintInput, settings: Required<PrintOptions>): string[] {
  const { shape, dtype, defaultDtype = 'float32', defaultDevice = 'cpu' } = input
  const suffixes: string[] = []
  if (input.device !== defaultDevice) suffixes.push(`device='${input.device}'`)
  const empty = shape.includes(0)
  if (empty ? shape.length !== 1 : settings.edgeitems === 0) suffixes.push(`size=${formatTuple(shape)}`)
  // elements show by themselves that they are int64 or bool; an empty tensor has none
  const evident = dtype === defaultDtype || (!empty && (dtype === 'int64' || dtype === 'bool'))
  if (!evident) suffixes.push(`dtype=torch.${dtype}`)
  if (input.gradFn !== null) suffixes.push(`grad_fn=<${input.gradFn}>`)
  else if (input.requiresGrad) suffixes.push('requires_grad=True')
  return suffixes
}

/** Appends the suffixes to the last line as long as they fit, else each to a line of its own. */
function addSuffixes(
  text: string,
  suffixes: readonly string[],
  indent: number,
  { linewidth }: Required<PrintOptions>,
): string {
  let out = text
  // PyTorch counts one character more than there is, and so must line breaks that are to fall where its do
  let lastLine = text.length - text.lastIndexOf('\n') + 1
  for (const suffix of suffixes) {
    if (lastLine + suffix.length + 2 > linewidth) {
      out += `,\n${' '.repeat(indent)}${suffix}`
      lastLine = indent + suffix.length
    } else {
      out += `, ${suffix}`
      lastLine += suffix.length + 2
    }
  }
  return `${out})`
}

/** A shape as Python writes a tuple: `(2, 0)`, `(5,)`, `()`. */
function formatTuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
}
