// The public list of a package is its src/index.ts, name by name: what is public is decided there, and shows in review.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { importsOf } from './modules.mjs'
import { runCheck } from './report.mjs'

/**
 * @param {string} root folder that holds `packages/`
 * @returns {string[]}
 */
export function indexViolations(root) {
  // the prebuilt kernels-PLATFORM packages hold no sources
  const packages = readdirSync(join(root, 'packages')).filter((name) => !name.startsWith('kernels-'))
  return packages.flatMap((name) => {
    const index = `packages/${name}/src/index.ts`
    if (!existsSync(join(root, index))) return [`${index}: missing; every package lists its public names there`]
    return (
      importsOf(join(root, index))
        // The umbrella passes on whole packages, whose names are listed at their own place.
        .filter(
          ({ specifier, reexportsAll }) => reexportsAll && !(name === 'tsorch' && specifier.startsWith('@tsorch/')),
        )
        .map(({ specifier, line }) => `${index}:${line}: \`export * from '${specifier}'\`; name what is public instead`)
    )
  })
}

runCheck(import.meta.url, indexViolations, 'index: every package lists its public names one by one')
