import type { Transport } from '../protocol/transport.js'
import type { JsonObject } from '../protocol/types.js'

/** Options of {@link Visdom}. */
export interface VisdomOptions {
  /**
   * The address of a server, ours (its `url` will do) or Python's; or, in the same program, a `Hub`, a running server, or any other transport. Default
   * `'http://localhost'`.
   */
  readonly server?: string | Transport | { transport(): Transport } | undefined
  /** default 8097, or what the address says */
  readonly port?: number | undefined
  /** the path of the server: `'/visdom'` */
  readonly baseUrl?: string | undefined
  /** the environment of all windows that name none; default `'main'` */
  readonly env?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** for a server that wants a token */
  readonly token?: string | undefined
  /** `false` sends and logs nothing */
  readonly send?: boolean | undefined
  /** sends nothing to a server, but logs it; needs a log */
  readonly offline?: boolean | undefined
  /** a file to which all plots are written as well, for {@link Visdom.replayLog}; in Node.js */
  readonly logToFilename?: string | URL | undefined
  /** the same for a program without files: gets each line of the log */
  readonly onLog?: ((endpoint: string, body: JsonObject) => void) | undefined
  /** `false` refuses handlers of events */
  readonly useIncomingSocket?: boolean | undefined
  /** hears of events by asking again and again, where sockets do not pass */
  readonly usePolling?: boolean | undefined
  /** is told of everything that goes wrong in the background; without, each message is shown once on the console */
  readonly onError?: ((error: Error) => void) | undefined
  /** milliseconds between two rounds of deliveries, in which appends gather; default 100 */
  readonly interval?: number | undefined
  /** bytes that wait at most for a server that is slow or away; default 64 MiB */
  readonly maxBytes?: number | undefined
  /** bodies that wait at most; default 10,000 */
  readonly maxEntries?: number | undefined
  /** milliseconds to wait for an answer; default 30,000 */
  readonly timeout?: number | undefined
  /** milliseconds that the end of the program waits for a server that does not answer; default 3000 */
  readonly exitGrace?: number | undefined
}

const names: Readonly<Record<keyof VisdomOptions, true>> = {
  server: true,
  port: true,
  baseUrl: true,
  env: true,
  username: true,
  password: true,
  token: true,
  send: true,
  offline: true,
  logToFilename: true,
  onLog: true,
  useIncomingSocket: true,
  usePolling: true,
  onError: true,
  interval: true,
  maxBytes: true,
  maxEntries: true,
  timeout: true,
  exitGrace: true,
}

/** @throws TypeError for an option that does not exist, such as one in Python's letters */
export function checkNames(options: VisdomOptions): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue
    const plain = name.replaceAll('_', '').toLowerCase()
    const meant = Object.keys(names).find((known) => known.toLowerCase() === plain)
    const help = meant === undefined ? `expected some of ${Object.keys(names).join(', ')}` : `did you mean ${meant}?`
    throw new TypeError(`Visdom: there is no option ${name}: ${help}`)
  }
}

/** Options of {@link VisdomOptions} that have a number, filled in. */
export interface Numbers {
  readonly interval: number
  readonly maxBytes: number
  readonly maxEntries: number
  readonly timeout: number
  readonly exitGrace: number
}

/** @throws RangeError for a number that is none, or negative */
export function readNumbers({
  interval = 100,
  maxBytes = 2 ** 26,
  maxEntries = 10_000,
  timeout = 30_000,
  exitGrace = 3000,
}: VisdomOptions): Numbers {
  const numbers: Numbers = { interval, maxBytes, maxEntries, timeout, exitGrace }
  for (const [name, value] of Object.entries(numbers) as [keyof Numbers, number][]) {
    const least = name === 'interval' || name === 'exitGrace' ? 0 : 1
    if (!(typeof value === 'number' && value >= least))
      throw new RangeError(`Visdom: ${name} should be a number of at least ${least}, but got ${value}`)
  }
  return numbers
}

/** The address of a server, with a slash at its end. @throws TypeError for what is no address */
export function readAddress({ server = 'http://localhost', port, baseUrl }: VisdomOptions): URL {
  if (typeof server !== 'string')
    throw new TypeError(`Visdom: server should be an address or have a transport(), but got ${typeof server}`)
  let url: URL
  try {
    url = new URL(/^[a-z]+:\/\//i.test(server) ? server : `http://${server}`)
  } catch (error) {
    throw new TypeError(`Visdom: server should be an address such as 'http://localhost', but got '${server}'`, {
      cause: error,
    })
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new TypeError(`Visdom: server should be an address of http or https, but got '${server}'`)
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536))
    throw new RangeError(`Visdom: port should be an integer from 1 to 65535, but got ${port}`)
  if (
    baseUrl !== undefined &&
    baseUrl !== '/' &&
    baseUrl !== '' &&
    !(baseUrl.startsWith('/') && !baseUrl.endsWith('/'))
  )
    throw new TypeError(`Visdom: baseUrl should start with / and not end with it, but got '${baseUrl}'`)
  if (port !== undefined) url.port = String(port)
  // an address that names no port means visdom's
  else if (!/:\d+$/.test(/^(?:[a-z]+:\/\/)?(?:[^@/]*@)?([^/?#]*)/i.exec(server)![1]!)) url.port = '8097'
  const path = baseUrl ?? url.pathname
  return new URL(path.endsWith('/') ? path : `${path}/`, url.origin)
}

/** The token of a client, which the address may hold as the server's own does: `http://localhost:8097/?token=...`. */
export function readToken({ server, token }: VisdomOptions): string | undefined {
  if (token !== undefined || typeof server !== 'string') return token
  const query = server.indexOf('?')
  return query < 0 ? undefined : (new URLSearchParams(server.slice(query + 1)).get('token') ?? undefined)
}
