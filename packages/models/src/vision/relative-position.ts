import { arange, meshgrid, stack, type Tensor } from '@tsorch/core'

/**
 * For each pair of positions in a window of `height` x `width`, the row of a table that has one for each distance between two
 * positions.
 *
 * @returns int64 tensor of shape [height * width, height * width]
 */
export function relativePositionIndex(height: number, width: number): Tensor {
  const coordinates = stack([...meshgrid([arange(height), arange(width)], { indexing: 'ij' })]).flatten(1)
  const distance = coordinates.unsqueeze(2).sub(coordinates.unsqueeze(1))
  const rows = distance.select(0, 0).add(height - 1)
  const columns = distance.select(0, 1).add(width - 1)
  return rows.mul(2 * width - 1).add(columns)
}

/**
 * What a table says of each pair of positions of a window.
 *
 * @param table - shape [number of distances, heads]
 * @param index - shape [positions * positions]
 * @returns shape [1, heads, positions, positions]
 */
export function relativePositionBias(table: Tensor, index: Tensor, positions: number): Tensor {
  return table.at(index).view(positions, positions, -1).permute(2, 0, 1).contiguous().unsqueeze(0)
}
