/** Members of a model by their paths. */
import { RuntimeError, ValueError } from '@tsorch/core'
import { type Entry, isModule, ownModules, setMember } from './entries.js'
import { joinPath } from './keys.js'
import type { AnyModule } from './module.js'
import { className } from './print.js'

/**
 * What the last name of a path belongs to: its module and the name itself.
 *
 * @throws RuntimeError if a name on the way is no module
 */
export function moduleAt(root: AnyModule, path: string): AnyModule {
  let module = root
  if (path === '') return module
  for (const name of path.split('.')) {
    let found: AnyModule | undefined
    for (const { key, value } of ownModules(module)) if (key === name) found = value
    if (found === undefined) {
      if ((module as unknown as Record<string, unknown>)[name] !== undefined)
        throw new RuntimeError(`\`${name}\` is not an nn.Module`)
      throw new RuntimeError(`${className(module)} has no attribute \`${name}\``)
    }
    module = found
  }
  return module
}

/** A member of some module by its path. @throws RuntimeError if there is none of the kind */
export function memberAt<T>(
  root: AnyModule,
  path: string,
  kind: string,
  members: (module: AnyModule) => Iterable<Entry<T>>,
): T {
  const dot = path.lastIndexOf('.')
  const module = moduleAt(root, path.slice(0, Math.max(dot, 0)))
  const name = path.slice(dot + 1)
  for (const { key, value } of members(module)) if (key === name) return value
  if ((module as unknown as Record<string, unknown>)[name] === undefined)
    throw new RuntimeError(`${className(module)} has no attribute \`${name}\``)
  throw new RuntimeError(`\`${name}\` is not ${kind}`)
}

/** All members of a kind with their paths; each once, unless `duplicates`. */
export function* namedMembers<T>(
  modules: Iterable<readonly [string, AnyModule]>,
  members: (module: AnyModule) => Iterable<Entry<T>>,
  duplicates: boolean,
): IterableIterator<[string, T]> {
  const seen = new Set<T>()
  for (const [path, module] of modules) {
    for (const { key, value } of members(module)) {
      if (seen.has(value) && !duplicates) continue
      seen.add(value)
      yield [joinPath(path, key), value]
    }
  }
}

/** Puts a module where a path leads. @throws ValueError, RuntimeError as {@link Module.setSubmodule} */
export function replaceModule(root: AnyModule, path: string, module: AnyModule, strict: boolean): void {
  if (path === '') throw new ValueError('Cannot set the submodule without a target name!')
  if (!isModule(module)) throw new ValueError(`\`module\` is not an nn.Module, found ${typeof module}`)
  const dot = path.lastIndexOf('.')
  const parent = moduleAt(root, path.slice(0, Math.max(dot, 0)))
  const name = path.slice(dot + 1)
  const there = ownModules(parent).find(({ key }) => key === name)
  if (there === undefined) {
    if ((parent as unknown as Record<string, unknown>)[name] !== undefined)
      throw new RuntimeError(`\`${name}\` is not an nn.Module`)
    if (strict) throw new RuntimeError(`${className(parent)} has no attribute \`${name}\``)
  }
  setMember(parent, there?.property ?? name, module)
}
