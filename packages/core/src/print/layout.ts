import { contiguousStrides } from '../shape.js'
import type { ElementFormatter, PrintValue } from './formatter.js'
import type { PrintOptions } from './options.js'

/** The part of a tensor that its brackets show. */
export interface Elements {
  readonly shape: readonly number[]
  /** The element at a flat row-major index. */
  value(index: number): PrintValue
}

/** The elements that a summary shows (all of them without one): they alone decide the notation. */
export function shownElements(tensor: Elements, summarize: boolean, edgeitems: number): Iterable<PrintValue> {
  const { shape } = tensor
  const strides = contiguousStrides(shape)
  return walk(0, 0)

  function* walk(dim: number, offset: number): Generator<PrintValue> {
    if (dim === shape.length) {
      yield tensor.value(offset)
      return
    }
    for (const i of shownIndices(shape[dim]!, summarize, edgeitems)) {
      if (i !== ELLIPSIS) yield* walk(dim + 1, offset + i * strides[dim]!)
    }
  }
}

/** Nested brackets around the elements; lines after the first start `indent` characters in. */
export function formatElements(
  tensor: Elements,
  formatter: ElementFormatter,
  summarize: boolean,
  indent: number,
  { edgeitems, linewidth }: Required<PrintOptions>,
): string {
  const { shape } = tensor
  if (shape.length === 0) return formatter.format(tensor.value(0))
  const strides = contiguousStrides(shape)
  const last = shape.length - 1
  return block(0, 0, indent)

  function block(dim: number, offset: number, indent: number): string {
    if (dim === last) return vector(offset, indent)
    const slices = shownIndices(shape[dim]!, summarize, edgeitems).map((i) =>
      i === ELLIPSIS ? '...' : block(dim + 1, offset + i * strides[dim]!, indent + 1),
    )
    // one blank line more for each further dimension between two slices
    return `[${slices.join(`,${'\n'.repeat(last - dim)}${' '.repeat(indent + 1)}`)}]`
  }

  function vector(offset: number, indent: number): string {
    const ellipsis = edgeitems === 0 ? '...' : ' ...'
    const items = shownIndices(shape[last]!, summarize, edgeitems).map((i) =>
      i === ELLIPSIS ? ellipsis : formatter.format(tensor.value(offset + i)),
    )
    const perLine = Math.max(1, Math.floor((linewidth - indent) / (formatter.width + 2)))
    const lines: string[] = []
    for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(', '))
    return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`
  }
}

const ELLIPSIS = -1

/** The indices along a dimension that are shown, with ELLIPSIS where a summary leaves some out. */
function shownIndices(size: number, summarize: boolean, edgeitems: number): number[] {
  if (!summarize || size <= 2 * edgeitems) return Array.from({ length: size }, (_, i) => i)
  const head = Array.from({ length: edgeitems }, (_, i) => i)
  return [...head, ELLIPSIS, ...head.map((i) => size - edgeitems + i)]
}
