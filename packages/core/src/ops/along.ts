/** Moves along one dimension: shifting, picking unrecorded, and putting back what was picked. */
import { record } from '../autograd/node.js'
import { full } from '../create/fill.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import type { Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { gathered } from './gather.js'
import { cat } from './join.js'
import { slice } from './slicing.js'

/** The elements along `dim` moved `by` places towards the front, or to the back if negative; `fill` takes the free places. */
export function shifted(x: Tensor, dim: number, by: number, fill: number): Tensor {
  const n = x.shape[dim]!
  const free = Math.min(n, Math.abs(by))
  const shape = x.shape.map((size, d) => (d === dim ? free : size))
  const filler = full(shape, fill, { dtype: x.dtype, device: x.device })
  return by > 0 ? cat([slice(x, dim, free, n, 1), filler], dim) : cat([filler, slice(x, dim, 0, n - free, 1)], dim)
}

/** The elements at `indices` (int64, in range) along `dim`: `out[i, j] = x[i, indices[i, j]]` for `dim` 1. Unrecorded. */
export function picked(x: Tensor, dim: number, indices: Tensor): Tensor {
  const out = allocate(x.storage, x.dtype, indices.shape)
  x.storage.device.primitives.gather(x, dim, indices, out)
  return out
}

/** Zeros of `shape` to which the elements of `x` are added at `indices` along `dim`: the gradient of picking. */
export function placed(x: Tensor, dim: number, indices: Tensor, shape: Shape): Tensor {
  const out = allocate(x.storage, x.dtype, shape, true)
  x.storage.device.primitives.scatter(ScatterMode.add, out, dim, indices, x)
  return record('ScatterAddBackward0', out, [x], [indices], (g, node) => gathered(g, dim, node.saved(0)))
}
