// Where the kernels' sources are, and which of them a build needs.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const packageFolder = fileURLToPath(new URL('..', import.meta.url))
export const ccFolder = `${packageFolder}cc/`
export const generatedFolder = `${packageFolder}src/generated/`
/** Compiled objects by the hash of what they were made from. */
export const cacheFolder = `${packageFolder}build/`

/** @param {string} folder @param {RegExp} pattern */
function list(folder, pattern) {
  return readdirSync(`${ccFolder}${folder}`)
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => `${folder}${name}`)
}

/** Files that hold kernels, and the pool. */
export const kernelSources = () => list('', /\.cc$/)
/** Files of the native addon alone. */
export const addonSources = () => list('napi/', /\.cc$/)

/** All headers and lists by name: what an `#include` may need. */
export function headers() {
  const names = [...list('', /\.(h|def)$/), ...list('napi/', /\.h$/)]
  return Object.fromEntries(names.map((name) => [name, readFileSync(`${ccFolder}${name}`, 'utf8')]))
}

/** Headers that `name` includes, directly or through others: only a change in these asks for a new object. */
export function includesOf(name, all) {
  const found = new Set()
  const visit = (file) => {
    const text = all[file] ?? readFileSync(`${ccFolder}${file}`, 'utf8')
    const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : ''
    for (const [, quoted] of text.matchAll(/^\s*#include "([^"]+)"/gm)) {
      const target = new URL(quoted, `file:///${folder}`).pathname.slice(1)
      if (all[target] === undefined || found.has(target)) continue
      found.add(target)
      visit(target)
    }
  }
  visit(name)
  return [...found].sort()
}

/** @param {readonly string[]} parts */
export function hashOf(parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex').slice(0, 24)
}
