/** Values as Python writes them, for the texts of modules. */

/** A float: `0.5`, `1.0`, `1e-05`. */
export function float(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf'
  const size = Math.abs(x)
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [mantissa, sign, digits] = /^(.+)e([+-])(\d+)$/.exec(x.toExponential())!.slice(1) as [string, string, string]
    return `${mantissa}e${sign}${digits.padStart(2, '0')}`
  }
  return Number.isInteger(x) ? x.toFixed(1) : String(x)
}

/** A truth value. */
export function bool(x: boolean): string {
  return x ? 'True' : 'False'
}

/** A tuple of integers: `(3,)`, `(3, 3)`. */
export function tuple(values: readonly number[]): string {
  return values.length === 1 ? `(${values[0]},)` : `(${values.join(', ')})`
}

/** One integer, or a tuple of them. */
export function sizes(value: number | readonly number[]): string {
  return typeof value === 'number' ? String(value) : tuple(value)
}
