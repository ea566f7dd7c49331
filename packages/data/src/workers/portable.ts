/** What can be sent to a worker by name: classes and functions, which no message carries. */

/** A class or a function. */
type Named = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown)

/** Where a worker finds a class or a function again. */
export interface Place {
  /** What the worker imports: the URL of a module. */
  readonly module: string
  readonly name: string
}

interface Registry {
  readonly places: WeakMap<object, Place>
  readonly values: Map<string, Named>
}

// One for all copies of this package in a thread: modules of users and this package's own worker may load different ones.
const key = Symbol.for('tsorch.portable')
const shared = globalThis as { [key]?: Registry }
shared[key] ??= { places: new WeakMap(), values: new Map() }
const registry: Registry = shared[key]

/**
 * Tells how workers of a `DataLoader` find the classes and functions of a module: a data set's class, its transform, a
 * `collateFn`, a `workerInitFn`. A worker imports the module and takes what is registered, or exported, there under the same name.
 *
 * The module is imported again in every worker. Where it is the program's own script, what starts the training has to stand
 * under `if (getWorkerInfo() === null)`, as under Python's `if __name__ == '__main__'`.
 *
 * @param module - `import.meta.url`
 * @param values - classes and functions by name
 * @example
 * ```ts
 * class Squares extends Dataset<number> {
 *   get length() { return 100 }
 *   getItem(index: number) { return index * index }
 * }
 * portable(import.meta.url, { Squares })
 * ```
 */
export function portable(module: string, values: Readonly<Record<string, Named>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'function')
      throw new TypeError(`portable(): ${name} should be a class or a function, but got ${describe(value)}`)
    registry.places.set(value, { module, name })
    registry.values.set(`${module}#${name}`, value)
  }
}

/** Where workers find a class or function, undefined if nobody said. */
export function placeOf(value: object): Place | undefined {
  return registry.places.get(value)
}

/** Loads the module of a place, unless what is there is known already. */
export async function load({ module, name }: Place): Promise<void> {
  const id = `${module}#${name}`
  if (registry.values.has(id)) return
  const exports = (await import(/* @vite-ignore */ /* webpackIgnore: true */ module)) as Record<string, unknown>
  const exported = exports[name]
  if (!registry.values.has(id) && typeof exported === 'function') registry.values.set(id, exported as Named)
}

/** The class or function of a place. @throws Error if its module does not register it */
export function lookup({ module, name }: Place): Named {
  const found = registry.values.get(`${module}#${name}`)
  if (found === undefined)
    throw new Error(
      `${module} neither exports nor registers '${name}' when a worker imports it: portable(import.meta.url, { ${name} })`,
    )
  return found
}

function describe(value: unknown): string {
  return value === null ? 'null' : typeof value
}
