import { ValueError } from '@tsorch/core'

/**
 * The entry of a table that an option names.
 *
 * @throws ValueError for another name
 */
export function choice<K extends string, T>(option: string, table: Readonly<Record<K, T>>, key: K): T {
  if (!Object.hasOwn(table, key))
    throw new ValueError(`${option} must be one of ${Object.keys(table).join(', ')}, but got '${String(key)}'`)
  return table[key]
}
