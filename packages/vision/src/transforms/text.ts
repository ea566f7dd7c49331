/** Values as Python prints them. */

/** A number that Python has as a float: `1.0`. */
export function float(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

/** `(2, 3)` */
export function tuple(values: readonly number[], text: (value: number) => string = String): string {
  return `(${values.map(text).join(', ')}${values.length === 1 ? ',' : ''})`
}

/** `[2, 3]` */
export function list(values: readonly number[], text: (value: number) => string = String): string {
  return `[${values.map(text).join(', ')}]`
}

/** A number, a list, or `None`. */
export function plain(value: string | number | readonly number[] | null): string {
  return value === null ? 'None' : typeof value === 'object' ? list(value) : String(value)
}

/** `True` or `False`, `None` for null. */
export function flag(value: boolean | null): string {
  return value === null ? 'None' : value ? 'True' : 'False'
}
