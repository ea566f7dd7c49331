/**
 * What a server refused, or could not be told.
 *
 * @example
 * ```ts
 * import { Hub, Visdom, VisdomError } from '@tsorch/viz'
 *
 * const viz = new Visdom({ server: new Hub() })
 * const error = await viz.getWindowData('nothing').catch((error: unknown) => error)
 * if (error instanceof VisdomError) console.log(error.endpoint, error.status) // win_data 400
 * ```
 */
export class VisdomError extends Error {
  override readonly name = 'VisdomError'
  /** the endpoint that was posted to, such as `'update'` */
  readonly endpoint: string
  /** the window that was meant, if any */
  readonly win: string | null
  /** the environment that was meant, if any */
  readonly env: string | null
  /** HTTP status of the answer; `undefined` if there was none */
  readonly status: number | undefined

  constructor(
    message: string,
    {
      endpoint,
      win = null,
      env = null,
      status,
    }: { endpoint: string; win?: unknown; env?: unknown; status?: number | undefined },
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.endpoint = endpoint
    this.win = typeof win === 'string' ? win : null
    this.env = typeof env === 'string' ? env : null
    this.status = status
  }
}

/** Tells of errors: to the user's function, or each once on the console. */
export class Reports {
  readonly #onError: ((error: Error) => void) | undefined
  readonly #told: Set<string> = new Set()
  /** what was refused since {@link take} */
  #refused: Error[] = []
  /** how many, in all */
  count = 0

  constructor(onError: ((error: Error) => void) | undefined) {
    this.#onError = onError
  }

  /** An error of the server, which `flush()` tells as well. */
  refused(error: Error): void {
    this.count++
    if (this.#refused.length < 100) this.#refused.push(error)
    this.tell(error)
  }

  /** Something that the user should know, and that is no failure of a call. */
  tell(error: Error): void {
    if (this.#onError !== undefined) {
      try {
        this.#onError(error)
      } catch (thrown) {
        console.error(thrown)
      }
      return
    }
    if (this.#told.has(error.message)) return
    // a program that runs for months should not gather messages for ever
    if (this.#told.size < 1000) this.#told.add(error.message)
    console.warn(`Visdom: ${error.message}`)
  }

  /** What was refused since the last time. */
  take(): Error[] {
    const errors = this.#refused
    this.#refused = []
    return errors
  }
}
