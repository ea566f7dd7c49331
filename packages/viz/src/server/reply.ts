import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Refusal } from './body.js'
import type { Asset } from './page-files.js'
import { commonHeaders, inertPolicy, pagePolicy } from './security.js'

/** What is answered to a request. */
export interface Reply {
  readonly status: number
  readonly content: string | Buffer
  readonly headers: OutgoingHttpHeaders
}

/** A text, which visdom's server calls HTML whatever it is. */
export function reply(status: number, content: string | Buffer = '', headers: OutgoingHttpHeaders = {}): Reply {
  return { status, content, headers }
}

/** A page for a browser, which may run our scripts and talk to us. */
export function pageReply(request: IncomingMessage, status: number, page: string): Reply {
  return reply(status, page, {
    'Content-Security-Policy': pagePolicy(request.headers.host!),
    'Cache-Control': 'no-store',
  })
}

/** A file of the page. A browser asks each time whether it is still the same. */
export function assetReply(request: IncomingMessage, asset: Asset): Reply {
  const headers: OutgoingHttpHeaders = {
    'Content-Type': asset.type,
    'Cache-Control': 'no-cache',
    ETag: asset.tag,
    Vary: 'Accept-Encoding',
  }
  if (request.headers['if-none-match'] === asset.tag) return reply(304, '', headers)
  const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  if (asset.gzipped === null || !takesGzip) return reply(200, asset.bytes, headers)
  return reply(200, asset.gzipped, { ...headers, 'Content-Encoding': 'gzip' })
}

/** A refusal in plain text. */
export function refusalReply(request: IncomingMessage, { status, message }: Refusal): Reply {
  const headers: OutgoingHttpHeaders = { 'Content-Type': 'text/plain; charset=utf-8' }
  if (status === 405) headers.Allow = 'GET, HEAD, POST'
  // what is left of a body that was not read is not read on
  if (!request.complete) headers.Connection = 'close'
  return reply(status, `${message}\n`, headers)
}

export function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  { status, content, headers }: Reply,
): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  response.writeHead(status, {
    ...commonHeaders,
    'Content-Security-Policy': inertPolicy,
    'Content-Type': 'text/html; charset=UTF-8',
    'Content-Length': bytes.length,
    ...headers,
  })
  response.end(request.method === 'HEAD' ? undefined : bytes)
}
