/** The numbers of affine and perspective maps. */
import { RuntimeError, ValueError } from '@tsorch/core'

/** A point, or a distance: x, y. */
export type Point = readonly [x: number, y: number]

/** Six numbers a ... f: x' = a x + b y + c, y' = d x + e y + f. */
export type AffineMatrix = [number, number, number, number, number, number]

const radians = (degrees: number): number => (degrees * Math.PI) / 180

/**
 * Where each pixel comes from when an image is sheared, scaled and turned about `center`, then moved by `translate`: the inverse of
 * T C R S Shear C^-1.
 */
export function inverseAffineMatrix(
  center: Point,
  angle: number,
  translate: Point,
  scale: number,
  shear: Point,
): AffineMatrix {
  const rotation = radians(angle)
  const [sx, sy] = [radians(shear[0]), radians(shear[1])]
  const [cx, cy] = center
  const [tx, ty] = translate
  // rotation and shear; their determinant is 1
  const a = Math.cos(rotation - sy) / Math.cos(sy)
  const b = (-Math.cos(rotation - sy) * Math.tan(sx)) / Math.cos(sy) - Math.sin(rotation)
  const c = Math.sin(rotation - sy) / Math.cos(sy)
  const d = (-Math.sin(rotation - sy) * Math.tan(sx)) / Math.cos(sy) + Math.cos(rotation)
  const [m0, m1, m3, m4] = [d / scale, -b / scale, -c / scale, a / scale]
  return [m0, m1, m0 * (-cx - tx) + m1 * (-cy - ty) + cx, m3, m4, m3 * (-cx - tx) + m4 * (-cy - ty) + cy]
}

/**
 * The eight numbers of the perspective map that takes `endpoints` back to `startpoints`, in float32.
 *
 * @throws ValueError if there are not four corners each, RuntimeError if three of `endpoints` lie on one line
 */
export function perspectiveCoefficients(
  startpoints: readonly (readonly number[])[],
  endpoints: readonly (readonly number[])[],
): number[] {
  if (startpoints.length !== 4 || endpoints.length !== 4) {
    throw new ValueError(
      `Please provide exactly four corners, got ${startpoints.length} startpoints and ${endpoints.length} endpoints.`,
    )
  }
  const equations = endpoints.flatMap(([x, y], i) => {
    const [u, v] = startpoints[i] as [number, number]
    return [
      [x!, y!, 1, 0, 0, 0, -u * x!, -u * y!, u],
      [0, 0, 0, x!, y!, 1, -v * x!, -v * y!, v],
    ]
  })
  return solved(equations).map(Math.fround)
}

/** Solves equations, each its factors and its right side, by elimination with pivots. */
function solved(rows: number[][]): number[] {
  const n = rows.length
  for (let column = 0; column < n; column++) {
    const rest = rows.slice(column).map((row) => Math.abs(row[column]!))
    const pivot = column + rest.indexOf(Math.max(...rest))
    if (!(Math.abs(rows[pivot]![column]!) > 1e-12))
      throw new RuntimeError('perspective: the corners do not span a quadrilateral, three of them lie on one line')
    ;[rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!]
    for (let i = 0; i < n; i++) {
      if (i === column) continue
      const factor = rows[i]![column]! / rows[column]![column]!
      for (let k = column; k <= n; k++) rows[i]![k]! -= factor * rows[column]![k]!
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!)
}
