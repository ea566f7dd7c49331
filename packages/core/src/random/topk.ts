/**
 * The `k` largest values as PyTorch's CPU `topk` finds them: equal values come in the order in which the C++ library's
 * `partial_sort` or `nth_element` and `sort` leave them, which only these algorithms, step by step, reproduce.
 */

/** Ranges up to this length are left to the final insertion sort. */
const INSERTION_THRESHOLD = 16

type Values = Float32Array | Float64Array

/** Indices into `values`, moved about so that larger values come first; NaN counts as the largest. */
class Selection {
  readonly order: Int32Array
  readonly values: Values

  constructor(values: Values) {
    this.values = values
    this.order = new Int32Array(values.length)
    for (let i = 0; i < values.length; i++) this.order[i] = i
  }

  /** Whether index `a` comes before index `b`. */
  private before(a: number, b: number): boolean {
    const x = this.values[a]!
    const y = this.values[b]!
    return x > y || (Number.isNaN(x) && !Number.isNaN(y))
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

  partialSort(first: number, middle: number, last: number): void {
    this.heapSelect(first, middle, last)
    for (let end = middle - 1; end > first; end--) this.popHeap(first, end, end)
  }

  /** Parts a range around the median of three of its values; the second part begins at the result. */
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

  sort(first: number, last: number): void {
    if (last - first < 2) return
    this.introsort(first, last, 2 * log2(last - first))
    this.insertionSort(first, last)
  }
}

function log2(n: number): number {
  return 31 - Math.clz32(n)
}

/** The indices of the `k` largest values, in descending order of the values; 1 <= k <= `values.length`. */
export function topk(values: Float32Array | Float64Array, k: number): Int32Array {
  const selection = new Selection(values)
  const n = values.length
  if (k * 64 <= n) selection.partialSort(0, k, n)
  else {
    selection.nthElement(0, k - 1, n)
    selection.sort(0, k - 1)
  }
  return selection.order.subarray(0, k)
}

/** The index of the largest value, the first of equal ones. */
export function argmax(values: Float32Array | Float64Array): number {
  let best = 0
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) return i
    if (values[i]! > values[best]!) best = i
  }
  return best
}
