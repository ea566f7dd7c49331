/** Reading planes of numbers, as tensors hold them, at places between their elements. */

/** Elements that are computed with in float32, or in float64. */
export type Elements = Uint8Array | Float32Array | Float64Array

/** A stack of planes of equal size, each `height * width` elements in rows. */
export interface Planes {
  readonly elements: Elements
  readonly height: number
  readonly width: number
}

/**
 * What planes have at the places of a grid, as PyTorch's `grid_sample` reads it with zeros around and corners not aligned, down to
 * its rounding: which of two elements is nearest can depend on it.
 *
 * @param grid x and y of each place, from -1 to 1 across a plane
 * @param fill what takes the part of zeros, a number for each plane in turn; null for zeros
 * @returns planes of as many elements as the grid has places
 */
export function sampled(
  { elements, height, width }: Planes,
  grid: Float32Array | Float64Array,
  mode: 'nearest' | 'bilinear',
  fill: readonly number[] | null,
): Elements {
  const size = height * width
  const count = size === 0 ? 0 : elements.length / size
  const places = grid.length / 2
  const double = elements instanceof Float64Array
  const round = double ? (v: number): number => v : Math.fround
  // clamped bytes round, halves to the even number
  const out = double
    ? new Float64Array(count * places)
    : elements instanceof Uint8Array
      ? new Uint8ClampedArray(count * places)
      : new Float32Array(count * places)
  const colors = (fill ?? [0]).map(round)
  const onAxis = (v: number, length: number): number => round(round(v + 1) * (length / 2) - 0.5)
  const inside = (x: number, y: number): boolean => x >= 0 && x < width && y >= 0 && y < height

  for (let i = 0; i < places; i++) {
    const x = onAxis(grid[2 * i]!, width)
    const y = onAxis(grid[2 * i + 1]!, height)
    if (mode === 'nearest') {
      const column = halfToEven(x)
      const row = halfToEven(y)
      const at = inside(column, row) ? row * width + column : -1
      for (let p = 0; p < count; p++)
        out[p * places + i] = at < 0 ? colors[p % colors.length]! : elements[p * size + at]!
      continue
    }
    const left = Math.floor(x)
    const top = Math.floor(y)
    const [west, north] = [round(x - left), round(y - top)]
    const [east, south] = [round(1 - west), round(1 - north)]
    const at = top * width + left
    // zero weights where there is nothing, so that the loop over the planes need not ask
    const a = inside(left, top) ? round(south * east) : 0
    const b = inside(left + 1, top) ? round(south * west) : 0
    const c = inside(left, top + 1) ? round(north * east) : 0
    const d = inside(left + 1, top + 1) ? round(north * west) : 0
    const covered = round(round(round(a + b) + c) + d)
    const bare = round(1 - covered)
    for (let p = 0; p < count; p++) {
      const from = p * size + at
      let sum = a === 0 ? 0 : round(elements[from]! * a)
      if (b !== 0) sum = round(elements[from + 1]! * b + sum)
      if (c !== 0) sum = round(elements[from + width]! * c + sum)
      if (d !== 0) sum = round(elements[from + width + 1]! * d + sum)
      if (fill !== null) sum = round(round(sum * covered) + round(bare * colors[p % colors.length]!))
      out[p * places + i] = sum
    }
  }
  return out instanceof Uint8ClampedArray ? new Uint8Array(out.buffer) : out
}

function halfToEven(x: number): number {
  const down = Math.floor(x)
  return x - down === 0.5 ? down + (down & 1) : Math.round(x)
}
