import type { IncomingMessage } from 'node:http'
import { type Auth, sha256 } from './auth.js'
import { parseObject, Refusal } from './body.js'
import type { PageFiles } from './page-files.js'
import { pageReply, type Reply, reply } from './reply.js'

/** Milliseconds before a wrong password is answered. */
const WRONG_MS = 300

/** Answers that wait for that, at most. */
const MAX_WRONG = 20

/** Lets in who knows the password or the token. */
export class Login {
  readonly #auth: Auth
  readonly #files: PageFiles
  readonly #baseUrl: string
  #wrong = 0

  constructor(auth: Auth, files: PageFiles, baseUrl: string) {
    this.#auth = auth
    this.#files = files
    this.#baseUrl = baseUrl
  }

  /** As visdom's client and page do it: the hash of the password in a body of JSON. @throws Refusal if that is none */
  async byHash(body: string): Promise<Reply> {
    const { username, password } = parseObject(body)
    // without a login everyone is in
    if (!this.#auth.isNeeded) return reply(200)
    if (this.#auth.isLogin(username, password)) return reply(200, '', { 'Set-Cookie': this.#auth.cookies() })
    await this.#delay()
    return reply(400)
  }

  /** As our own form does it, which needs no script. */
  async byForm(request: IncomingMessage, body: string): Promise<Reply> {
    const fields = new URLSearchParams(body)
    const asked = fields.get('next') ?? ''
    // to our own pages only: `//host` would be another's
    const next = asked.startsWith(`${this.#baseUrl}/`) && !/^\/[/\\]/.test(asked) ? asked : `${this.#baseUrl}/`
    const { username, password } = { username: fields.get('username') ?? '', password: fields.get('password') ?? '' }
    if (!this.#auth.isNeeded || this.#auth.isLogin(username, sha256(password)))
      return reply(303, '', { Location: next, 'Set-Cookie': this.#auth.cookies() })
    await this.#delay()
    return this.page(request, next, true)
  }

  /** The form. @param next the address to go to afterwards */
  page(request: IncomingMessage, next: string, isWrong: boolean): Reply {
    const { hasLogin } = this.#auth
    return pageReply(request, 401, this.#files.login(this.#baseUrl, { hasLogin, isWrong, next }))
  }

  /** Guessing is slow, however many guess at once. @throws Refusal if too many do */
  async #delay(): Promise<void> {
    if (this.#wrong >= MAX_WRONG) throw new Refusal(429, 'too many wrong logins: wait a moment')
    this.#wrong++
    await new Promise((resolve) => setTimeout(resolve, WRONG_MS))
    this.#wrong--
  }
}
