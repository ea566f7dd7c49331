/** What programs may say about memory: nothing has to be said, but counts can be read and memory given back early. */
import type { MemoryUsage } from './dispatch/backend.js'
import { allDevices } from './dispatch/registry.js'
import { RuntimeError } from './errors.js'
import { mark, nursery, release } from './nursery.js'
import { Owner, type Storage } from './storage.js'
import { Tensor } from './tensor.js'

declare module './tensor.js' {
  interface Tensor {
    /**
     * Gives the memory back now instead of when the garbage collector finds it. The tensor and its views cannot be used any
     * more; the same goes for a graph that saved it.
     */
    dispose(): void
  }
}

/**
 * Memory in use by device, for the devices whose memory the library manages. Unused tensors are looked for first, so that the
 * numbers do not depend on when the garbage collector last ran (in browsers, and where the collector cannot be asked, they do).
 *
 * Small tensors (up to 4 KB) belong to the garbage collector and are not counted.
 *
 * @example
 * ```ts
 * const before = memory().cpu
 * train(model)
 * console.log(memory().cpu, before) // { tensors: 12, bytes: 1272840, reserved: 33554432 }
 * ```
 */
export function memory(): Record<string, MemoryUsage> {
  const out: Record<string, MemoryUsage> = {}
  for (const device of allDevices()) {
    const usage = device.memory.usage?.()
    if (usage !== undefined) out[device.name] = usage
  }
  return out
}

/** Calls `f` with every tensor in a value: in lists, maps, sets, modules and other objects with fields. */
function eachTensor(value: unknown, f: (x: Tensor) => void, seen: Set<unknown> = new Set()): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return
  seen.add(value)
  if (value instanceof Tensor) {
    f(value)
    return
  }
  if (ArrayBuffer.isView(value)) return
  if (value instanceof Map) for (const entry of value) eachTensor(entry, f, seen)
  else if (value instanceof Set) for (const entry of value) eachTensor(entry, f, seen)
  for (const key of Reflect.ownKeys(value)) {
    const field = Object.getOwnPropertyDescriptor(value, key)
    if (field !== undefined && 'value' in field) eachTensor(field.value, f, seen)
  }
}

/**
 * Runs `fn` and gives back at once the memory of what it made, but for what it returns, gradients, parameters, the state of
 * optimizers, and what was passed to {@link keep}. If a result can still be differentiated, everything stays.
 *
 * Loops do not need it: memory that is no longer used comes back by itself. It is for who wants exactly as much as is needed.
 *
 * @param fn - not asynchronous
 * @throws RuntimeError if `fn` returns a promise
 * @example
 * ```ts
 * const norm = tidy(() => x.mul(x).sum().sqrt())
 * ```
 */
export function tidy<T>(fn: () => T): T {
  const start = mark()
  nursery.held++
  try {
    const result = fn()
    if (typeof (result as { then?: unknown } | null)?.then === 'function')
      throw new RuntimeError('tidy(): the function returned a promise, but what it makes later cannot be seen')
    const results = new Set<Storage>()
    let recorded = false
    eachTensor(result, (x) => {
      results.add(x.storage.root ?? x.storage)
      recorded ||= x._node !== null && x._node.variable === null
    })
    if (!recorded) giveBack(start, results)
    return result
  } finally {
    nursery.held--
  }
}

/** Gives back what was made since `start` and is nobody's, but for `results`. */
function giveBack(start: number, results: ReadonlySet<Storage>): void {
  for (let i = Math.max(0, start - nursery.taken); i < nursery.count; i++) {
    const storage = nursery.list[i]
    if (storage?.handle?.owner === Owner.user && !results.has(storage)) disposeOf(storage)
  }
}

/** Says that a surrounding {@link tidy} may not take `x`; gives `x`. */
export function keep<T extends Tensor>(x: T): T {
  const { handle } = x.storage
  if (handle !== null && handle.owner !== Owner.pass) handle.owner = Owner.kept
  return x
}

/** Gives memory back and makes every use of it an error. */
function disposeOf(storage: Storage): void {
  release(storage)
  if (storage.aliased) return
  Object.defineProperty(storage, 'array', {
    get(): never {
      throw new RuntimeError('this tensor was disposed: its memory was given back by dispose(), using or tidy()')
    },
  })
}

const p = Tensor.prototype

p.dispose = function () {
  // another name for the memory may be in use, and a leaf's gradient is a tensor of its own
  if (Object.getOwnPropertyDescriptor(this.storage, 'array')?.get === undefined) disposeOf(this.storage)
}
// older runtimes have no Symbol.dispose; compiled `using` then brings its own
const disposeSymbol = (Symbol as { dispose?: symbol }).dispose
if (disposeSymbol !== undefined) Object.defineProperty(p, disposeSymbol, { value: p.dispose, configurable: true })

/**
 * The gradient of `x` as the library's own code reads it, optimizers foremost: whoever calls this does not keep it, and the next
 * `zeroGrad()` gives its memory back at once. Reading `x.grad` leaves that to the garbage collector. For tsorch's own packages.
 */
export function gradOf(x: Tensor): Tensor | null {
  return x._grad
}

/** Forgets the gradient of `x`; its memory comes back at once if nobody has read it. For tsorch's own packages. */
export function dropGrad(x: Tensor): void {
  const grad = x._grad
  x._grad = null
  if (grad !== null && grad.storage.handle?.owner === Owner.grad) release(grad.storage)
}

/** What `x.grad` gives: from now on somebody may hold it. */
export function seenGrad(x: Tensor): Tensor | null {
  const handle = x._grad?.storage.handle
  if (handle != null && handle.owner === Owner.grad) handle.owner = Owner.seen
  return x._grad
}

/** What `x.grad = grad` does. */
export function assignGrad(x: Tensor, grad: Tensor): void {
  // the same memory in another tensor stays
  if (grad.storage !== x._grad?.storage) dropGrad(x)
  x._grad = grad
  const { handle } = grad.storage
  if (handle !== null && (handle.owner === Owner.user || handle.owner === Owner.grad)) handle.owner = Owner.seen
}
