/** A window as a page holds it, kept up to date by patches. */
import { type Signal, signal } from '@preact/signals'
import { applyPatch } from '../../protocol/patch.js'
import type { PatchOp, Window } from '../../protocol/types.js'
import type { PlotFlag } from '../plot/types.js'
import { findFlag } from './flags.js'
import { areSame, type Traits, traitsOf } from './traits.js'

/** What a body of a pane can be saved as; `undefined` where it can't. */
export interface PaneExports {
  csv?(): string
  svg?(): string
  png?(): Promise<Blob>
  html?(): string
}

/** Hears of changes: the operations, or none if the whole window is another. */
export type PaneListener = (ops: readonly PatchOp[]) => void

/** More operations than this are not worth handing on: drawing anew is faster. */
const MAX_PENDING = 50_000

export class Pane {
  readonly id: string
  /** Changes in place with each patch; it may be another after the window was made anew. */
  window: Window
  readonly title: Signal<string>
  readonly traits: Signal<Traits>
  /** Counts the changes that were handed on. */
  readonly revision: Signal<number> = signal(0)
  readonly flag: Signal<PlotFlag | null> = signal(null)
  /** What the body says that it can be saved as. */
  readonly exports: Signal<PaneExports> = signal({})
  /** Whether it is in sight, or nearly. */
  readonly visible: Signal<boolean> = signal(false)
  /** Whether its body is there. */
  readonly drawn: Signal<boolean> = signal(false)
  readonly collapsed: Signal<boolean> = signal(false)
  /** What the user chose for this pane alone. */
  readonly logX: Signal<boolean | undefined> = signal(undefined)
  readonly logY: Signal<boolean | undefined> = signal(undefined)
  /** Whether its lines are smoothed; `undefined` leaves it to what they are. */
  readonly smooth: Signal<boolean | undefined> = signal(undefined)
  readonly histograms: Signal<'ridges' | 'heat'> = signal('ridges')
  readonly #listeners = new Set<PaneListener>()
  #pending: PatchOp[] = []
  #isNew = true

  constructor(window: Window) {
    this.id = window.id
    this.window = window
    this.title = signal(titleOf(window))
    this.traits = signal(traitsOf(window))
  }

  /** Takes another window of the same id. */
  replace(window: Window): void {
    this.window = window
    this.#isNew = true
    this.#pending = []
  }

  /** @throws RangeError if the patch does not fit the window */
  patch(ops: readonly PatchOp[]): void {
    applyPatch(this.window, ops)
    if (this.#isNew) return
    if (this.#pending.length + ops.length > MAX_PENDING) {
      this.#isNew = true
      this.#pending = []
    } else {
      // not spread: a patch may have more operations than a call may have arguments
      for (const op of ops) this.#pending.push(op)
    }
  }

  listen(listener: PaneListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Looks for what is wrong, where no drawing does. */
  #look(ops: readonly PatchOp[]): void {
    if (this.drawn.peek()) return
    const flag = findFlag(this.window, ops)
    if (flag !== null || ops.length === 0) this.flag.value = flag
  }

  /** Whether its lines are smoothed, by what the user chose or by what they are. */
  get isSmooth(): boolean {
    return this.smooth.value ?? this.traits.value.isTraining
  }

  /** Hands on what has come. */
  flush(): void {
    const ops = this.#pending
    this.#pending = []
    if (!this.#isNew && ops.length === 0) return
    const passed = this.#isNew ? [] : ops
    this.#isNew = false
    this.title.value = titleOf(this.window)
    const traits = traitsOf(this.window)
    if (!areSame(traits, this.traits.peek())) this.traits.value = traits
    this.revision.value++
    this.#look(passed)
    for (const listener of this.#listeners) listener(passed)
  }
}

const titleOf = ({ title }: Window): string => (typeof title === 'string' ? title : '')
