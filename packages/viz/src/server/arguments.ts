/** The command line of `tsorch-viz`. */
import { parseArgs } from 'node:util'
import type { ServeOptions } from './options.js'

export const USAGE = `tsorch-viz: shows training runs in a browser, live

Usage: tsorch-viz [options]

  --port PORT          port to listen on (default: 8097, or the next one that is free)
  --host ADDRESS       address to listen on (default: this machine only; 0.0.0.0 for all)
  --allow-host NAME    another name under which the server may be asked for; may be given again
  --env-path FOLDER    where plots are kept (default: ~/.tsorch-viz); visdom's own folder is ~/.visdom
  --logdir FOLDER      show the runs of a log directory of TensorBoard's, and follow them
  --token TOKEN        ask for this token (where others can reach the server, one is made)
  --username NAME      ask for a name and a password;
  --password PASSWORD  both can be given as VISDOM_USERNAME and VISDOM_PASSWORD too
  --readonly           pages only show
  --base-url PATH      prefix of all paths, such as /viz
  --open               open the page in a browser
  --help, --version
`

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'serve'; readonly options: ServeOptions; readonly isOpened: boolean }

/** visdom's own spellings, so that a command for it works. */
const visdoms: Readonly<Record<string, string>> = {
  '-port': '--port',
  '--hostname': '--host',
  '-env_path': '--env-path',
  '-base_url': '--base-url',
  '-readonly': '--readonly',
}

/** @throws TypeError and RangeError for what cannot be understood */
export function readArguments(args: readonly string[], environment: Readonly<NodeJS.ProcessEnv>): Command {
  const { values } = parseArgs({
    args: args.map((arg) => visdoms[arg] ?? arg),
    strict: true,
    allowPositionals: false,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      'allow-host': { type: 'string', multiple: true },
      'env-path': { type: 'string' },
      logdir: { type: 'string' },
      token: { type: 'string' },
      username: { type: 'string' },
      password: { type: 'string' },
      readonly: { type: 'boolean' },
      'base-url': { type: 'string' },
      open: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    },
  })
  if (values.help === true) return { kind: 'help' }
  if (values.version === true) return { kind: 'version' }
  const username = values.username ?? (environment.VISDOM_USERNAME || null)
  const options: ServeOptions = {
    ...(values.port !== undefined && { port: readPort(values.port) }),
    ...(values.host !== undefined && { host: values.host }),
    ...(values['allow-host'] !== undefined && { allowedHosts: values['allow-host'] }),
    ...(values['env-path'] !== undefined && { envPath: values['env-path'] }),
    ...(values['base-url'] !== undefined && { baseUrl: values['base-url'] }),
    logdir: values.logdir ?? null,
    token: values.token ?? null,
    username,
    // a name alone is no login, and neither is a password that is there for another program
    password: values.password ?? ((username !== null && environment.VISDOM_PASSWORD) || null),
    readonly: values.readonly ?? false,
  }
  return { kind: 'serve', options, isOpened: values.open ?? false }
}

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new RangeError(`--port: expected a number from 0 to 65535, but got '${text}'`)
  return Number(text)
}
