/** After so many milliseconds an asynchronous loop lets the event loop turn. A turn costs microseconds, and a request needs several. */
const MS_A_TURN = 10

/**
 * The turns of the event loop during an asynchronous loop. One over batches that are at hand yields to no one but promises: without
 * turns, timers, requests and a page's drawing would wait for the end of the epoch.
 */
export class Turns {
  private last: number

  constructor() {
    this.last = performance.now()
  }

  /** What to wait for if a turn is due; null if it is not. */
  due(): Promise<void> | null {
    const now = performance.now()
    if (now - this.last < MS_A_TURN) return null
    return nextTurn().then(() => {
      this.last = performance.now()
    })
  }
}

/** Resolves after timers and I/O had their turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve)
      return
    }
    // a timer in a loop waits four milliseconds in browsers, a message comes at once
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
