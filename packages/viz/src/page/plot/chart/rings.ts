/** Parts of rings around a point, with angles from the top, clockwise. */

const WHOLE = 2 * Math.PI

/** Whether a part goes all the way round. */
export const isWholeRing = (from: number, to: number): boolean => to - from > WHOLE - 1e-9

/** The outline of a part between two radii, of which the inner may be 0. */
export function ringOutline(x: number, y: number, inner: number, outer: number, from: number, to: number): number[] {
  const steps = Math.max(2, Math.ceil((to - from) * 40))
  const arc = (radius: number, a: number, b: number): number[] =>
    Array.from({ length: steps + 1 }, (_, i) => a + ((b - a) * i) / steps).flatMap((angle) => [
      x + Math.sin(angle) * radius,
      y - Math.cos(angle) * radius,
    ])
  if (isWholeRing(from, to))
    return inner > 0 ? [...arc(outer, from, to), Number.NaN, Number.NaN, ...arc(inner, from, to)] : arc(outer, from, to)
  return inner > 0 ? [...arc(outer, from, to), ...arc(inner, to, from)] : [x, y, ...arc(outer, from, to)]
}

/** The angle at which a point lies, seen from the middle. */
export function angleAt(dx: number, dy: number): number {
  return (Math.atan2(dx, -dy) + WHOLE) % WHOLE
}
