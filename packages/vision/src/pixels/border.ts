/** How an image goes on beyond its edges. */

/** What stands beyond an edge: the last pixel, or the image mirrored without (`reflect`) or with its last pixel repeated. */
export type Border = 'edge' | 'reflect' | 'symmetric'

const sources: Readonly<Record<Border, (position: number, size: number) => number>> = {
  edge: (position, size) => Math.min(Math.max(position, 0), size - 1),
  reflect(position, size) {
    if (size === 1) return 0
    const period = 2 * (size - 1)
    const place = modulo(position, period)
    return place < size ? place : period - place
  },
  symmetric(position, size) {
    const place = modulo(position, 2 * size)
    return place < size ? place : 2 * size - 1 - place
  },
}

function modulo(a: number, b: number): number {
  return ((a % b) + b) % b
}

/** For each position from `-before` up to `size + after` the position inside that has the same pixel; a negative number cuts off. */
export function borderIndices(size: number, before: number, after: number, border: Border): Int32Array {
  const start = Math.max(-before, 0)
  const kept = Math.max(size - start - Math.max(-after, 0), 0)
  const length = kept + Math.max(before, 0) + Math.max(after, 0)
  // nothing to go on from
  if (kept === 0) return new Int32Array(0)
  return Int32Array.from({ length }, (_, i) => start + sources[border](i - Math.max(before, 0), kept))
}
