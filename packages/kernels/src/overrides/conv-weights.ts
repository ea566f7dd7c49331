/** Weights of convolutions laid out once for as long as they do not change, as in inference. */
import { allocate, float32, Owner, type Storage, type Tensor } from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { type ConvPlan, Pass } from './conv-plan.js'

interface Entry {
  plan: ConvPlan
  offset: number
  version: number
  /** Null until the same weight comes a second time. */
  packed: Tensor | null
}

function drop(entry: Entry): void {
  const storage = entry.packed?.storage
  entry.packed = null
  storage?.handle?.memory.release(storage)
}

/** Gives the weight laid out for a plan's way `kept` if it is worth having and the weight was not written to since last time. */
export type PackedWeights = (plan: ConvPlan, weight: Tensor) => Tensor | null

export function packedWeights(set: KernelSet): PackedWeights {
  const { kernels } = set
  // a layout belongs to the set that made it, and goes with the weight's own memory
  const entries = [new WeakMap<Storage, Entry>(), new WeakMap<Storage, Entry>()]

  function pack(plan: ConvPlan, weight: Tensor): Tensor {
    const { tile, packed } = plan.kept
    const out = allocate(weight.storage, float32, [packed])
    // the library's own, beyond the op that runs
    const { handle } = out.storage
    if (handle !== null) handle.owner = Owner.kept
    const { shape, pass } = plan
    set.begin()
    const from = set.input(weight)
    const to = set.output(out)
    if (tile === 0) kernels.convPack(from, to, pass, ...shape)
    else kernels.winogradWeight(to, from, pass, tile, shape[1], shape[4])
    set.end()
    return out
  }

  return (plan, weight) => {
    const { storage, offset } = weight
    const { version } = storage
    const map = entries[plan.pass === Pass.forward ? 0 : 1]!
    const entry = map.get(storage)
    // writes by another name (`weight.data`) are not counted
    if (plan.kept.packed === 0 || storage.aliased) {
      if (entry !== undefined) drop(entry)
      return null
    }
    if (entry === undefined) {
      map.set(storage, { plan, offset, version, packed: null })
      return null
    }
    if (entry.plan !== plan || entry.offset !== offset || entry.version !== version) {
      drop(entry)
      entry.plan = plan
      entry.offset = offset
      entry.version = version
      return null
    }
    entry.packed ??= pack(plan, weight)
    return entry.packed
  }
}
