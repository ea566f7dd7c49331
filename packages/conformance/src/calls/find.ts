import { type Callable, type Library, NotCovered } from '../library.js'
import { camelCase } from './names.js'

/**
 * What a Python path names in the library: `torch.nn.functional.max_pool2d` is `library.nn.functional.maxPool2d`.
 *
 * @throws NotCovered if there is no such function or class
 */
export function find(library: Library, path: string): Callable {
  let found: unknown = library
  for (const part of path.split('.').slice(1)) {
    const holder = found as Record<string, unknown> | undefined | null
    // a module wears its namespace as a plain object, a class its statics: both are read the same way
    found = holder === undefined || holder === null ? undefined : holder[camelCase(part)]
  }
  if (typeof found !== 'function') throw new NotCovered(path)
  return found as Callable
}
