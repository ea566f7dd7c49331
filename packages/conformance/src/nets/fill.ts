/** The numbers that recorded networks are filled with: a hash of the name and the position, so that nobody has to store them. */

/** FNV-1a of the text's bytes. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193)
  return h >>> 0
}

/** `count` values of `f(u)`, with u from [0, 1) that hang on `name` and the position. */
function filled(name: string, count: number, f: (u: number) => number): Float32Array {
  const h = hash(name)
  const out = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    let x = (h + Math.imul(i, 0x9e3779b9)) | 0
    x ^= x >>> 16
    x = Math.imul(x, 0x85ebca6b)
    x ^= x >>> 13
    x = Math.imul(x, 0xc2b2ae35)
    x ^= x >>> 16
    out[i] = f((x >>> 8) / 2 ** 24)
  }
  return out
}

/** The values of a parameter or buffer of floating point, by its name and shape. */
export function fillOf(name: string, shape: readonly number[]): Float32Array {
  const count = shape.reduce((n, size) => n * size, 1)
  if (name.endsWith('running_var')) return filled(name, count, (u) => 0.5 + u)
  if (name.endsWith('running_mean')) return filled(name, count, (u) => 0.2 * u - 0.1)
  if (shape.length >= 2) {
    const bound = Math.sqrt(6 / (count / shape[0]!))
    return filled(name, count, (u) => (2 * u - 1) * bound)
  }
  return filled(name, count, name.endsWith('bias') ? (u) => 0.2 * u - 0.1 : (u) => 0.5 + u)
}

/** The batch of images of `[2, 3, size, size]` that the networks are run on. */
export function inputOf(size: number): Float32Array {
  return filled('input', 6 * size * size, (u) => 4 * u - 2)
}

/** The cotangent of an output of so many elements. */
export function cotangentOf(count: number): Float32Array {
  return filled('cotangent', count, (u) => 2 * u - 1)
}
