/**
 * Selection and sorting as the C++ standard library and PyTorch's CPU kernels do them. Which of equal elements comes first is
 * a matter of every single step, so these are those steps.
 */

/** Ranges up to this length are left to the final insertion sort. */
const INSERTION_THRESHOLD = 16

/** Keys to select from: the elements of a row as numbers. */
export type Keys = Float64Array | Float32Array

/** Whether key `x` comes before key `y`. */
export type Before = (x: number, y: number) => boolean

/** The order of the largest first; NaN counts as the largest. */
export const descending: Before = (x, y) => x > y || (Number.isNaN(x) && !Number.isNaN(y))
/** The order of the smallest first; NaN counts as the largest. */
export const ascending: Before = (x, y) => x < y || (Number.isNaN(y) && !Number.isNaN(x))
/** Plain `<`, in which NaN has no place. */
export const less: Before = (x, y) => x < y

function log2(n: number): number {
  return 31 - Math.clz32(n)
}

/** Positions in a list of keys, moved about: libstdc++'s `partial_sort`, `nth_element` and `sort`. */
export class Selection {
  readonly order: Int32Array
  private readonly keys: Keys
  private readonly comesBefore: Before

  constructor(keys: Keys, before: Before) {
    this.keys = keys
    this.comesBefore = before
    this.order = new Int32Array(keys.length)
    for (let i = 0; i < keys.length; i++) this.order[i] = i
  }

  /** Whether the element at position `a` of the keys comes before that at `b`. */
  private before(a: number, b: number): boolean {
    return this.comesBefore(this.keys[a]!, this.keys[b]!)
  }

  private swap(i: number, j: number): void {
    const { order } = this
    const saved = order[i]!
    order[i] = order[j]!
    order[j] = saved
  }

  /** Lets the hole at `top` sink to a leaf of the heap, then `value` rise from there. */
  private adjustHeap(first: number, top: number, length: number, value: number): void {
    const { order } = this
    let hole = top
    let child = top
    while (child < (length - 1) >> 1) {
      child = 2 * (child + 1)
      if (this.before(order[first + child]!, order[first + child - 1]!)) child--
      order[first + hole] = order[first + child]!
      hole = child
    }
    if ((length & 1) === 0 && child === (length - 2) >> 1) {
      child = 2 * child + 1
      order[first + hole] = order[first + child]!
      hole = child
    }
    let parent = (hole - 1) >> 1
    while (hole > top && this.before(order[first + parent]!, value)) {
      order[first + hole] = order[first + parent]!
      hole = parent
      parent = (hole - 1) >> 1
    }
    order[first + hole] = value
  }

  /** Puts the root of the heap at `at` and what stood there into the heap. */
  private popHeap(first: number, last: number, at: number): void {
    const { order } = this
    const value = order[at]!
    order[at] = order[first]!
    this.adjustHeap(first, 0, last - first, value)
  }

  private heapSelect(first: number, middle: number, last: number): void {
    const { order } = this
    const length = middle - first
    for (let parent = (length - 2) >> 1; parent >= 0; parent--) {
      this.adjustHeap(first, parent, length, order[first + parent]!)
    }
    for (let i = middle; i < last; i++) if (this.before(order[i]!, order[first]!)) this.popHeap(first, middle, i)
  }

  /** Sorts the first `middle - first` of a range to its front. */
  partialSort(first: number, middle: number, last: number): void {
    this.heapSelect(first, middle, last)
    for (let end = middle - 1; end > first; end--) this.popHeap(first, end, end)
  }

  /** Parts a range around the median of three of its elements; the second part begins at the result. */
  private partition(first: number, last: number): number {
    const { order } = this
    const [a, b, c] = [first + 1, first + ((last - first) >> 1), last - 1]
    const [x, y, z] = [order[a]!, order[b]!, order[c]!]
    if (this.before(x, y)) this.swap(first, this.before(y, z) ? b : this.before(x, z) ? c : a)
    else this.swap(first, this.before(x, z) ? a : this.before(y, z) ? c : b)
    const pivot = order[first]!
    let low = first + 1
    let high = last
    for (;;) {
      while (this.before(order[low]!, pivot)) low++
      high--
      while (this.before(pivot, order[high]!)) high--
      if (low >= high) return low
      this.swap(low, high)
      low++
    }
  }

