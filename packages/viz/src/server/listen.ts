import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Settings } from './options.js'
import { isLoopback } from './security.js'

/** Ports that are tried, from the first on. */
const TRIES = 50

/** What listens. */
export interface Listening {
  readonly servers: readonly Server[]
  readonly port: number
}

/**
 * Listens where the settings say. By default that is this machine, under both of its addresses, since browsers may take either for
 * `localhost`.
 *
 * @throws Error if the port is taken, or the address is not this machine's
 */
export async function listenOn(settings: Settings, makeServer: () => Server): Promise<Listening> {
  const { host, port, mayMove } = settings
  const addresses = host === null || host === 'localhost' ? ['127.0.0.1', '::1'] : [host]
  for (let attempt = 0; ; attempt++) {
    const wanted = port === 0 ? 0 : port + attempt
    try {
      const listening = await listenAll(addresses, wanted, makeServer)
      if (attempt > 0 && port !== 0) settings.warn(`port ${port} is taken: this server is on port ${wanted}`)
      return listening
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      const canMove = (mayMove || port === 0) && attempt + 1 < TRIES && wanted < 65535
      if (canMove) continue
      throw new Error(`port ${wanted} is taken by another program: give another one, or none`, { cause: error })
    }
  }
}

async function listenAll(addresses: readonly string[], port: number, makeServer: () => Server): Promise<Listening> {
  const servers: Server[] = []
  try {
    for (const address of addresses) {
      const server = makeServer()
      const at = servers[0] === undefined ? port : portOf(servers[0])
      try {
        await listen(server, at, address)
      } catch (error) {
        // machines without the newer protocol have no second address
        if (servers.length === 0 || (error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw error
        continue
      }
      servers.push(server)
    }
  } catch (error) {
    for (const server of servers) server.close()
    throw error
  }
  return { servers, port: portOf(servers[0]!) }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** A server that gives nobody time without end. */
export function makeHttpServer({ maxConnections, warn }: Settings, onRequest: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: 2 ** 14,
      headersTimeout: 15_000,
      // for the whole of a request, which may be large on a slow line
      requestTimeout: 300_000,
      connectionsCheckingInterval: 5000,
      // clients keep connections open between plots; one that was closed meanwhile costs them an error
      keepAliveTimeout: 600_000,
      noDelay: true,
    },
    onRequest,
  )
  // sockets, and requests beside them
  server.maxConnections = maxConnections + 1000
  server.maxHeadersCount = 100
  server.once('drop', () => warn(`${server.maxConnections} connections are open: more are refused`))
  return server
}

/** The address to open in a browser. */
export function urlOf(settings: Settings, port: number): string {
  const { host, baseUrl } = settings
  const name =
    host === null || isLoopback(host)
      ? (host ?? 'localhost')
      : host === '0.0.0.0' || host === '::'
        ? ownAddress()
        : host
  return `http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}${baseUrl}/`
}

/** An address of this machine that others can reach. */
function ownAddress(): string {
  for (const addresses of Object.values(networkInterfaces()))
    for (const { family, internal, address } of addresses ?? []) if (family === 'IPv4' && !internal) return address
  return 'localhost'
}
