/** Reading and writing by index. */
import {
  float32,
  type Operand,
  type Primitives,
  referencePrimitives,
  ScatterMode,
  type View,
} from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { around, dense } from './geometry.js'

const plain = referencePrimitives

/** Whether two shapes agree in all dimensions but one. */
function alikeBut(a: readonly number[], b: readonly number[], dim: number): boolean {
  return a.length === b.length && a.every((size, d) => d === dim || size === b[d])
}

type Indexed = Pick<Primitives, 'gather' | 'scatter' | 'indexSelect' | 'indexPut'>

export function indexedPrimitives(set: KernelSet): Indexed {
  const { kernels } = set

  return {
    indexSelect(x: View, dim: number, index: View, out: View): void {
      if (!set.worth(out.count) || !dense(x) || !dense(index) || !dense(out)) {
        plain.indexSelect(x, dim, index, out)
        return
      }
      const [outer, inner] = around(x.shape, dim)
      set.begin()
      kernels.indexSelectRows(
        set.input(x),
        set.input(index),
        set.output(out),
        outer,
        x.shape[dim]!,
        index.count,
        inner * x.dtype.itemsize,
      )
      set.end()
    },

    indexPut(mode, out: View, dim: number, index: View, x: Operand): void {
      const adds = mode === ScatterMode.add && out.dtype === float32
      const fits = typeof x !== 'number' && (adds || mode === ScatterMode.set) && set.worth(x.count)
      if (!fits || !dense(x) || !dense(index) || !dense(out)) {
        plain.indexPut(mode, out, dim, index, x)
        return
      }
      const [outer, inner] = around(out.shape, dim)
      const n = out.shape[dim]!
      set.begin()
      const [o, i, from] = [set.update(out), set.input(index), set.input(x)]
      if (adds) kernels.indexAddRowsF32(o, i, from, outer, n, index.count, inner)
      else kernels.indexPutRows(o, i, from, outer, n, index.count, inner * out.dtype.itemsize)
      set.end()
    },

    gather(x: View, dim: number, index: View, out: View): void {
      const fits = x.dtype.itemsize === 4 && set.worth(out.count) && alikeBut(x.shape, index.shape, dim)
      if (!fits || !dense(x) || !dense(index) || !dense(out)) {
        plain.gather(x, dim, index, out)
        return
      }
      const [outer, inner] = around(x.shape, dim)
      set.begin()
      kernels.gather4(set.input(x), set.input(index), set.output(out), outer, x.shape[dim]!, index.shape[dim]!, inner)
      set.end()
    },

    scatter(mode, out: View, dim: number, index: View, x: Operand): void {
      const adds = mode === ScatterMode.add && out.dtype === float32
      const sets = mode === ScatterMode.set && out.dtype.itemsize === 4
      const fits =
        typeof x !== 'number' && (adds || sets) && set.worth(x.count) && alikeBut(out.shape, index.shape, dim)
      if (!fits || !dense(x) || !dense(index) || !dense(out)) {
        plain.scatter(mode, out, dim, index, x)
        return
      }
      const [outer, inner] = around(out.shape, dim)
      set.begin()
      const scatter = adds ? kernels.scatterAddF32 : kernels.scatter4
      scatter(set.update(out), set.input(index), set.input(x), outer, out.shape[dim]!, index.shape[dim]!, inner)
      set.end()
    },
  }
}
