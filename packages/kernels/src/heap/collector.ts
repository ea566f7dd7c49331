/** Asking the garbage collector: what Node.js lets a program do without any flag on its command line. */
import { builtin } from '../runtime/settings.js'

/** What can be asked of the garbage collector, at once and within one job. */
export interface Collector {
  /** Collects everything: 3 to 10 ms in a small program. */
  full(): void
  /** Collects what is young: a few tenths of a millisecond. */
  minor(): void
  /**
   * Empties the set of objects that `new WeakRef` and `deref` keep alive until the end of the job. Without it a loop that never
   * waits for anything would keep every object that it ever asked for.
   */
  forgetKept(): void
}

type Collect = (options?: { type: 'minor' }) => void

let known: Collector | null | undefined

/** The collector of this runtime; null where it cannot be asked. */
export function collector(): Collector | null {
  known ??= found()
  return known
}

function found(): Collector | null {
  const v8 = builtin('node:v8')
  const vm = builtin('node:vm')
  if (v8 === null || vm === null) return null
  try {
    // new contexts have the function `gc` from now on; this one stays as it is
    v8.setFlagsFromString('--expose-gc')
    const collect = vm.runInNewContext('gc') as Collect | undefined
    v8.setFlagsFromString('--no-expose-gc')
    if (typeof collect !== 'function') return null
    // a context with a microtask queue of its own performs a checkpoint after each script, and that empties the set
    const context = vm.createContext({}, { microtaskMode: 'afterEvaluate' })
    const nothing = new vm.Script('0')
    return {
      full: () => collect(),
      minor: () => collect({ type: 'minor' }),
      forgetKept: () => {
        nothing.runInContext(context)
      },
    }
  } catch {
    // another runtime that imitates these modules
    return null
  }
}
