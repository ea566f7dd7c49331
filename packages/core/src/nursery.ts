/**
 * The young storages: those whose memory is given back by hand, in order of creation, until their backend watches them.
 *
 * An op marks the place where it begins and, at its end, gives back what was made since and is no part of its result. So does
 * the backward pass at each node. What is left was handed to somebody, and its backend takes it over with {@link drain}.
 */
import { allDevices } from './dispatch/registry.js'
import { type Handle, Owner, type Storage } from './storage.js'
import { Tensor } from './tensor.js'

/** One object, so that hot paths read fields and not bindings. */
export const nursery: {
  /** Null where an entry was taken away; entries whose handle is gone were given back. */
  readonly list: (Storage | null)[]
  count: number
  /** Entries that were taken off the front: marks count from the first one ever. */
  taken: number
  /** Ops that run. Inside one, kernels may hold addresses that nothing else keeps alive: nobody may then look for garbage. */
  depth: number
  /** Where the outermost of them began. */
  floor: number
  /** Marks that are held for longer; the list then keeps its places. */
  held: number
  /** What a backend wants to do as soon as no op runs: it would have looked for garbage in the middle of one. */
  due: (() => void) | null
} = { list: [], count: 0, taken: 0, depth: 0, floor: 0, held: 0, due: null }

/** Number of entries from which holes are worth closing. */
const FEW = 1024
let crowded = FEW

/** Called by a backend for each storage whose memory it wants back. */
export function adopt(storage: Storage): void {
  nursery.list[nursery.count++] = storage
}

/** The present end of the list. For tsorch's own packages. */
export function mark(): number {
  return nursery.taken + nursery.count
}

/** Begins an op; gives the mark that {@link leave} and the sweeps take. */
export function enter(): number {
  const here = nursery.taken + nursery.count
  if (nursery.depth++ === 0) nursery.floor = here
  return here
}

/** Ends an op. */
export function leave(): void {
  nursery.depth--
}

/** Does what is due, after the outermost op. */
export function catchUp(): void {
  const { due } = nursery
  nursery.due = null
  due?.()
}

/** Gives the memory of a storage back, unless it has other names: the collector must then decide. */
export function release(storage: Storage): void {
  const { handle } = storage
  if (handle !== null && !storage.aliased) handle.memory.release(storage)
}

function isPartOf(storage: Storage, result: unknown): boolean {
  if (result instanceof Tensor) return result.storage === storage
  if (typeof result !== 'object' || result === null) return false
  if (Array.isArray(result)) {
    for (let i = 0; i < result.length; i++) if (isPartOf(storage, result[i])) return true
    return false
  }
  return Object.values(result).some((value) => isPartOf(storage, value))
}

/** Keeps entry `storage` at the new end `at` of the list. */
function keep(storage: Storage, at: number): number {
  nursery.list[at] = storage
  return at + 1
}

/** Cuts the list off. What was there must not be held any longer, and V8 may leave it in place behind a smaller length. */
function cut(end: number): void {
  const { list } = nursery
  for (let i = end; i < nursery.count; i++) list[i] = null
  nursery.count = end
}

/** At the end of an op: gives back what was made since `start` and is not part of `result`. */
export function sweep(start: number, result: unknown): void {
  const { list } = nursery
  let at = start - nursery.taken
  for (let i = at; i < nursery.count; i++) {
    const storage = list[i]!
    if (storage === null || storage.handle === null) continue
    // another owner: it was moved back into its device's memory by this op, which did not make it
    if (storage.handle.owner === Owner.user && !isPartOf(storage, result)) release(storage)
    // an alias keeps it
    if (storage.handle !== null) at = keep(storage, at)
  }
  cut(at)
}

/** At the end of a node's gradient: gives back what was made since `start` and waits at no other node. */
export function sweepPass(start: number): void {
  const { list } = nursery
  let at = start - nursery.taken
  for (let i = at; i < nursery.count; i++) {
    const storage = list[i]!
    if (storage === null || storage.handle === null) continue
    if (storage.handle.holders === 0) {
      if (storage.handle.owner === Owner.user) release(storage)
    } else if (storage.handle.owner === Owner.user) {
      storage.handle.owner = Owner.pass
    }
    if (storage.handle !== null) at = keep(storage, at)
  }
  cut(at)
}

/** Closes the holes of the list, behind `start`. No mark beyond it may be in use. */
export function compact(start: number): void {
  const { list } = nursery
  const from = Math.max(0, start - nursery.taken)
  let at = from
  for (let i = from; i < nursery.count; i++) {
    const storage = list[i]!
    if (storage !== null && storage.handle !== null) at = keep(storage, at)
  }
  cut(at)
}

/** Closes holes if there may be many, and no place is remembered. */
export function thin(): void {
  if (nursery.count < crowded || nursery.held > 0 || nursery.depth > 0) return
  compact(nursery.taken)
  crowded = Math.max(FEW, 2 * nursery.count)
}

/**
 * A moment between two steps: the end of a backward pass, of an optimizer's step, the next batch. Devices may look for memory
 * that is no longer used. For the library's own loops; a program never needs it.
 */
export function safePoint(): void {
  if (nursery.depth > 0) return
  thin()
  for (const device of allDevices()) device.memory.safePoint?.()
}

/**
 * Hands the young storages of one memory over, oldest first: all but those that a running op may still give back, or those
 * among them that `wants` asks for. They are no longer held here.
 */
export function drain(memory: unknown, take: (storage: Storage) => void, wants?: (handle: Handle) => boolean): void {
  const { list } = nursery
  // places that somebody remembers stay
  const fixed = nursery.held > 0 || nursery.depth > 0
  const end = nursery.depth > 0 ? nursery.floor - nursery.taken : nursery.count
  let at = 0
  for (let i = 0; i < end; i++) {
    const storage = list[i]!
    if (storage !== null && storage.handle !== null) {
      const { handle } = storage
      if (handle.memory !== memory || (wants !== undefined && !wants(handle))) {
        if (!fixed) list[at++] = storage
        continue
      }
      take(storage)
    }
    if (fixed) list[i] = null
  }
  if (fixed) shift(firstEntry(end))
  else {
    nursery.taken += nursery.count - at
    cut(at)
  }
}

/** Place of the first entry that is not empty, before `end`. */
function firstEntry(end: number): number {
  let i = 0
  while (i < end && nursery.list[i] === null) i++
  return i
}

/** Takes the first entries, which are empty, off the list. */
function shift(n: number): void {
  if (n === 0) return
  const { list } = nursery
  list.copyWithin(0, n, nursery.count)
  for (let i = nursery.count - n; i < nursery.count; i++) list[i] = null
  nursery.count -= n
  nursery.taken += n
}

/**
 * Says that `tidy()` may not take what was made since `start`, a mark: it belongs to somebody who outlives the scope. For the
 * state of optimizers.
 */
export function keepSince(start: number): void {
  for (let i = Math.max(0, start - nursery.taken); i < nursery.count; i++) {
    const handle = nursery.list[i]?.handle
    if (handle != null) handle.owner = Owner.kept
  }
}
