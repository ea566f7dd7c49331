// The layer rule: a package imports only from the layers below it, and nothing that its package.json does not name.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { importsOf, sourceFiles } from './modules.mjs'
import { runCheck } from './report.mjs'

/**
 * For each folder under packages/: the packages that it may import, ours by their folder, others by their npm name.
 * The prebuilt `kernels-PLATFORM` packages import nothing.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const mayImport = {
  core: [],
  kernels: ['core', 'wasm-feature-detect'],
  gpu: ['core', 'gpu.js'],
  nn: ['core'],
  optim: ['core'],
  data: ['core', 'papaparse'],
  io: ['core'],
  viz: ['core', 'ws', 'plotly.js-strict-dist-min'],
  conformance: ['core'],
  vision: ['core', 'data', 'sharp'],
  models: ['core', 'nn'],
  tsorch: ['core', 'kernels', 'nn', 'optim', 'data'],
}

/**
 * Folders of packages that are bundled with what they import, which the package's users don't install then.
 *
 * @type {Readonly<Record<string, { readonly folder: string, readonly packages: readonly string[] }>>}
 */
const bundled = {
  viz: { folder: 'src/page', packages: ['preact', '@preact/signals', 'gridstack'] },
}

/** @param {string} folder */
const npmName = (folder) => (folder === 'tsorch' ? 'tsorch' : `@tsorch/${folder}`)

/** @param {string} specifier `@tsorch/core/sub` is a path in the package `@tsorch/core` */
const packageOf = (specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')

/**
 * @param {string} root folder that holds `packages/`
 * @returns {string[]}
 */
export function layerViolations(root) {
  const violations = []
  const packages = readdirSync(join(root, 'packages')).filter((name) =>
    existsSync(join(root, 'packages', name, 'package.json')),
  )
  for (const name of packages) {
    const folder = join(root, 'packages', name)
    const layer = name.startsWith('kernels-') ? [] : mayImport[name]
    if (layer === undefined) {
      violations.push(`packages/${name}: no layer; give it one in tools/checks/layers.mjs`)
      continue
    }
    const allowed = layer.map((entry) => (entry in mayImport ? npmName(entry) : entry))
    const rule = `${npmName(name)} may import ${allowed.join(', ') || 'no other package'}`

    const {
      dependencies,
      devDependencies = {},
      peerDependencies,
      optionalDependencies,
    } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const declared = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })
    for (const dependency of declared) {
      const isPrebuilt = name === 'kernels' && dependency.startsWith('@tsorch/kernels-')
      if (!allowed.includes(dependency) && !isPrebuilt)
        violations.push(`packages/${name}/package.json: depends on ${dependency}, but ${rule}`)
    }

    const bundle = bundled[name]
    for (const file of sourceFiles(join(folder, 'src'))) {
      const isBundled = bundle !== undefined && !relative(join(folder, bundle.folder), file).startsWith('..')
      for (const { specifier, kind, line } of importsOf(file)) {
        const at = `${relative(root, file)}:${line}`
        if (specifier.startsWith('.')) {
          if (relative(folder, join(file, '..', specifier)).startsWith('..'))
            violations.push(`${at}: '${specifier}' leaves the package; import the other one by its name`)
        } else if (specifier.startsWith('node:')) {
          // Type imports and import() behind a feature test cost no other runtime anything.
          if (name === 'core' && kind === 'value')
            violations.push(`${at}: imports '${specifier}', but @tsorch/core loads in any JavaScript runtime`)
        } else if (isBundled && bundle.packages.includes(packageOf(specifier))) {
          if (!(packageOf(specifier) in devDependencies))
            violations.push(`${at}: imports '${specifier}', which packages/${name}/package.json does not depend on`)
        } else if (!allowed.includes(packageOf(specifier))) {
          violations.push(`${at}: imports '${specifier}', but ${rule}`)
        } else if (!declared.includes(packageOf(specifier))) {
          violations.push(`${at}: imports '${specifier}', which packages/${name}/package.json does not depend on`)
        }
      }
    }
  }
  return violations
}

runCheck(import.meta.url, layerViolations, 'layers: every package imports only from the layers below it')
