/**
 * Node's own modules where there are any (Node, Deno, Bun), null in browsers. Asked for at run time: an `import` would have
 * to be explained to every bundler.
 */

type Builtin = {
  'node:fs': typeof import('node:fs')
  'node:zlib': typeof import('node:zlib')
}

function builtin<Name extends keyof Builtin>(name: Name): Builtin[Name] | null {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
  return (process?.getBuiltinModule?.(name) as Builtin[Name] | undefined) ?? null
}

export function nodeFs(): typeof import('node:fs') | null {
  return builtin('node:fs')
}

export function nodeZlib(): typeof import('node:zlib') | null {
  return builtin('node:zlib')
}
