// Runs pnpm at the version named in package.json, on a machine that has only Node.js and npm.
//   node scripts/pnpm.mjs install
import { spawnSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * @param {string[]} args what follows `pnpm` on the command line
 * @param {import('node:child_process').StdioOptions} stdio
 */
export function pnpm(args, stdio = 'inherit') {
  const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const insidePnpm = process.env.npm_config_user_agent?.startsWith('pnpm/')
  // `--yes`: npx would otherwise ask before it fetches pnpm.
  const [command = '', ...prefix] = insidePnpm ? ['pnpm'] : ['npx', '--yes', packageManager]
  const result = spawnSync(command, [...prefix, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio,
    // npx and pnpm are .cmd files on Windows, which only a shell can start.
    shell: process.platform === 'win32',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  })
  if (result.error) throw result.error
  return result
}

const started = realpathSync(process.argv[1] ?? '')
if (started === fileURLToPath(import.meta.url)) process.exit(pnpm(process.argv.slice(2)).status ?? 1)
