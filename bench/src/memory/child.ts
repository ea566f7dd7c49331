/** The process of one memory loop: `node memory/child.js '{"loop":"raw","steps":100000,"set":"ts"}'`. Prints one line of JSON. */
import type { LoopName } from '../arguments.js'
import { servingKernels } from '../tsorch/kernels.js'
import { heapInUse } from './heap.js'
import { loopOf } from './loops.js'
import type { LoopOutcome, Mark } from './report.js'

interface Task {
  readonly loop: LoopName
  readonly steps: number
  /** Null for the best that there is. */
  readonly set: string | null
}

const TENTHS = 10
const { loop, steps, set }: Task = JSON.parse(process.argv[2]!)
servingKernels(set, null)

/** Where nothing is proven unused, what is in use rises until it is moved out: the most in each tenth is what can grow. */
const rises = process.env.TSORCH_MEMORY === 'copyout'
const marks: Mark[] = []
let most = 0
const started = performance.now()
// asking what is in use may take a while, which is no part of a step
let asking = 0
await loopOf(loop)(steps, (step) => {
  const isMark = Math.floor((step * TENTHS) / steps) > marks.length
  if (!isMark && !rises) return
  const start = performance.now()
  const heap = heapInUse()
  most = Math.max(most, heap ?? 0)
  if (isMark) {
    marks.push({ step, rss: process.memoryUsage().rss, heap: rises ? most : heap })
    most = 0
  }
  asking += performance.now() - start
})
const outcome: LoopOutcome = {
  msPerStep: (performance.now() - started - asking) / steps,
  peak: process.resourceUsage().maxRSS * 1024,
  marks,
}
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0))
