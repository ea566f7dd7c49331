/**
 * Sizes of blocks: multiples of 64 bytes, in classes of which there are four to an octave, so that a block is at most a quarter
 * larger than what was asked for.
 */

/** Bytes of a unit: a cache line, and what vector loads like to be aligned to. */
export const UNIT = 64

/** Enough for 4 GB. */
export const CLASSES = 100

// shifts: powers of two as such take most of the time of an allocation

/** The smallest class that holds `units`. */
export function classHolding(units: number): number {
  if (units <= 4) return units - 1
  const octave = 31 - Math.clz32(units - 1)
  return 4 * (octave - 1) + ((units - 1 - (1 << octave)) >> (octave - 2))
}

/** The largest class that fits into `units`. */
export function classWithin(units: number): number {
  if (units <= 4) return units - 1
  const octave = 31 - Math.clz32(units)
  return 4 * (octave - 1) - 1 + ((units - (1 << octave)) >> (octave - 2))
}

/** Units of a block of that class. */
export function unitsOf(sizeClass: number): number {
  if (sizeClass < 4) return sizeClass + 1
  const octave = (sizeClass >> 2) + 1
  return 2 ** octave + ((sizeClass & 3) + 1) * 2 ** (octave - 2)
}
