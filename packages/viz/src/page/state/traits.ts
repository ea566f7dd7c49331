/** What a page can tell of a window before it is drawn. */
import type { Window } from '../../protocol/types.js'

export interface Traits {
  /** Lines of a training, which smoothing is meant for: not the curve of a function. */
  readonly isTraining: boolean
  /** All traces have times, so that the time may run along x. */
  readonly hasTime: boolean
  readonly hasEpoch: boolean
}

/** Points from which on a line counts as one of a training, though it came whole. */
export const MANY_POINTS = 500

const NONE: Traits = { isTraining: false, hasTime: false, hasEpoch: false }

/**
 * A window is of a training if its points have times or epochs, as a `Logger` sends them, if it was updated since it was made, or if it has
 * {@link MANY_POINTS}.
 */
export function traitsOf(window: Window): Traits {
  const data: unknown = (window.content as { readonly data?: unknown } | null | undefined)?.data
  if (window.type !== 'plot' || !Array.isArray(data) || data.length === 0) return NONE
  let [hasTime, hasEpoch, isLogged, isLong] = [true, true, false, false]
  for (const trace of data) {
    const { t, epoch, y } = (trace ?? {}) as { readonly t?: unknown; readonly epoch?: unknown; readonly y?: unknown }
    const [isTimed, isCounted] = [Array.isArray(t), Array.isArray(epoch)]
    hasTime &&= isTimed
    hasEpoch &&= isCounted
    isLogged ||= isTimed || isCounted
    isLong ||= Array.isArray(y) && y.length >= MANY_POINTS
  }
  return { isTraining: isLogged || isLong || window.version > 1, hasTime, hasEpoch }
}

export const areSame = (a: Traits, b: Traits): boolean =>
  a.isTraining === b.isTraining && a.hasTime === b.hasTime && a.hasEpoch === b.hasEpoch
