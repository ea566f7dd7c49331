/** What is still to be delivered when a program has nothing more to do. */
export interface Exiting {
  /** Called first, while others can still take what is handed over to them. */
  handOver?(): void
  /** Called while there is still time. @returns null if there is nothing to do */
  drainAtExit?(): Promise<void> | null
  /** Called when there is none left. */
  exit?(): void
}

type ProcessEvents = {
  on?(event: 'beforeExit' | 'exit', listener: () => void): unknown
  off?(event: 'beforeExit' | 'exit', listener: () => void): unknown
}

/** Keeps the program alive until a promise settles, since the sockets behind it do not. */
export async function held<T>(promise: Promise<T>): Promise<T> {
  const hold = setInterval(() => {}, 1000)
  try {
    return await promise
  } finally {
    clearInterval(hold)
  }
}

class AtExit {
  readonly #waiting: Set<Exiting> = new Set()
  #isListening = false

  add(exiting: Exiting): void {
    this.#waiting.add(exiting)
    if (this.#isListening) return
    const { process } = globalThis as { process?: ProcessEvents }
    process?.on?.('beforeExit', this.#beforeExit)
    process?.on?.('exit', this.#exit)
    this.#isListening = true
  }

  delete(exiting: Exiting): void {
    this.#waiting.delete(exiting)
  }

  readonly #beforeExit = (): void => {
    this.#handOver()
    const drains = [...this.#waiting].flatMap((exiting) => exiting.drainAtExit?.() ?? [])
    if (drains.length === 0) return
    void held(Promise.allSettled(drains))
  }

  readonly #exit = (): void => {
    this.#handOver()
    for (const exiting of [...this.#waiting]) exiting.exit?.()
  }

  #handOver(): void {
    for (const exiting of [...this.#waiting]) exiting.handOver?.()
  }
}

export const atExit: AtExit = new AtExit()
