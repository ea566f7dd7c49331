/** Optional arguments: the same names by position or in one trailing object. */

/** A TypeError that shows the value it complains of. */
export function TypeError_(expected: string, given: unknown): TypeError {
  return new TypeError(`${expected} ${describe(given)}`)
}

/** A short description of any value, for messages. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.length > 8 ? `array of ${value.length}` : `[${value.map(describe).join(', ')}]`
  if (typeof value === 'object') {
    const shape = (value as { shape?: unknown }).shape
    const name = value.constructor?.name ?? 'object'
    return Array.isArray(shape) ? `${name} of shape [${shape.join(', ')}]` : name
  }
  return typeof value
}

function isOptions(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * Collects optional arguments: `args` in the order of `names`, the last one given may be an object of options.
 *
 * `bindOptions('sum', ['dim', 'keepdim'], [1, true])` and `bindOptions('sum', ['dim', 'keepdim'], [{ dim: 1, keepdim: true }])`
 * give the same.
 *
 * @throws TypeError for a name that the operation does not have, or one given twice
 */
export function bindOptions<O extends object>(
  op: string,
  names: readonly (keyof O & string)[],
  args: readonly unknown[],
): Partial<O> {
  const bound: Record<string, unknown> = {}
  let count = args.length
  while (count > 0 && args[count - 1] === undefined) count--
  for (let i = 0; i < count; i++) {
    const value = args[i]
    if (isOptions(value)) {
      if (i !== count - 1) throw new TypeError(`${op}(): the options object must come last`)
      for (const [name, option] of Object.entries(value)) {
        if (!names.includes(name as keyof O & string))
          throw new TypeError(`${op}(): unknown option '${name}', expected ${names.join(', ')}`)
        if (bound[name] !== undefined)
          throw new TypeError(`${op}(): argument '${name}' was given by position and in the options`)
        if (option !== undefined) bound[name] = option
      }
    } else if (value !== undefined) {
      const name = names[i]
      if (name === undefined)
        throw new TypeError(`${op}(): takes at most ${names.length} optional arguments, but got ${count}`)
      bound[name] = value
    }
  }
  return bound as Partial<O>
}
