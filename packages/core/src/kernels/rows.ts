/** Sizes or strides of the dimensions besides one: those over which the rows along it are counted. */
export function without(list: readonly number[], dim: number): number[] {
  const result: number[] = []
  for (let d = 0; d < list.length; d++) if (d !== dim) result.push(list[d]!)
  return result
}
