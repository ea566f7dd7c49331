/**
 * PyTorch's spelling of a property's name: `runningMean` is `running_mean`, `weightIhL0Reverse` is `weight_ih_l0_reverse`.
 *
 * For models whose properties are camelCase but whose keys shall be those of a PyTorch model:
 *
 * @example
 * ```ts
 * class Inception extends Module {
 *   static override keyOf = snakeCase
 *   branchPool = new Conv2d(10, 24, 1) // 'branch_pool.weight' and 'branch_pool.bias' in the state dict
 * }
 * ```
 */
export function snakeCase(property: string): string {
  return property.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
}

/** Joins the path of a module and the key of one of its members. */
export function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
