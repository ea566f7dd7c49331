/** The script that a worker runs; `@tsorch/data/worker` for those who bundle a worker of their own. */
// the data sets of this package are found by name
import '../combined.js'
import '../csv/dataset.js'
import type { FromWorker, ToWorker } from './messages.js'
import { nodeThreads } from './node-threads.js'
import { WorkerServer } from './serve.js'

const threads = nodeThreads()
if (threads !== null) {
  const port = (threads.workerData as { port: import('node:worker_threads').MessagePort }).port
  const server = new WorkerServer({ post: (message, transfer) => port.postMessage(message, transfer) })
  port.on('message', (message: ToWorker) => server.receive(message))
  // not when the program stops it, but where the data set calls process.exit()
  process.on('exit', (code) => server.exiting(code))
} else {
  const scope = globalThis as unknown as {
    postMessage(message: FromWorker, transfer: ArrayBuffer[]): void
    onmessage: ((event: { data: ToWorker }) => void) | null
  }
  const server = new WorkerServer({ post: (message, transfer) => scope.postMessage(message, transfer) })
  scope.onmessage = ({ data }) => server.receive(data)
}
