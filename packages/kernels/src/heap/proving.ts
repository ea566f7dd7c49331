import { drain, type Memory, nursery, type Storage } from '@tsorch/core/backend'
import type { Block } from './block.js'
import type { Heap } from './heap.js'
import { Pace } from './pace.js'
import type { Proof } from './proof.js'
import { now, type Reclaimer } from './reclaim.js'

const MEGABYTE = 1024 * 1024
/** How far memory may grow before the collector is asked: a minor collection is cheap, a full one is not. */
const MINOR_GROWTH = 32 * MEGABYTE
const FULL_GROWTH = 128 * MEGABYTE
/** What it may become where collections are slow: by so much. */
const SLOWER = 2

/**
 * Memory comes back when the collector has proved that its storage is dead. Storages are only watched from the first look on
 * that they live through: most never cost more than their place in a list.
 */
export class Proving implements Reclaimer {
  private readonly memory: Memory
  private readonly heap: Heap
  private readonly proof: Proof
  private readonly pace: Pace
  private readonly isBusy: () => boolean
  private readonly young: Storage[] = []
  private readonly take = (block: Block): void => block.heap.release(block)
  private readonly add = (storage: Storage): void => {
    this.young.push(storage)
  }

  /**
   * @param isBusy - whether a kernel holds addresses: nothing may be released then
   * @param growth - bytes by which memory may grow before the collector is asked
   */
  constructor(memory: Memory, heap: Heap, proof: Proof, isBusy: () => boolean, growth?: number) {
    this.memory = memory
    this.heap = heap
    this.proof = proof
    this.isBusy = isBusy
    const least = growth ?? (proof.hasMinor ? MINOR_GROWTH : FULL_GROWTH)
    this.pace = new Pace(least, SLOWER * least)
  }

  get limit(): number {
    return this.pace.limit
  }

  press(): void {
    if (nursery.depth === 0 && !this.isBusy()) this.look()
  }

  safePoint(): void {
    if (this.pace.isDue(this.heap.used)) this.look()
  }

  breathe(): Promise<void> | null {
    this.safePoint()
    return null
  }

  released(block: Block): void {
    if (block.id >= 0) this.proof.forget(block)
  }

  squeeze(): void {
    if (!this.isBusy()) this.lookHard()
  }

  settle(): void {
    if (nursery.depth === 0 && !this.isBusy()) this.lookHard()
  }

  private look(): void {
    const { heap, pace, proof } = this
    const start = now()
    const from = heap.used
    this.watchYoung()
    let thorough = !proof.hasMinor
    proof.collect(thorough, this.take)
    if (!thorough && pace.leavesMuch(heap.used)) {
      thorough = true
      proof.collect(true, this.take)
    }
    const end = now()
    pace.looked(from, heap.used, thorough, end - start, end)
  }

  private lookHard(): void {
    const from = this.heap.used
    this.watchYoung()
    this.proof.collect(true, this.take)
    // asked for from outside: its price says nothing about how often to look
    this.pace.looked(from, this.heap.used, true, 0, now())
  }

  private watchYoung(): void {
    drain(this.memory, this.add)
    if (this.young.length > 0) this.proof.watch(this.young)
  }
}
