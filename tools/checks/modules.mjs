// What a TypeScript file imports, read from its syntax by the parser that vite brings (oxc). The usual import graph
// tools need TypeScript's JavaScript API to read TypeScript, which TypeScript 7 no longer has.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'vite'

/**
 * @typedef {object} ModuleImport
 * @property {string} specifier what stands between the quotes
 * @property {'value' | 'type' | 'dynamic'} kind `type`: erased by the compiler; `dynamic`: `import()` at run time
 * @property {boolean} reexportsAll `export * from`, without a name
 * @property {number} line counted from 1
 */

/**
 * @param {string} folder
 * @returns {string[]} its TypeScript files, sorted; none if there is no such folder
 */
export function sourceFiles(folder) {
  let names
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return []
    throw error
  }
  return names
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name))
    .sort()
}

/**
 * @param {string} file
 * @returns {ModuleImport[]}
 */
export function importsOf(file) {
  const source = readFileSync(file, 'utf8')
  const { program, module, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors.map((error) => error.message).join('; ')}`)
  /** @param {number} offset */
  const lineOf = (offset) => source.slice(0, offset).split('\n').length

  /** @type {ModuleImport[]} */
  const imports = []
  for (const node of program.body) {
    const isImport = node.type === 'ImportDeclaration'
    if (!isImport && node.type !== 'ExportAllDeclaration' && node.type !== 'ExportNamedDeclaration') continue
    if (!node.source) continue
    // The keyword of the whole statement counts: `import { type A } from` still loads the module at run time.
    const kind = (isImport ? node.importKind : node.exportKind) === 'type' ? 'type' : 'value'
    const reexportsAll = node.type === 'ExportAllDeclaration' && node.exported === null
    imports.push({ specifier: node.source.value, kind, reexportsAll, line: lineOf(node.start) })
  }
  for (const { moduleRequest } of module.dynamicImports) {
    // Only a literal says where it leads; what is computed cannot be checked.
    const literal = /^(['"`])([^$]*)\1$/.exec(source.slice(moduleRequest.start, moduleRequest.end).trim())
    if (literal?.[2] === undefined) continue
    imports.push({ specifier: literal[2], kind: 'dynamic', reexportsAll: false, line: lineOf(moduleRequest.start) })
  }
  return imports
}
