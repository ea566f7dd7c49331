import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathOf } from '../tensorboard/node.js'

/** How a server is set up. */
export interface ServeOptions {
  /** Default 8097, and if it is taken the next one that is free. 0: any that is free. */
  readonly port?: number
  /** The address to listen on: a name, an IP address, `'0.0.0.0'` for all. Default: this machine only. */
  readonly host?: string
  /** Names besides the host's under which the server may be asked for, such as that of a proxy in front of it. */
  readonly allowedHosts?: readonly string[]
  /** Prefix of all paths: `'/viz'`. Default: none. */
  readonly baseUrl?: string
  /** Folder in which environments are kept; `null` keeps them in memory only. Default `~/.tsorch-viz`. */
  readonly envPath?: string | URL | null
  /** A log directory of TensorBoard's: each run in it is shown as an environment, and followed as it grows. */
  readonly logdir?: string | URL | null
  /** What whoever asks must know. Default: none on this machine; where other machines can reach the server, one is made. */
  readonly token?: string | null
  /** Asks for a name and a password, as visdom does. */
  readonly username?: string | null
  readonly password?: string | null
  /** Pages only show. Programs may still plot. */
  readonly readonly?: boolean
  /** Whether the server keeps the program alive. Default true: the page stays after the training, until the program is stopped. */
  readonly keepAlive?: boolean
  /** Size of a request in bytes. Default 256 MiB. */
  readonly maxBodyBytes?: number
  /** Pages and clients that may be connected. Default 2000. */
  readonly maxConnections?: number
  /** Hears what the user should know, a line each: that saving failed, that a port was taken. Default `console.warn`. */
  readonly warn?: (line: string) => void
}

/** {@link ServeOptions}, checked and filled in. */
export interface Settings {
  readonly port: number
  /** whether another port may be taken instead */
  readonly mayMove: boolean
  readonly host: string | null
  readonly allowedHosts: readonly string[]
  readonly baseUrl: string
  readonly envPath: string | null
  readonly logdir: string | null
  readonly token: string | null
  readonly login: { readonly username: string; readonly password: string } | null
  readonly readonly: boolean
  readonly keepAlive: boolean
  readonly maxBodyBytes: number
  readonly maxConnections: number
  readonly warn: (line: string) => void
}

export const DEFAULT_PORT = 8097

/** Longer texts cannot be parsed: a string of V8's has 2^29 characters at most. */
const MAX_BODY_BYTES = 2 ** 29 - 2 ** 16

/** @throws TypeError and RangeError for an option that makes no sense */
export function readOptions(options: ServeOptions): Settings {
  for (const name of Object.keys(options))
    if (!known.has(name))
      throw new TypeError(`serve: there is no option '${name}'; expected one of ${[...known].join(', ')}`)
  const baseUrl = options.baseUrl === '/' ? '' : (options.baseUrl ?? '')
  if (baseUrl !== '' && !/^(\/[\w.~-]+)+$/.test(baseUrl))
    throw new RangeError(`serve: baseUrl should start with / and not end with it, such as '/viz', but is '${baseUrl}'`)
  const token = text('token', options.token)
  if (token !== null && token.length < 8)
    throw new RangeError(`serve: a token of ${token.length} characters can be guessed; expected 8 or more`)
  if (token !== null && !/^[!-~]+$/.test(token))
    throw new RangeError(
      'serve: a token is sent in headers: expected letters, digits and signs of ASCII, without spaces',
    )
  const host = text('host', options.host)
  return {
    port: integer('port', options.port ?? DEFAULT_PORT, 0, 65535),
    mayMove: options.port === undefined,
    host: host === null ? null : host.replace(/^\[(.*)\]$/, '$1'),
    allowedHosts: options.allowedHosts ?? [],
    baseUrl,
    envPath: options.envPath === null ? null : pathOf(options.envPath ?? join(homedir(), '.tsorch-viz')),
    logdir: options.logdir === null || options.logdir === undefined ? null : pathOf(options.logdir),
    token,
    login: readLogin(text('username', options.username), text('password', options.password)),
    readonly: options.readonly ?? false,
    keepAlive: options.keepAlive ?? true,
    maxBodyBytes: integer('maxBodyBytes', options.maxBodyBytes ?? 2 ** 28, 1, MAX_BODY_BYTES),
    maxConnections: integer('maxConnections', options.maxConnections ?? 2000, 1, 2 ** 20),
    warn: options.warn ?? ((line) => console.warn(line)),
  }
}

const known: ReadonlySet<string> = new Set<keyof ServeOptions>([
  'port',
  'host',
  'allowedHosts',
  'baseUrl',
  'envPath',
  'logdir',
  'token',
  'username',
  'password',
  'readonly',
  'keepAlive',
  'maxBodyBytes',
  'maxConnections',
  'warn',
])

function readLogin(username: string | null, password: string | null): Settings['login'] {
  if (username === null && password === null) return null
  if (username === null || password === null)
    throw new TypeError(
      `serve: a login needs both username and password; ${username ? 'password' : 'username'} is missing`,
    )
  return { username, password }
}

function text(name: string, value: string | null | undefined): string | null {
  if (value === null || value === undefined) return null
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`serve: expected ${name} to be a text, but got ${JSON.stringify(value)}`)
  return value
}

function integer(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`serve: expected ${name} to be an integer from ${min} to ${max}, but got ${String(value)}`)
  return value
}
