const two = (n: number): string => String(n).padStart(2, '0')

/** Seconds as `7s`, `1m05s` or `2h03m`. */
export function formatDuration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s}s`
  if (s < 3600) return `${Math.floor(s / 60)}m${two(s % 60)}s`
  return `${Math.floor(s / 3600)}h${two(Math.floor((s % 3600) / 60))}m`
}

/** A rate at a glance: `8.5`, `412`, `12.3k`, `1.2M`. */
export function formatRate(rate: number): string {
  if (rate < 99.95) return rate.toFixed(1)
  if (rate < 999.5) return rate.toFixed(0)
  return rate < 999_950 ? `${(rate / 1000).toFixed(1)}k` : `${(rate / 1e6).toFixed(1)}M`
}

/** A metric with four decimals, with an exponent where these say nothing; integers as they are. */
export function formatMetric(value: number | bigint | string): string {
  if (typeof value !== 'number' || Number.isInteger(value) || !Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  return size < 1e-3 || size >= 1e6 ? value.toExponential(2) : value.toFixed(4)
}

/** A number with `digits` digits that count, without zeros at its end: for axes and messages. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (value !== 0 && (size < 1e-4 || size >= 1e6)) return shortExponent(value.toExponential(digits - 1))
  return String(Number(value.toPrecision(digits)))
}

/** `1.200e-7` as `1.2e-7`. */
function shortExponent(text: string): string {
  const [mantissa, exponent] = text.split('e')
  return `${Number(mantissa)}e${Number(exponent)}`
}
