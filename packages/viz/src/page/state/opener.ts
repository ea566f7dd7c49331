/** Asks for environments, one at a time: a server's messages don't say which question they answer. */
import type { Link } from '../../protocol/transport.js'

/** An environment that does not come in this time, in milliseconds, is given up if another is wanted. */
const PATIENCE = 10_000

export class EnvOpener {
  readonly #link: Link
  readonly #onError: (error: unknown) => void
  #sid: string | null = null
  /** what was asked for last, and what should be asked for next */
  #asked: readonly string[] | null = null
  #next: readonly string[] | null = null
  /** what is shown */
  #shown: string | null = null
  #phase: 'closed' | 'asked' | 'coming' | 'open' = 'closed'
  #timer: ReturnType<typeof setTimeout> | null = null
  #reopening: ReturnType<typeof setTimeout> | null = null

  constructor(link: Link, { onError }: { readonly onError: (error: unknown) => void }) {
    this.#link = link
    this.#onError = onError
  }

  /** Whether windows are waited for. */
  get isOpening(): boolean {
    return this.#phase === 'asked' || this.#phase === 'coming'
  }

  get hasBegun(): boolean {
    return this.#phase !== 'asked'
  }

  /** Whether the windows that come are those of the environment that was asked for. */
  get isSettled(): boolean {
    return this.#phase === 'coming' || this.#phase === 'open'
  }

  connect(sid: string, envs: readonly string[]): void {
    this.disconnect()
    this.#sid = sid
    this.open(envs)
  }

  disconnect(): void {
    this.#sid = null
    this.#phase = 'closed'
    this.#next = null
    this.#stopTimer()
    if (this.#reopening !== null) clearTimeout(this.#reopening)
    this.#reopening = null
  }

  open(envs: readonly string[]): void {
    if (this.#sid === null || envs.length === 0) return
    if (!this.isOpening) this.#ask(envs)
    else {
      this.#next = envs
      this.#timer ??= setTimeout(() => this.#finish('closed'), PATIENCE)
    }
  }

  /** Asks once more for what is shown, at most once a second. */
  reopen(): void {
    this.#reopening ??= setTimeout(() => {
      this.#reopening = null
      if (this.#phase === 'open' && this.#asked !== null) this.#ask(this.#asked)
    }, 200)
  }

  /** The windows begin to come. Returns whether they are those of what is shown already. */
  begin(): boolean {
    this.#phase = 'coming'
    const key = JSON.stringify(this.#asked)
    const isSame = key === this.#shown
    this.#shown = key
    return isSame
  }

  end(): void {
    this.#finish('open')
  }

  #ask(envs: readonly string[]): void {
    this.#asked = envs
    this.#phase = 'asked'
    const endpoint = envs.length === 1 ? `env/${envs[0]}` : `compare/${envs.join('+')}`
    this.#link.post(endpoint, { sid: this.#sid! }).catch((error: unknown) => {
      if (this.#asked !== envs || !this.isOpening) return
      this.#onError(error)
      this.#finish('closed')
    })
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  /** What was asked for has come, or is given up: then it is the next one's turn. */
  #finish(phase: 'open' | 'closed'): void {
    this.#phase = phase
    this.#stopTimer()
    const next = this.#next
    this.#next = null
    if (next !== null) this.#ask(next)
  }
}
