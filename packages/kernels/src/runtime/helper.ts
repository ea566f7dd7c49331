/** Helper threads of the WebAssembly kernels: each runs the pool's loop over the shared memory and never returns. */
import { builtin } from './settings.js'

/** What a helper is told. */
export interface HelperTask {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** Top of its own stack. */
  readonly stack: number
  /** Its number, from 1. */
  readonly thread: number
}

const body = `
  const { exports } = new WebAssembly.Instance(task.module, { env: { memory: task.memory, poolStart() {}, poolNow: () => performance.now() } })
  exports.__stack_pointer.value = task.stack
  exports.poolWorker(task.thread)
`
// Source text and not a file: bundlers, test runners and content delivery networks each treat worker files in their own way.
const nodeSource = `const task = require('node:worker_threads').workerData; ${body}`
const webSource = `onmessage = ({ data: task }) => { ${body} }`

/**
 * Starts a helper thread. It keeps no process alive and ends with it.
 *
 * @returns false where threads are not to be had
 */
export function startHelper(task: HelperTask): boolean {
  const threads = builtin('node:worker_threads')
  try {
    if (threads !== null) {
      const worker = new threads.Worker(nodeSource, { eval: true, workerData: task, env: threads.SHARE_ENV })
      // out of memory, or ended from outside: the pool waits for nobody, the others do the work
      worker.on('error', () => {})
      worker.unref()
      return true
    }
    if (typeof Worker === 'undefined' || typeof Blob === 'undefined') return false
    const url = URL.createObjectURL(new Blob([webSource], { type: 'text/javascript' }))
    const worker = new Worker(url, { name: `tsorch-${task.thread}` })
    worker.onerror = () => URL.revokeObjectURL(url)
    worker.postMessage(task)
    return true
  } catch {
    return false
  }
}

/** Whether memory can be shared with other threads. */
export function canShare(): boolean {
  if (builtin('node:worker_threads') !== null) return true
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true
}
