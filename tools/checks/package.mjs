// Checks one package as its users get it: packs it, then reads the tarball. Run by the package's `check:package`.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// The tools are .cmd files on Windows, which only a shell can start.
const shell = process.platform === 'win32'

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', shell })
  if (error) throw error
  if (status === 0) return
  process.stderr.write(stdout + stderr)
  process.exitCode = 1
}

/** @param {string} tarball */
function manifestViolations(tarball) {
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).split(/\r?\n/)
  const manifest = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' })
  return [
    ...['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']
      .filter((file) => !files.includes(`package/${file}`))
      .map((file) => `the package lacks ${file}`),
    ...['@tsorch/source', 'workspace:', 'catalog:']
      .filter((development) => manifest.includes(development))
      .map(
        (development) => `the published package.json still says "${development}", which works only in this repository`,
      ),
  ]
}

/** The types compile in a project that looks into those of its packages: what is taken out of them as internal is not missed. */
function checkTypes() {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
  const types = Object.values(exports).flatMap((entry) => entry.types ?? [])
  const target = ['--target', 'es2022', '--lib', 'es2023,dom,dom.iterable,esnext.disposable', '--types', 'node']
  run('tsc', ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', ...target, ...types])
}

checkTypes()
const folder = mkdtempSync(join(tmpdir(), 'tsorch-pack-'))
try {
  run('pnpm', ['pack', '--pack-destination', folder])
  const [name] = readdirSync(folder)
  if (name !== undefined) {
    const tarball = join(folder, name)
    for (const violation of manifestViolations(tarball)) {
      console.error(violation)
      process.exitCode = 1
    }
    run('publint', ['--strict', tarball])
    run('attw', ['--profile', 'esm-only', tarball])
  }
} finally {
  rmSync(folder, { recursive: true })
}
