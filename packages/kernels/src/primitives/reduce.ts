/** Reductions of float32. */
import { float32, type Primitives, type ReduceCode, referencePrimitives, type View, Walk } from '@tsorch/core/backend'
import type { Pointer } from '../generated/kernels.js'
import type { KernelSet } from '../kernel-set.js'
import { dense } from './geometry.js'
import { spanOf } from './matmul.js'

const plain = referencePrimitives

/** Results in a row that are too few to be accumulated side by side. */
const NARROW = 4

/** Over the dimensions that stay; operands are the input and the output. */
const kept = new Walk()
/** Over the dimensions that are reduced; the operand is the input. */
const reduced = new Walk()

/** Sets up the walks over kept and over reduced dimensions. */
function split(x: View, dims: readonly number[], out: View): void {
  const shapes: [number[], number[]] = [[], []]
  const steps: [number[], number[]] = [[], []]
  const outSteps: number[] = []
  for (let d = 0, next = 0; d < x.shape.length; d++) {
    const isReduced = dims[next] === d
    if (isReduced) next++
    else outSteps.push(out.strides[d]!)
    const side = isReduced ? 1 : 0
    shapes[side].push(x.shape[d]!)
    steps[side].push(x.strides[d]!)
  }
  kept.begin(shapes[0])
  kept.strided(0, steps[0], 1)
  kept.strided(0, outSteps, 1)
  kept.merge()
  reduced.begin(shapes[1])
  reduced.strided(0, steps[1], 1)
  reduced.merge()
}

/** What cc/reduce.def calls the geometry. */
function geometry(set: KernelSet): Pointer {
  const pointer = set.workspace(4 * (2 + 3 * kept.rank + 2 * reduced.rank))
  const { words } = set
  let at = pointer / 4
  words[at++] = kept.rank
  for (let d = 0; d < kept.rank; d++) words[at++] = kept.sizes[d]!
  for (let k = 0; k < 2; k++) for (let d = 0; d < kept.rank; d++) words[at++] = kept.stride(k, d)
  words[at++] = reduced.rank
  for (let d = 0; d < reduced.rank; d++) words[at++] = reduced.sizes[d]!
  for (let d = 0; d < reduced.rank; d++) words[at++] = reduced.stride(0, d)
  return pointer
}

export function reducePrimitives(set: KernelSet): Pick<Primitives, 'reduce' | 'argReduce'> {
  const { kernels } = set

  /** @returns whether the elements lie in a way that a kernel takes */
  function run(op: ReduceCode, x: View, out: View): boolean {
    const rows = x.count / out.count
    const apart = kept.rank > 0 && kept.step(0) === 1 && kept.inner > NARROW
    const together = reduced.rank > 0 && reduced.step(0) === 1
    if (!apart && !together) return false
    set.begin()
    const [to, from] = [set.output(out), set.input(spanOf(x))]
    if (together && out.count === 1 && reduced.rank === 1) kernels.reduceAll(op, to, from, x.count)
    else if (together) kernels.reduceTogether(op, to, from, geometry(set))
    else {
      const { inner } = kept
      const pieces = kernels.reducePieces(op, rows, inner, out.count)
      const work = pieces > 1 ? set.workspace(kernels.reduceWorkspace(op, rows, inner, out.count)) : 0
      kernels.reduceApart(op, to, from, geometry(set), work, pieces)
    }
    set.end()
    return true
  }

  return {
    reduce(op: ReduceCode, x: View, dims: readonly number[], out: View): void {
      if (x.dtype === float32 && set.worth(x.count) && x.count > 0 && dims.length > 0 && dense(out)) {
        split(x, dims, out)
        if (run(op, x, out)) return
      }
      plain.reduce(op, x, dims, out)
    },

    argReduce(op, x: View, dim: number, out: View): void {
      const last = x.shape.length > 0 && dim === x.shape.length - 1
      if (!last || x.dtype !== float32 || !set.worth(x.count) || x.count === 0 || !dense(x) || !dense(out)) {
        plain.argReduce(op, x, dim, out)
        return
      }
      const n = x.shape[dim]!
      set.begin()
      kernels.argReduceRows(op, set.output(out), set.input(x), x.count / n, n)
      set.end()
    },
  }
}
