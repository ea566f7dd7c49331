/** Node's own modules, asked for at run time: an import of them would have to be explained to every bundler for browsers. */

type Builtin = {
  'node:fs': typeof import('node:fs')
  'node:http': typeof import('node:http')
  'node:https': typeof import('node:https')
  'node:os': typeof import('node:os')
  'node:path': typeof import('node:path')
  'node:url': typeof import('node:url')
  'node:zlib': typeof import('node:zlib')
}

/** @throws Error where there is no such module, which is in browsers; `purpose` says what needed it */
export function builtin<Name extends keyof Builtin>(name: Name, purpose: string): Builtin[Name] {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
  const found = process?.getBuiltinModule?.(name) as Builtin[Name] | undefined
  if (found === undefined) throw new Error(`${purpose} needs Node.js: there is no ${name.slice(5)} module here`)
  return found
}

/** A path as a string, given as one or as a file URL. */
export function pathOf(path: string | URL): string {
  return path instanceof URL ? builtin('node:url', 'a file URL').fileURLToPath(path) : path
}
