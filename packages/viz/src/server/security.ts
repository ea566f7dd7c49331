/**
 * Who may ask. A page of another site can send requests to servers on its visitor's machine, by their address (then `Origin` names the
 * other site) or by a name of its own that it lets point to this machine (then `Host` is that name): both are refused.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'

/** Which names the server answers to. */
export class HostCheck {
  readonly #names: ReadonlySet<string>
  /** those under which a proxy may ask that gives its own name as the host */
  readonly #allowed: ReadonlySet<string>
  readonly #isWide: boolean

  /** @param host the address that the server listens on; `null` is this machine only */
  constructor(host: string | null, allowed: readonly string[]) {
    this.#isWide = host !== null && !isLoopback(host)
    this.#allowed = new Set(allowed.map(normalName))
    const names = [...allowed, ...(host === null ? [] : [host])]
    if (this.#isWide) names.push(hostname())
    this.#names = new Set(names.map(normalName))
  }

  /** Why a request must not be answered, or `null` if it may be. */
  refusal(method: string, headers: IncomingHttpHeaders): string | null {
    const host = parseHost(headers.host)
    if (host === null || !this.#knows(host.name))
      return `this server does not answer to the name ${quote(headers.host)}: start it with --host or --allow-host`
    const { origin } = headers
    if (origin !== undefined && !this.#isOwn(origin, host.host))
      return `a page of ${quote(origin)} may not use this server`
    // requests without an Origin, such as those for pictures; following a link is no harm
    const site = headers['sec-fetch-site']
    const isNavigation = method === 'GET' && headers['sec-fetch-mode'] === 'navigate'
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isNavigation)
      return 'a page of another site may not use this server'
    return null
  }

  #knows(name: string): boolean {
    // an address cannot be made to point elsewhere
    return isLoopback(name) || this.#names.has(name) || (this.#isWide && isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0)
  }

  #isOwn(origin: string, host: string): boolean {
    if (!/^https?:\/\//.test(origin)) return false
    const own = parseHost(origin.replace(/^https?:\/\//, ''))
    return own !== null && (own.host === host || this.#allowed.has(own.name))
  }
}

/** Whether a name or address means this machine and cannot mean another. */
export function isLoopback(name: string): boolean {
  const plain = normalName(name)
  return plain === 'localhost' || plain.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(plain) || plain === '[::1]'
}

function normalName(name: string): string {
  const plain = name.toLowerCase().replace(/\.$/, '')
  return isIP(plain) === 6 ? `[${plain}]` : plain
}

function parseHost(text: string | undefined): { name: string; host: string } | null {
  if (text === undefined || !/^[\w.:[\]-]+$/.test(text)) return null
  try {
    const { hostname: name, host } = new URL(`http://${text}`)
    return { name: normalName(name), host }
  } catch {
    return null
  }
}

function quote(text: string | undefined): string {
  return text === undefined ? '(none)' : JSON.stringify(text.slice(0, 100)).replaceAll('<', '\\u003c')
}

/** Compares two texts in a time that does not tell where they differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}

/** Headers of every answer: it is taken for nothing else, shown in no other page, and no address of ours is told to others. */
export const commonHeaders: Readonly<OutgoingHttpHeaders> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // without any, browsers would not say either that our own form comes from here
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** For answers that are no page: should a browser show one, nothing in it runs. */
export const inertPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox"

/**
 * For the page. Pictures and sounds are data URLs; text windows need styles of their own; a socket to the same host counts as `'self'` only
 * in newer browsers.
 */
export function pagePolicy(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    'media-src data: blob:',
    "font-src 'self' data:",
    `connect-src 'self' ws://${host} wss://${host}`,
    "worker-src 'self' blob:",
    "frame-src 'self' blob: data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
