/** Where values of an axis lie on the screen. */

export type ScaleKind = 'linear' | 'log' | 'date' | 'duration' | 'category'

/** Ends of an axis, as it is drawn: logarithms of ten where it is logarithmic. */
export interface Span {
  readonly low: number
  readonly high: number
}

export class Scale {
  readonly kind: ScaleKind
  readonly low: number
  readonly high: number
  readonly from: number
  readonly to: number
  readonly isLog: boolean
  /** pixels per unit */
  readonly factor: number

  /**
   * @param from - pixel of `low`
   * @param to - pixel of `high`
   */
  constructor(kind: ScaleKind, { low, high }: Span, from: number, to: number) {
    this.kind = kind
    this.low = low
    this.high = high
    this.from = from
    this.to = to
    this.isLog = kind === 'log'
    this.factor = (to - from) / (high - low)
  }

  /** Pixel of a value; NaN for what has no place, such as zero on a logarithmic axis. */
  at(value: number): number {
    const v = this.isLog ? (value > 0 ? Math.log10(value) : Number.NaN) : value
    return this.from + (v - this.low) * this.factor
  }

  /** Place on the axis, in its own units, of a pixel. */
  unitAt(pixel: number): number {
    return this.low + (pixel - this.from) / this.factor
  }

  /** Value at a pixel. */
  valueAt(pixel: number): number {
    return this.value(this.unitAt(pixel))
  }

  /** Value at a place in the axis's own units. */
  value(unit: number): number {
    return this.isLog ? 10 ** unit : unit
  }

  /** Ends as values. */
  get lowValue(): number {
    return this.value(this.low)
  }

  get highValue(): number {
    return this.value(this.high)
  }
}

const LARGEST = 5e307

/** A span with room at its ends; one of no length, or whose length is lost in rounding, gets some. */
export function padSpan({ low, high }: Span, share: number): Span {
  const size = Math.max(Math.abs(low), Math.abs(high))
  // so that the length of no axis is infinite
  if (size > LARGEST)
    return padSpan(
      { low: Math.max(-LARGEST, Math.min(LARGEST, low)), high: Math.max(-LARGEST, Math.min(LARGEST, high)) },
      share,
    )
  const length = high - low
  if (length > size * 1e-12) return { low: low - length * share, high: high + length * share }
  const room = size > 1e-300 ? size * 0.1 : 1
  return { low: low - room, high: high + room }
}
