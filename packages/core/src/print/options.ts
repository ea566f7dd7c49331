import { ValueError } from '../errors.js'
import { describe } from '../options.js'
import { MAX_PRECISION } from './number.js'

/** How tensors are printed. */
export interface PrintOptions {
  /** Digits after the point. Default 4. */
  precision?: number
  /** Tensors with more elements than this are summarised. Default 1000. */
  threshold?: number
  /** Elements shown at the beginning and end of each dimension of a summary. Default 3. */
  edgeitems?: number
  /** Characters a line. Default 80. */
  linewidth?: number
  /** Scientific notation always (true), never (false) or by the range of the values (null). Default null. */
  sciMode?: boolean | null
}

/** A set of defaults to start from. */
export type PrintProfile = 'default' | 'short' | 'full'

export interface SetPrintOptions extends PrintOptions {
  /** Sets `precision`, `threshold`, `edgeitems` and `linewidth` to a named set of values before the other options apply. */
  profile?: PrintProfile
}

const profiles: Record<PrintProfile, Omit<Required<PrintOptions>, 'sciMode'>> = {
  default: { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 },
  short: { precision: 2, threshold: 1000, edgeitems: 2, linewidth: 80 },
  full: { precision: 4, threshold: Number.POSITIVE_INFINITY, edgeitems: 3, linewidth: 80 },
}

let current: Readonly<Required<PrintOptions>> = { ...profiles.default, sciMode: null }

/**
 * Sets how tensors are printed. What is left out stays as it is, except `sciMode`, which goes back to automatic.
 *
 * @throws ValueError for a number out of range, TypeError for an unknown option
 * @example
 * ```ts
 * import { setPrintoptions, tensor } from '@tsorch/core'
 *
 * setPrintoptions({ precision: 2 })
 * console.log(String(tensor([1.12345]))) // tensor([1.12])
 * setPrintoptions({ profile: 'default' })
 * ```
 * @see https://docs.pytorch.org/docs/stable/generated/torch.set_printoptions.html
 */
export function setPrintoptions(options: SetPrintOptions = {}): void {
  current = mergePrintOptions('setPrintoptions', current, { ...options, sciMode: options.sciMode ?? null })
}

/**
 * How tensors are printed now, in a form that {@link setPrintoptions} takes.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.get_printoptions.html
 */
export function getPrintoptions(): Required<PrintOptions> {
  return { ...current }
}

/**
 * Runs `fn` with other print options (those of {@link setPrintoptions}), then puts the old ones back.
 *
 * @example
 * ```ts
 * import { printoptions, tensor } from '@tsorch/core'
 *
 * const short = printoptions({ precision: 1 }, () => String(tensor([0.25]))) // tensor([0.2])
 * ```
 * @see https://docs.pytorch.org/docs/stable/tensor_attributes.html
 */
export function printoptions<T>(options: SetPrintOptions, fn: () => T): T {
  const before = current
  setPrintoptions(options)
  try {
    return fn()
  } finally {
    current = before
  }
}

/** `base` with the options given, checked. */
export function mergePrintOptions(
  caller: string,
  base: Readonly<Required<PrintOptions>>,
  options: SetPrintOptions,
): Required<PrintOptions> {
  const merged: Required<PrintOptions> = { ...base }
  const { profile } = options
  if (profile !== undefined) {
    if (!Object.hasOwn(profiles, profile)) {
      throw new ValueError(`${caller}(): profile must be one of default, short, full, but got ${describe(profile)}`)
    }
    Object.assign(merged, profiles[profile])
  }
  for (const [name, value] of Object.entries(options)) {
    if (name === 'profile' || value === undefined) continue
    if (!Object.hasOwn(merged, name)) {
      throw new TypeError(
        `${caller}(): unknown option '${name}', expected ${Object.keys(merged).join(', ')} or profile`,
      )
    }
    Object.assign(merged, { [name]: value })
  }
  checkCount(caller, 'precision', merged.precision, MAX_PRECISION)
  checkCount(caller, 'edgeitems', merged.edgeitems)
  checkCount(caller, 'linewidth', merged.linewidth)
  if (typeof merged.threshold !== 'number' || !(merged.threshold >= 0)) {
    throw new ValueError(`${caller}(): threshold must be a number >= 0, but got ${describe(merged.threshold)}`)
  }
  if (merged.sciMode !== null && typeof merged.sciMode !== 'boolean') {
    throw new ValueError(`${caller}(): sciMode must be true, false or null, but got ${describe(merged.sciMode)}`)
  }
  return merged
}

function checkCount(caller: string, name: string, value: number, max = Number.POSITIVE_INFINITY): void {
  // Infinity is a sensible line width and number of edge items
  if (typeof value === 'number' && value >= 0 && value <= max && (Number.isInteger(value) || value === Infinity)) return
  const range = max === Number.POSITIVE_INFINITY ? '>= 0' : `in [0, ${max}]`
  throw new ValueError(`${caller}(): ${name} must be an integer ${range}, but got ${describe(value)}`)
}
