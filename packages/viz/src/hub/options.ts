/** What may be set when a hub is made. */

/** Options of {@link Hub}. */
export interface HubOptions {
  /** Environments at most. Default 10,000. */
  maxEnvironments?: number
  /** Windows at most in each environment. Default 10,000. */
  maxWindows?: number
  /** Entries of an image history; the oldest go when more come. Default 1,000. */
  maxHistory?: number
  /** Characters of all images in an image history; the oldest go when more come, but for the latest. Default 64 Mi. */
  maxHistoryLength?: number
  /** Characters of a text window that is appended to; the oldest lines go when more come. Default 4 Mi. */
  maxTextLength?: number
  /** Seconds since 1970. Default: the time. */
  clock?: () => number
  /** Makes ids of contents, windows and connections. Default: ids that nobody can guess. */
  makeId?: () => string
  /** Hears what went wrong without an answer that could tell it. Default: nobody. */
  onWarning?: (message: string) => void
}

export type HubLimits = Required<Omit<HubOptions, 'clock' | 'makeId' | 'onWarning'>>

const DEFAULTS: HubLimits = {
  maxEnvironments: 10_000,
  maxWindows: 10_000,
  maxHistory: 1000,
  maxHistoryLength: 2 ** 26,
  maxTextLength: 2 ** 22,
}

/**
 * The limits in options, or their defaults.
 *
 * @throws RangeError for a limit that is no integer of at least 1
 */
export function readLimits(options: HubOptions): HubLimits {
  const limits = { ...DEFAULTS }
  for (const key of Object.keys(DEFAULTS) as (keyof HubLimits)[]) {
    const value = options[key]
    if (value === undefined) continue
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`Hub: ${key} should be an integer of at least 1, but got ${value}`)
    limits[key] = value
  }
  return limits
}

/** 122 random bits, which browsers give on insecure pages too. */
export function randomId(): string {
  const hex = Array.from(globalThis.crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
