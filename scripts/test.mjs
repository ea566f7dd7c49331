// `npm test`: installs, builds and runs every test once. Arguments go to vitest: `npm test -- packages/nn --project node`.
// `--full` also runs the heavier sets of tests, which ask `import.meta.env.TSORCH_TEST === 'full'`.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'

const args = process.argv.slice(2)
const full = args.includes('--full')
build()
const { status, error } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', ...args.filter((arg) => arg !== '--full')],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: full ? { ...process.env, TSORCH_TEST: 'full' } : process.env,
  },
)
if (error) throw error
process.exit(status ?? 1)
