/** Starting a worker and talking to it, in Node.js and in browsers. */
import type { FromWorker, ToWorker } from './messages.js'
import { nodeThreads } from './node-threads.js'

/** A script for workers that imports `@tsorch/data/worker`, or in browsers what starts one. */
export type WorkerSource = string | URL | (() => Worker)

/** The program's way to one worker. */
export interface Channel {
  post(message: ToWorker, transfer: ArrayBuffer[]): void
  /** The next message, for a thread that does not turn its event loop; undefined if there is none. */
  take(): FromWorker | undefined
  /** Whether the program stays alive for the sake of this worker. */
  hold(on: boolean): void
  stop(): void
}

/** Who is told what a worker says, and that it died. */
export interface Listener {
  message(message: FromWorker): void
  died(reason: string): void
}

/** @throws Error where there are no workers */
export function openChannel(id: number, source: WorkerSource | undefined, listener: Listener): Channel {
  const threads = nodeThreads()
  if (threads !== null) return openThread(threads, id, source, listener)
  if (typeof Worker === 'undefined') throw new Error('DataLoader: there are no workers here, use numWorkers: 0')
  return openWebWorker(id, source, listener)
}

/** This package's own tests run its sources, of which no thread can be made: the workers run what was built of them. */
const fromSources = import.meta.url.endsWith('.ts')

/** The worker's script. */
function entry(): URL {
  return new URL(fromSources ? '../../dist/workers/entry.js' : './entry.js', import.meta.url)
}

function openThread(
  threads: typeof import('node:worker_threads'),
  id: number,
  source: WorkerSource | undefined,
  listener: Listener,
): Channel {
  if (typeof source === 'function')
    throw new TypeError('DataLoader: worker should be the URL of a script in Node.js, but got a function')
  const { port1: port, port2 } = new threads.MessageChannel()
  const worker = new threads.Worker(source === undefined ? entry() : new URL(source), {
    name: `DataLoader ${id}`,
    workerData: { port: port2 },
    transferList: [port2],
    argv: process.argv.slice(2),
    ...(fromSources ? { execArgv: [] } : {}),
    // the workers share the machine's cores among themselves
    env: { ...process.env, TSORCH_THREADS: '1' },
  })
  let stopped = false
  port.on('message', (message: FromWorker) => listener.message(message))
  worker.on('error', (error) => listener.died(String(error)))
  worker.on('exit', (code) => {
    if (!stopped) listener.died(`it ended with exit code ${code}`)
    port.close()
  })
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    take: () => (threads.receiveMessageOnPort(port) as { message: FromWorker } | undefined)?.message,
    hold(on) {
      if (on) {
        port.ref()
        worker.ref()
      } else {
        port.unref()
        worker.unref()
      }
    },
    stop() {
      stopped = true
      void worker.terminate()
    },
  }
}

function openWebWorker(id: number, source: WorkerSource | undefined, listener: Listener): Channel {
  const worker =
    source === undefined
      ? new Worker(new URL('./entry.js', import.meta.url), { type: 'module', name: `DataLoader ${id}` })
      : typeof source === 'function'
        ? source()
        : new Worker(source, { type: 'module' })
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => listener.message(data)
  worker.onerror = (event) => listener.died(event.message ?? 'its script could not be loaded')
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    take: () => undefined,
    hold: () => {},
    stop: () => worker.terminate(),
  }
}
