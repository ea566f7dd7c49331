/** Results of operations that give several tensors: an array to destructure, with PyTorch's names as well. */

/** An array whose entries can also be read by name. */
export type NamedTuple<N extends readonly string[], T extends readonly unknown[]> = T & {
  readonly [K in N[number]]: T[number]
}

type Constructor = new (entries: readonly unknown[]) => unknown[]
const classes = new Map<string, Constructor>()

/** A tuple of `values` with the given names. */
export function namedTuple<const N extends readonly string[], T extends readonly unknown[]>(
  names: N,
  values: T,
): NamedTuple<N, T> {
  const key = names.join()
  let type = classes.get(key)
  if (type === undefined) {
    type = class extends Array<unknown> {
      constructor(entries: readonly unknown[]) {
        super(entries.length)
        entries.forEach((entry, i) => {
          this[i] = entry
        })
      }
      // map() and its like give plain arrays
      static override get [Symbol.species](): ArrayConstructor {
        return Array
      }
    }
    names.forEach((name, i) => {
      Object.defineProperty(type!.prototype, name, {
        get(this: unknown[]) {
          return this[i]
        },
      })
    })
    classes.set(key, type)
  }
  return new type(values) as unknown as NamedTuple<N, T>
}

/** `[values, indices]` */
export type ValuesIndices<T> = readonly [values: T, indices: T] & { readonly values: T; readonly indices: T }

/** A tuple of values and indices. */
export function valuesIndices<T>(values: T, indices: T): ValuesIndices<T> {
  return namedTuple(['values', 'indices'], [values, indices] as const) as unknown as ValuesIndices<T>
}
