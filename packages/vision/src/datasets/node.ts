/**
 * Node's own modules where there are any (Node, Deno, Bun), null in browsers. Asked for at run time: an `import` would have
 * to be explained to every bundler.
 */

type Builtin = {
  'node:crypto': typeof import('node:crypto')
  'node:fs': typeof import('node:fs')
  'node:zlib': typeof import('node:zlib')
}

function builtin<Name extends keyof Builtin>(name: Name): Builtin[Name] | null {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
  return (process?.getBuiltinModule?.(name) as Builtin[Name] | undefined) ?? null
}

export function nodeCrypto(): typeof import('node:crypto') | null {
  return builtin('node:crypto')
}

export function nodeFs(): typeof import('node:fs') | null {
  return builtin('node:fs')
}

export function nodeZlib(): typeof import('node:zlib') | null {
  return builtin('node:zlib')
}

/**
 * Folders of installed npm packages, `PACKAGE/FOLDER`, that the program can see from where it runs, as Node looks for packages:
 * in `node_modules` of its folder and of those above.
 */
export function installedFolders(folder: string): string[] {
  const fs = nodeFs()
  if (fs === null) return []
  const found: string[] = []
  let at = process.cwd().replace(/[/\\]+$/, '')
  for (;;) {
    const candidate = `${at}/node_modules/${folder}`
    if (fs.existsSync(candidate)) found.push(candidate)
    const above = Math.max(at.lastIndexOf('/'), at.lastIndexOf('\\'))
    if (above < 0) return found
    at = at.slice(0, above)
  }
}