  private insertionSort(first: number, last: number): void {
    const { order } = this
    for (let i = first + 1; i < last; i++) {
      const value = order[i]!
      let at = i
      while (at > first && this.before(value, order[at - 1]!)) {
        order[at] = order[at - 1]!
        at--
      }
      order[at] = value
    }
  }

  /** Puts the element that belongs at `nth` there, and none behind it that belongs before. */
  nthElement(first: number, nth: number, last: number): void {
    let depth = 2 * log2(last - first)
    let [low, high] = [first, last]
    while (high - low > 3) {
      if (depth-- === 0) {
        this.heapSelect(low, nth + 1, high)
        this.swap(low, nth)
        return
      }
      const cut = this.partition(low, high)
      if (cut <= nth) low = cut
      else high = cut
    }
    this.insertionSort(low, high)
  }

  private introsort(first: number, last: number, depth: number): void {
    let [end, left] = [last, depth]
    while (end - first > INSERTION_THRESHOLD) {
      if (left-- === 0) {
        this.partialSort(first, end, end)
        return
      }
      const cut = this.partition(first, end)
      this.introsort(cut, end, left)
      end = cut
    }
  }

  /** Sorts a range. */
  sort(first: number, last: number): void {
    if (last - first < 2) return
    this.introsort(first, last, 2 * log2(last - first))
    this.insertionSort(first, last)
  }
}

/** The positions of the `k` largest or smallest keys, as PyTorch's `topk` finds and orders them; 1 <= k <= keys.length. */
export function topPositions(keys: Keys, k: number, before: Before, sorted: boolean): Int32Array {
  const selection = new Selection(keys, before)
  const n = keys.length
  if (k * 64 <= n) selection.partialSort(0, k, n)
  else {
    selection.nthElement(0, k - 1, n)
    if (sorted) selection.sort(0, k - 1)
  }
  return selection.order.subarray(0, k)
}

/** The position of the key that would be at `nth` if all were sorted, as PyTorch's `median` finds it. */
export function nthPosition(keys: Keys, nth: number): number {
  const selection = new Selection(keys, ascending)
  selection.nthElement(0, nth, keys.length)
  return selection.order[nth]!
}

/** The position of the key that would be at `nth` if all were sorted, by the quickselect of PyTorch's `kthvalue`. */
export function quickSelect(keys: Keys, nth: number): number {
  const n = keys.length
  const order = Int32Array.from({ length: n }, (_, i) => i)
  const behind = (i: number, j: number): boolean => descending(keys[order[i]!]!, keys[order[j]!]!)
  const swap = (i: number, j: number): void => {
    const saved = order[i]!
    order[i] = order[j]!
    order[j] = saved
  }
  let low = 0
  let high = n - 1
  for (;;) {
    if (high <= low) break
    if (high === low + 1) {
      if (behind(low, high)) swap(low, high)
      break
    }
    // the median of three becomes the pivot, at `low`
    swap(low + ((high - low) >> 1), low + 1)
    if (behind(low + 1, high)) swap(low + 1, high)
    if (behind(low, high)) swap(low, high)
    if (behind(low + 1, low)) swap(low + 1, low)
    let i = low + 1
    let j = high
    for (;;) {
      do i++
      while (behind(low, i))
      do j--
      while (behind(j, low))
      if (j < i) break
      swap(i, j)
    }
    swap(low, j)
    if (j <= nth) low = i
    if (j >= nth) high = j - 1
  }
  return order[nth]!
}

/** The position of the most frequent key, the smallest of several, as PyTorch's `mode` finds it; at least one key. */
export function mostFrequent(keys: Keys): number {
  const n = keys.length
  const selection = new Selection(keys, less)
  selection.sort(0, n)
  const { order } = selection
  let best = 0
  let most = 0
  let run = 0
  for (let i = 0; i < n; i++) {
    run++
    if (i < n - 1 && keys[order[i]!] === keys[order[i + 1]!]) continue
    if (run > most) {
      best = order[i]!
      most = run
    }
    run = 0
  }
  return best
}
