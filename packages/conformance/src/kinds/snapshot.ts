import { expectSame } from '../compare/results.js'
import { compareExactly, type Elements } from '../compare/values.js'
import { Mismatch, read, type TensorLike } from '../library.js'

/** Tensors as they were before a call. */
export type Snapshot = ReadonlyMap<
  string,
  { readonly tensor: TensorLike; readonly shape: readonly number[]; readonly values: Elements }
>

export async function snapshot(tensors: ReadonlyMap<string, TensorLike>): Promise<Snapshot> {
  const taken = new Map<string, { tensor: TensorLike; shape: readonly number[]; values: Elements }>()
  for (const [path, tensor] of tensors)
    taken.set(path, { tensor, shape: [...tensor.shape], values: await read(tensor) })
  return taken
}

/** Checks that tensors are what they were. @throws Mismatch at the first that is not */
export async function expectUnchanged(before: Snapshot, except: ReadonlySet<string> = new Set()): Promise<void> {
  for (const [path, { tensor, shape, values }] of before) {
    if (except.has(path)) continue
    expectSame([...tensor.shape], shape, `shape of ${path}, which the call must not change,`)
    const difference = compareExactly(await read(tensor), values)
    if (difference !== null) throw new Mismatch(`the call changed ${path}: ${difference}`)
  }
}
