/** Numbers, dates and durations as short text. */

const SUFFIXES: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
]

/** A number for a label of an axis, with the digits that tell it from the one `step` further: `0.05`, `1.5k`, `2M`, `1e-6`. */
export function tickText(value: number, step: number): string {
  if (Math.abs(value) < step * 1e-6) return '0'
  const size = Math.abs(value)
  if (size >= 1e15 || size < 1e-4) return exponential(value, step)
  const decimals = (unit: number): number => Math.min(15, Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9)))
  // years and small counts stay whole
  if (size >= 1e4 || (size >= 1000 && step >= 1000)) {
    for (const [unit, suffix] of SUFFIXES) {
      if (size < unit * 0.9999999) continue
      const digits = decimals(unit)
      if (digits > 2) break
      return `${minus((value / unit).toFixed(digits))}${suffix}`
    }
  }
  return minus(value.toFixed(decimals(1)))
}

function exponential(value: number, step: number): string {
  const power = Math.floor(Math.log10(Math.abs(value)) + 1e-9)
  const digits = Math.min(12, Math.max(0, power - Math.floor(Math.log10(step) + 1e-9)))
  const mantissa = (value / 10 ** power).toFixed(digits)
  return `${minus(mantissa)}e${minus(String(power))}`
}

/** A value for a reader, with about `digits` digits that count. */
export function valueText(value: number, digits = 5): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Number.POSITIVE_INFINITY) return '∞'
  if (value === Number.NEGATIVE_INFINITY) return '−∞'
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e9) return minus(value.toLocaleString('en-US'))
  if (value !== 0 && (size < 1e-4 || size >= 1e9)) {
    const [mantissa, power] = value.toExponential(digits - 1).split('e')
    return minus(`${Number(mantissa)}e${Number(power)}`)
  }
  return minus(String(Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size + 1)))))))
}

/** A hyphen as a minus. */
const minus = (text: string): string => text.replace('-', '−')

/**
 * How long something took: `0.5 s`, `42 s`, `3:05`, `2:00:00`, `3 d 4:00`.
 *
 * @param step - in seconds; what is less than that is left out
 */
export function durationText(seconds: number, step = 1): string {
  const size = Math.abs(seconds)
  if (size < step * 1e-6) return '0'
  if (step < 1 || (size < 60 && step < 60)) return `${tickText(seconds, Math.min(step, 1))} s`
  const sign = seconds < 0 ? '−' : ''
  const whole = Math.round(size)
  const two = (n: number): string => String(n).padStart(2, '0')
  const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60]
  const rest = step < 60 ? `:${two(whole % 60)}` : ''
  if (days > 0) return `${sign}${days} d${step >= 86400 ? '' : ` ${hours}:${two(minutes)}${rest}`}`
  if (hours > 0) return `${sign}${hours}:${two(minutes)}${rest === '' ? ' h' : rest}`
  return rest === '' ? `${sign}${minutes} min` : `${sign}${minutes}${rest}`
}

/** A count at a glance: `950`, `1.2k`, `11.7M`. */
export function countText(count: number): string {
  for (const [unit, suffix] of SUFFIXES) {
    if (count >= unit * 0.9995) return `${Number((count / unit).toPrecision(3))}${suffix}`
  }
  return String(count)
}
