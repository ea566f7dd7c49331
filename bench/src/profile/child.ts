/** The process of one profile: `node child.js '{"workload":"W5","set":"native","threads":2,"seconds":2}'`. Prints one line of JSON. */
import { type KernelTime, kernelTimes, peakLoop } from '@tsorch/kernels'
import { measure, type Prepared } from '../measure.js'
import { tsorchPeer } from '../tsorch/peer.js'
import { micros } from '../workloads/micro.js'
import { trainings } from '../workloads/training.js'

/** What is asked for. */
export interface ProfileCase {
  readonly workload: string
  readonly set: string
  readonly threads: number
  readonly seconds: number
}

/** What a step consists of. */
export interface Profile {
  readonly version: string
  readonly steps: number
  /** Of all steps together. */
  readonly ms: number
  readonly kernels: readonly KernelTime[]
  /** GFLOP/s of one thread on registers alone; null without kernels. */
  readonly peak: number | null
}

function peakRate(): number | null {
  const loop = peakLoop()
  if (loop === null) return null
  const rates = Array.from({ length: 7 }, () => {
    const start = performance.now()
    loop.run(20_000)
    return (20_000 * loop.flops) / (performance.now() - start) / 1e6
  })
  return Math.max(...rates)
}

async function prepared({ workload, set, threads }: ProfileCase): Promise<[Prepared, string]> {
  const peer = tsorchPeer(set, threads)
  const training = trainings.find(({ id }) => id === workload)
  if (training !== undefined) return [await peer.training(training), peer.version]
  return [await peer.micro(micros.find(({ id }) => id === workload)!), peer.version]
}

async function profile(task: ProfileCase): Promise<Profile> {
  const [{ run }, version] = await prepared(task)
  await measure(run, task.seconds / 4)
  kernelTimes()
  const start = performance.now()
  let steps = 0
  do {
    await run()
    steps++
  } while (performance.now() - start < task.seconds * 1000)
  const ms = performance.now() - start
  return { version, steps, ms, kernels: kernelTimes(), peak: peakRate() }
}

const result = await profile(JSON.parse(process.argv[2]!))
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
