// `npm test`: installs, builds and runs every test once. Arguments go to vitest: `npm test -- packages/nn --project node`.
// `--full` also runs the heavier sets of tests, which ask `import.meta.env.TSORCH_TEST === 'full'`. `--project node` means both
// projects of that platform: files that share modules, and `node-alone`; `--project browser` likewise.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'

const given = process.argv.slice(2)
const full = given.includes('--full')
const args = given
  .filter((arg) => arg !== '--full')
  .flatMap((arg, i, all) => (all[i - 1] === '--project' ? [arg, '--project', `${arg}-alone`] : [arg]))
  .flatMap((arg) => (arg.startsWith('--project=') ? [arg, `${arg}-alone`] : [arg]))
build()
const { status, error } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
  env: full ? { ...process.env, TSORCH_TEST: 'full' } : process.env,
})
if (error) throw error
process.exit(status ?? 1)
