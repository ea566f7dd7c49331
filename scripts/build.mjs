// Installs and builds what a root command needs before it can run. Silent when there is nothing to say.
import { existsSync, readFileSync } from 'node:fs'
import { pnpm } from './pnpm.mjs'

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const [major = 0, minor = 0] = engines.node.match(/\d+/g).map(Number)
const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number)
if (ownMajor < major || (ownMajor === major && ownMinor < minor)) {
  console.error(`tsorch needs Node.js ${engines.node}; this is ${process.version}`)
  process.exit(1)
}

/**
 * `pnpm run` installs first where the lockfile asks for it (`verifyDepsBeforeRun`), turbo then builds what changed.
 * Ends the process with the build's own exit code if it fails.
 *
 * @param {string} [workspace] name of the one workspace to build, with all that it depends on; everything by default
 */
export function build(workspace) {
  const firstTime = !existsSync(new URL('../node_modules', import.meta.url))
  if (firstTime) console.error('First run: installing and building, about half a minute.')
  const filter = workspace === undefined ? [] : [`--filter=${workspace}...`]
  // Everything goes to stderr: stdout belongs to the program that runs next.
  const { status, stdout, stderr } = pnpm(
    ['run', 'build', ...filter],
    firstTime ? ['ignore', process.stderr, process.stderr] : ['ignore', 'pipe', 'pipe'],
  )
  if (status === 0) return
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`)
  process.exit(status ?? 1)
}
