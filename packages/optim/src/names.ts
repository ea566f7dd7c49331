/** Names at the boundary: camelCase in memory, PyTorch's snake_case in what is saved. */

/** PyTorch's spelling of a name: `weightDecay` is `weight_decay`. */
export type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name

/** Options under PyTorch's names. */
export type Saved<O extends object> = { [Name in keyof O & string as SnakeCase<Name>]: O[Name] }

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function camelCase(name: string): string {
  return name.replace(/(?<=.)_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
