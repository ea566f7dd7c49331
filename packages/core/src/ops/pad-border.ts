/** Padding with elements of the input itself, and its opposite, which is its gradient. */
import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { Binary, ScatterMode } from '../dispatch/opcodes.js'
import type { Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { resized } from './index-select.js'
import { longTensor } from './index-tensor.js'
import { bareWindow } from './sliding.js'

/** How one dimension is padded: which elements of the input come before and after those that are kept. */
export interface Border {
  readonly dim: number
  readonly before: readonly number[]
  /** Elements `[start, end)` stay. */
  readonly start: number
  readonly end: number
  readonly after: readonly number[]
}

/** Up to so many slices are moved one by one; more of them by index. */
const FEW = 8

/** Elements `[start, start + size)` along one dimension of a view. */
function stretch(x: Tensor, dim: number, start: number, size: number): Tensor {
  return bareWindow(x, resized(x.shape, dim, size), x.strides, x.offset + start * x.strides[dim]!)
}

function sizeWith({ before, start, end, after }: Border): number {
  return before.length + (end - start) + after.length
}

/** Whether everything that is repeated is also kept, so that it can be read from the result. */
function isSelfContained({ before, start, end, after }: Border): boolean {
  const inside = (source: number) => source >= start && source < end
  return before.every(inside) && after.every(inside)
}

/** For each position of the result the element of the input. */
function sources({ before, start, end, after }: Border): number[] {
  return [...before, ...Array.from({ length: end - start }, (_, i) => start + i), ...after]
}

/** The kept part of a padded tensor, along the dimensions of `borders`. */
function centre(x: Tensor, borders: readonly Border[]): Tensor {
  return borders.reduce((part, { dim, before, start, end }) => stretch(part, dim, before.length, end - start), x)
}

/** The kept part of what is padded. */
function keptPart(x: Tensor, borders: readonly Border[]): Tensor {
  return borders.reduce((part, { dim, start, end }) => stretch(part, dim, start, end - start), x)
}

/** Calls `visit` with a strip of slices outside and where in `kept` they come from. */
function eachStrip(region: Tensor, border: Border, visit: (strip: Tensor, kept: Tensor, from: number[]) => void): void {
  const { dim, before, start, end, after } = border
  const size = end - start
  const kept = stretch(region, dim, before.length, size)
  const strips = [
    [before, 0],
    [after, before.length + size],
  ] as const
  for (const [from, at] of strips) {
    if (from.length === 0) continue
    const places = from.map((source) => source - start)
    if (from.length > FEW) visit(stretch(region, dim, at, from.length), kept, places)
    else for (const [i, place] of places.entries()) visit(stretch(region, dim, at + i, 1), kept, [place])
  }
}

/** Kernel key: `x` with elements of its own around it. */
export const borderPadOp: Op<[x: Tensor, borders: readonly Border[]], Tensor> = defineOp(
  'borderPad',
  (x: Tensor, borders: readonly Border[]): Tensor => {
    const { device } = x.storage
    const { primitives } = device
    let input = x
    for (const border of borders.filter((b) => !isSelfContained(b))) {
      const from = sources(border)
      const out = allocate(x.storage, x.dtype, resized(input.shape, border.dim, from.length))
      primitives.indexSelect(input, border.dim, longTensor(from, [from.length], device), out)
      input = out
    }
    const rest = borders.filter(isSelfContained)
    const shape = rest.reduce<Shape>((sizes, b) => resized(sizes, b.dim, sizeWith(b)), input.shape)
    const out = allocate(x.storage, x.dtype, shape)
    primitives.copy(keptPart(input, rest), centre(out, rest))
    // what one dimension adds is there for the next one to repeat
    rest.forEach((border, i) => {
      const { dim } = border
      eachStrip(centre(out, rest.slice(i + 1)), border, (strip, kept, from) => {
        if (from.length === 1) primitives.copy(stretch(kept, dim, from[0]!, 1), strip)
        else primitives.indexSelect(kept, dim, longTensor(from, [from.length], device), strip)
      })
    })
    return out
  },
)

/** Kernel key: adds all that {@link borderPadOp} repeats to where it came from, in a tensor of `shape`. */
export const borderPadGradOp: Op<[g: Tensor, borders: readonly Border[], shape: Shape], Tensor> = defineOp(
  'borderPadGrad',
  (g: Tensor, borders: readonly Border[], shape: Shape): Tensor => {
    const { device } = g.storage
    const { primitives } = device
    const rest = borders.filter(isSelfContained)
    const folded = allocate(g.storage, g.dtype, g.shape)
    primitives.copy(g, folded)
    for (let i = rest.length - 1; i >= 0; i--) {
      const { dim } = rest[i]!
      eachStrip(centre(folded, rest.slice(i + 1)), rest[i]!, (strip, kept, from) => {
        if (from.length === 1) {
          const target = stretch(kept, dim, from[0]!, 1)
          primitives.binary(Binary.add, target, strip, target)
        } else {
          primitives.indexPut(ScatterMode.add, kept, dim, longTensor(from, [from.length], device), strip)
        }
      })
    }
    const others = borders.filter((b) => !isSelfContained(b))
    const sizes = shape.map((size, d) => (others.some((b) => b.dim === d) ? g.shape[d]! : size))
    const cropped = rest.some((b) => b.end - b.start < shape[b.dim]!)
    let out = allocate(g.storage, g.dtype, sizes, cropped)
    primitives.copy(centre(folded, rest), keptPart(out, rest))
    for (const border of others) {
      const from = sources(border)
      const sum = allocate(g.storage, g.dtype, resized(out.shape, border.dim, shape[border.dim]!), true)
      primitives.indexPut(ScatterMode.add, sum, border.dim, longTensor(from, [from.length], device), out)
      out = sum
    }
    return out
  },
)

/** `x` with elements of its own around it; `name` is that of the recorded node. */
export function borderPad(name: string, x: Tensor, borders: readonly Border[]): Tensor {
  const { shape } = x
  return record(name, borderPadOp(x, borders), [x], null, (g) => borderPadGrad(name, g, borders, shape))
}

function borderPadGrad(name: string, g: Tensor, borders: readonly Border[], shape: Shape): Tensor {
  const out = borderPadGradOp(g, borders, shape)
  return record('BorderPadGradBackward0', out, [g], null, (h) => borderPad(name, h, borders))
}
