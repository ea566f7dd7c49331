/** Copies and casts. */
import { type Primitives, referencePrimitives, type View } from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { dense, geometry, merge } from './geometry.js'
import { known } from './known.js'
import { spanOf } from './matmul.js'

const plain = referencePrimitives

/** Times as many elements as for other operations pay: the runtime's own copy of a row is as fast on one thread. */
const FLAT = 64

export function copyPrimitives(set: KernelSet): Pick<Primitives, 'copy'> {
  const { kernels } = set
  const hasCast = known((to, from) => kernels.hasCast(to, from))

  function copySame(x: View, out: View): boolean {
    const n = out.count
    const { itemsize } = out.dtype
    if (x.count === n && dense(x) && dense(out)) {
      if (!set.worth(n / FLAT)) return false
      set.begin()
      kernels.copyFlat(set.output(out), set.input(x), n * itemsize)
      set.end()
      return true
    }
    if (merge(out, x) === 0) return false
    set.begin()
    const whole = spanOf(out)
    const to = whole === out ? set.output(out) : set.update(whole)
    kernels.copyStrided(to, set.input(spanOf(x)), itemsize, geometry(set))
    set.end()
    return true
  }

  /** Strided or broadcast elements are put in order before they are converted. */
  function converted(x: View, out: View): boolean {
    if (!hasCast(out.dtype, x.dtype.id) || !dense(out)) return false
    const n = out.count
    const ordered = x.count === n && dense(x)
    if (!ordered && merge(out, x) === 0) return false
    set.begin()
    const to = set.output(out)
    let from = set.input(ordered ? x : spanOf(x))
    if (!ordered) {
      const work = set.workspace(n * x.dtype.itemsize)
      kernels.copyStrided(work, from, x.dtype.itemsize, geometry(set))
      from = work
    }
    kernels.cast(to, out.dtype.id, from, x.dtype.id, n)
    set.end()
    return true
  }

  return {
    copy(x: View, out: View): void {
      const n = out.count
      const served = n > 0 && set.worth(n) && (x.dtype === out.dtype ? copySame(x, out) : converted(x, out))
      if (!served) plain.copy(x, out)
    },
  }
}
