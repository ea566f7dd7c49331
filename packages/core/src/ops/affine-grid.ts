/** The places that an affine map sends the positions of a plane or a volume to. */
import { linspace } from '../create/ranges.js'
import { NotImplementedError, RuntimeError, ValueError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape, numelOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { stack } from './join.js'
import { matmul } from './matmul.js'
import { mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { expand, reshape, transpose } from './view.js'

/** Options of {@link affineGrid}. */
export interface AffineGridOptions {
  /** Whether -1 and 1 are the centres of the corner elements rather than their outer edges; false if not given. */
  alignCorners?: boolean | null
}

/** Positions from -1 to 1 along a dimension; a single one lies in the middle. */
function positions(theta: Tensor, size: number, alignCorners: boolean): Tensor {
  const { dtype, device } = theta
  if (size === 1) return linspace(0, 0, 1, { dtype, device })
  const ends = linspace(-1, 1, size, { dtype, device })
  return alignCorners ? ends : mul(ends, (size - 1) / size)
}

function checkTheta(theta: Tensor, size: readonly number[]): void {
  checkTensor('affineGrid', 'theta', theta)
  if (!theta.dtype.isFloatingPoint)
    throw new ValueError(`Expected theta to have floating point type, but got ${theta.dtype.name}`)
  const n = size.length - 2
  if (n !== 2 && n !== 3) {
    throw new NotImplementedError(
      `affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size ${formatShape(size)}.`,
    )
  }
  if (theta.ndim !== 3 || theta.shape[1] !== n || theta.shape[2] !== n + 1) {
    throw new ValueError(
      `Expected a batch of ${n}D affine matrices of shape Nx${n}x${n + 1} for size ${formatShape(size)}. Got ${formatShape(theta.shape)}.`,
    )
  }
  if (Math.min(...size) <= 0) throw new ValueError(`Expected non-zero, positive output size. Got ${formatShape(size)}`)
  if (size[0] !== theta.shape[0])
    throw new RuntimeError(
      `Expected a batch of ${size[0]} affine matrices, but got theta of shape ${formatShape(theta.shape)}`,
    )
}

/**
 * A grid for `gridSample`: where each position of a result of `size` comes from, under one affine map for each of the batch.
 *
 * @param theta - the maps, shape [N, 2, 3] or [N, 3, 4], floating point
 * @param size - the size of the result, [N, C, H, W] or [N, C, D, H, W]
 * @returns shape [N, H, W, 2] or [N, D, H, W, 3]
 * @throws ValueError if `theta` does not fit `size`
 * @throws NotImplementedError for a size of other than 4 or 5 dimensions
 * @example
 * ```ts
 * affineGrid(tensor([[[1, 0, 0], [0, 1, 0]]], { dtype: 'float32' }), [1, 1, 1, 2]) // tensor([[[[-0.5, 0], [0.5, 0]]]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.affine_grid.html
 */
export function affineGrid(
  theta: Tensor,
  size: readonly number[],
  alignCorners?: boolean | null | AffineGridOptions,
): Tensor {
  const o = bindOptions<AffineGridOptions>('affineGrid', ['alignCorners'], [alignCorners ?? undefined])
  checkTheta(theta, size)
  const [batch, , ...spatial] = size as [number, number, ...number[]]
  const n = spatial.length
  const along = spatial.map((length, d) => {
    const shape = spatial.map((_, i) => (i === d ? length : 1))
    return expand(reshape(positions(theta, length, o.alignCorners ?? false), shape), spatial)
  })
  // x, y (and z) of each position, and a one that takes the translation
  const one = expand(
    reshape(
      linspace(1, 1, 1, { dtype: theta.dtype, device: theta.device }),
      spatial.map(() => 1),
    ),
    spatial,
  )
  const base = reshape(stack([...along.reverse(), one], n), [1, numelOf(spatial), n + 1])
  return reshape(matmul(base, transpose(theta, 1, 2)), [batch, ...spatial, n])
}
