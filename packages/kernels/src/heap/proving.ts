import { drain, type Handle, type Memory, nursery, Owner, type Storage } from '@tsorch/core/backend'
import type { Block } from './block.js'
import type { Heap } from './heap.js'
import { Pace, type Use } from './pace.js'
import type { Proof } from './proof.js'
import { now, type Reclaimer } from './reclaim.js'

const MEGABYTE = 1024 * 1024
/** How far memory may grow before the collector is asked: a minor collection is cheap, a full one is not. */
const MINOR_GROWTH = 16 * MEGABYTE
const FULL_GROWTH = 128 * MEGABYTE
/** What it may become where collections are slow. */
const MOST_MINOR_GROWTH = 64 * MEGABYTE
const MOST_FULL_GROWTH = 256 * MEGABYTE

/** Whether only the collector can tell when a block is free: gradients nobody read and what only a graph uses mostly go by hand. */
const isAnybodys = ({ owner, graphOnly }: Handle): boolean => owner !== Owner.grad && !graphOnly

/**
 * Memory comes back when the collector has proved that its storage is dead. What lives on between two steps is watched from then
 * on, and no longer held: it can die young, in reach of the cheap collections. Most storages never cost more than their place in
 * a list until then. Where all collections are full, watching waits until there is one.
 */
export class Proving implements Reclaimer {
  private readonly memory: Memory
  private readonly heap: Heap
  private readonly proof: Proof
  private readonly pace: Pace
  private readonly isBusy: () => boolean
  private readonly young: Storage[] = []
  private readonly squeezed = { last: -1e9, took: 0 }
  private readonly take = (block: Block): void => block.heap.release(block)
  private readonly pressLater = (): void => {
    const { total, loose } = this.use()
    if (total > this.limit || loose > this.looseLimit) this.press()
  }
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
    const [least, most] = proof.hasMinor ? [MINOR_GROWTH, MOST_MINOR_GROWTH] : [FULL_GROWTH, MOST_FULL_GROWTH]
    this.pace = new Pace(growth ?? least, growth === undefined ? most : 2 * growth)
  }

  get limit(): number {
    return this.pace.totalLimit
  }

  get looseLimit(): number {
    return this.pace.looseLimit
  }

  press(): void {
    if (nursery.depth > 0) nursery.due = this.pressLater
    else if (!this.isBusy()) this.look()
  }

  safePoint(): void {
    // what a scope remembers, it will give back itself
    if (this.proof.hasMinor && nursery.held === 0) this.watchYoung(isAnybodys)
    if (this.pace.isDue(this.use())) this.look()
  }

  released(block: Block): void {
    if (block.id >= 0) this.proof.forget(block)
  }

  squeeze(): void {
    if (this.isBusy()) return
    const start = now()
    // where nothing was found a moment ago there is nothing now
    if (start - this.squeezed.last < 20 * this.squeezed.took) return
    this.lookHard()
    this.squeezed.last = now()
    this.squeezed.took = this.squeezed.last - start
  }

  settle(): void {
    if (nursery.depth === 0 && !this.isBusy()) this.lookHard()
  }

  private look(): void {
    const { pace, proof } = this
    const start = now()
    const from = this.use()
    this.watchYoung()
    let thorough = !proof.hasMinor
    proof.collect(thorough, this.take)
    if (!thorough && pace.leavesMuch(this.use())) {
      thorough = true
      proof.collect(true, this.take)
    }
    const end = now()
    pace.looked(from, this.use(), thorough, end - start, end)
  }

  private lookHard(): void {
    const from = this.use()
    this.watchYoung()
    this.proof.collect(true, this.take)
    // asked for from outside: its price says nothing about how often to look
    this.pace.looked(from, this.use(), true, 0, now())
  }

  private use(): Use {
    const { used, saved } = this.heap
    return { total: used, loose: used - saved }
  }

  private watchYoung(wants?: (handle: Handle) => boolean): void {
    drain(this.memory, this.add, wants)
    if (this.young.length > 0) this.proof.watch(this.young)
  }
}
