import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Settings } from './options.js'
import { equalInConstantTime } from './security.js'

/** The name of visdom's cookie: its Python client sends this one and no other. */
const COOKIE = 'user_password'
const COOKIE_SECONDS = 30 * 24 * 3600

/** What a request shows of who sends it. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders
  /** `?token=` in its URL */
  readonly token: string | null
}

/** Tells whether whoever asks may: by a token, or by visdom's login. Without either everyone may. */
export class Auth {
  readonly #token: string | null
  /** name, and the hash of the hash of the password */
  readonly #login: { readonly username: string; readonly password: string } | null
  readonly #key: Buffer
  readonly #baseUrl: string
  readonly #port: () => number

  /**
   * @param secret signs cookies: those of an earlier server are good if it had the same
   * @param port of the server: browsers send the cookies of a host to all its ports, where another server may have set its own
   */
  constructor(settings: Settings, token: string | null, secret: Buffer, port: () => number) {
    this.#token = token
    const { login } = settings
    this.#login = login && { username: login.username, password: sha256(sha256(login.password)) }
    this.#key = createHmac('sha256', secret)
      .update(JSON.stringify([this.#token, this.#login]))
      .digest()
    this.#baseUrl = settings.baseUrl
    this.#port = port
  }

  get isNeeded(): boolean {
    return this.#token !== null || this.#login !== null
  }

  get hasLogin(): boolean {
    return this.#login !== null
  }

  allows({ headers, token }: Credentials): boolean {
    if (!this.isNeeded) return true
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
    if (this.isToken(token) || this.isToken(bearer)) return true
    const cookies = parseCookies(headers.cookie)
    return this.#isSigned(cookies.get(this.#ownCookie())) || this.#isSigned(cookies.get(COOKIE))
  }

  isToken(text: string | null | undefined): boolean {
    return this.#token !== null && typeof text === 'string' && equalInConstantTime(text, this.#token)
  }

  /** Whether a login is right. @param hash the password's SHA-256, in hexadecimal digits, as visdom's client sends it */
  isLogin(username: unknown, hash: unknown): boolean {
    if (typeof username !== 'string' || typeof hash !== 'string') return false
    if (this.#token !== null && equalInConstantTime(hash, sha256(this.#token))) return true
    if (this.#login === null) return false
    const isName = equalInConstantTime(username, this.#login.username)
    return equalInConstantTime(sha256(hash), this.#login.password) && isName
  }

  /** Values of `Set-Cookie` that let in whoever sends them back. */
  cookies(): string[] {
    const until = `${Math.floor(Date.now() / 1000) + COOKIE_SECONDS}`
    const rest = `Path=${this.#baseUrl || '/'}; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Strict`
    return [COOKIE, this.#ownCookie()].map((name) => `${name}=${until}.${this.#sign(until)}; ${rest}`)
  }

  #ownCookie(): string {
    return `tsorch_viz_${this.#port()}`
  }

  #sign(until: string): string {
    return createHmac('sha256', this.#key).update(until).digest('base64url')
  }

  #isSigned(cookie: string | undefined): boolean {
    const [, until, signature] = /^(\d{1,12})\.([\w-]+)$/.exec(cookie ?? '') ?? []
    if (until === undefined || signature === undefined) return false
    return equalInConstantTime(signature, this.#sign(until)) && Number(until) * 1000 > Date.now()
  }
}

export function makeToken(): string {
  return randomBytes(24).toString('base64url')
}

/** In hexadecimal digits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

function parseCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0)
      cookies.set(
        part.slice(0, at).trim(),
        part
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      )
  }
  return cookies
}
