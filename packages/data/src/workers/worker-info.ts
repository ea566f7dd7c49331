import type { Dataset } from '../dataset.js'

/** What a worker knows about itself. */
export interface WorkerInfo {
  /** From 0 on. */
  readonly id: number
  readonly numWorkers: number
  /** With which the worker's random stream began: the base seed of the epoch plus `id`. */
  readonly seed: bigint
  /** The worker's own copy of the data set. */
  readonly dataset: Dataset
}

const key = Symbol.for('tsorch.workerInfo')
const shared = globalThis as { [key]?: WorkerInfo | 'starting' }

/**
 * What this worker of a `DataLoader` is; null in the program itself. An `IterableDataset` asks it which part of the stream is its
 * own, and a script whether it is only read for its classes, see {@link portable}.
 *
 * @example
 * ```ts
 * class Lines extends IterableDataset<string> {
 *   *[Symbol.iterator]() {
 *     const { id, numWorkers } = getWorkerInfo() ?? { id: 0, numWorkers: 1 }
 *     for (let i = id; i < lines.length; i += numWorkers) yield lines[i]!
 *   }
 * }
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.get_worker_info
 */
export function getWorkerInfo(): WorkerInfo | null {
  const info = shared[key]
  if (info === 'starting') return startingInfo
  return info ?? null
}

/** While a worker still loads the modules of its data set, all that can be said is that it is one. */
const startingInfo: WorkerInfo = {
  id: -1,
  numWorkers: 0,
  seed: 0n,
  get dataset(): Dataset {
    throw new Error('getWorkerInfo().dataset: the worker is still loading the modules of its data set')
  },
}

/** Says what this thread is. */
export function setWorkerInfo(info: WorkerInfo | 'starting'): void {
  shared[key] = info
}
