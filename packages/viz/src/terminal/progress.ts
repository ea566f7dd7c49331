import { ProgressBar, type ProgressBarOptions } from './progress-bar.js'

/** Options of {@link progress}. */
export interface ProgressOptions<T> extends ProgressBarOptions {
  /** How many units an item counts, such as the images of a batch: `([images]) => images.length`. Default 1. */
  size?: (item: T) => number
  /**
   * Leaves the line open at the end of the loop, for a `finish(note)` that tells what came out; `abandon()` where nothing did.
   * Default false.
   */
  keepOpen?: boolean
}

/** A loop with a progress line: iterate it once, or once an epoch, as what it was made of. */
export class Progress<T> extends ProgressBar implements Iterable<T>, AsyncIterable<T> {
  readonly #source: Iterable<T> | AsyncIterable<T>
  readonly #size: ((item: T) => number) | undefined
  readonly #keepOpen: boolean

  constructor(source: Iterable<T> | AsyncIterable<T>, options: ProgressOptions<T> = {}) {
    if (!(Symbol.iterator in Object(source) || Symbol.asyncIterator in Object(source))) {
      throw new TypeError(
        `progress: expected something to iterate, but got ${source === null ? 'null' : typeof source}`,
      )
    }
    super(options)
    this.#source = source
    this.#size = options.size
    this.#keepOpen = options.keepOpen ?? false
  }

  /** @throws TypeError if the source can be iterated with `for await` only */
  [Symbol.iterator](): IterableIterator<T> {
    if (!(Symbol.iterator in Object(this.#source))) {
      throw new TypeError('progress: this source is asynchronous, iterate it with for await')
    }
    // no generator: its frame would keep a batch alive while the next one is made
    const inner = (this.#source as Iterable<T>)[Symbol.iterator]()
    const steps = this.#steps()
    const iterator: IterableIterator<T> = {
      next: () => {
        steps.before()
        try {
          return steps.after(inner.next())
        } catch (error) {
          this.finish()
          throw error
        }
      },
      return: (value?: unknown) => {
        this.#leave()
        return inner.return?.(value) ?? { done: true, value }
      },
      [Symbol.iterator]: () => iterator,
    }
    return iterator
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    const source = this.#source
    const asynchronous = Symbol.asyncIterator in source
    const inner = asynchronous ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
    const steps = this.#steps()
    const iterator: AsyncIterableIterator<T> = {
      next: async () => {
        steps.before()
        try {
          const result = await inner.next()
          // a synchronous source may hold promises, which for await looks into
          return steps.after(!asynchronous && !result.done ? { done: false, value: await result.value } : result)
        } catch (error) {
          this.finish()
          throw error
        }
      },
      return: async (value?: unknown) => {
        this.#leave()
        return (await inner.return?.(value)) ?? { done: true, value }
      },
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  #leave(): void {
    if (this.#keepOpen) this.pause()
    else this.finish()
  }

  /** An item counts when the loop comes back for the next one: its body is through then, and has set its metrics. */
  #steps() {
    let begun = false
    let pending: number | undefined
    return {
      before: () => {
        if (!begun) this.restart(lengthOf(this.#source))
        begun = true
        if (pending !== undefined) this.advance(pending)
        pending = undefined
      },
      after: <R extends IteratorResult<T>>(result: R): R => {
        if (!result.done) pending = this.#size?.(result.value) ?? 1
        else this.#leave()
        return result
      },
    }
  }
}

/** `length` or `size` of what is iterated, if it has one. */
function lengthOf(source: object): number | undefined {
  const { length, size } = source as { length?: unknown; size?: unknown }
  const known = length ?? size
  return typeof known === 'number' && Number.isInteger(known) && known >= 0 ? known : undefined
}

/** A {@link Progress} of a source that is iterated with `for await` only. */
export type AsyncProgress<T> = Omit<Progress<T>, typeof Symbol.iterator>

/**
 * Iterates `source` and shows how far the loop is: a bar with the rate and the time left on a terminal, a line now and then in a
 * log, nothing in a page that names no stream. How many steps there are is the `length` or `size` of the source, or `total`.
 * A `break` or an error in the loop leaves the line as it stands.
 *
 * @param source - a DataLoader, an array, a generator: anything for `for ... of` or `for await`
 * @throws TypeError if `source` cannot be iterated, RangeError for a total that is no integer of 0 or more
 *
 * @example
 * ```ts
 * import { terminal } from '@tsorch/viz'
 *
 * const bar = terminal.progress([0.9, 0.5, 0.3], { label: 'epoch 1/3', unit: 'batches' })
 * for await (const loss of bar) {
 *   bar.set({ loss })
 * }
 * ```
 */
export function progress<T>(source: Iterable<T>, options?: ProgressOptions<T>): Progress<T>
export function progress<T>(source: AsyncIterable<T>, options?: ProgressOptions<T>): AsyncProgress<T>
export function progress<T>(source: Iterable<T> | AsyncIterable<T>, options?: ProgressOptions<T>): Progress<T> {
  return new Progress(source, options)
}
