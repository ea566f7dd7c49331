import type { Bench } from '../calls/decoder.js'
import {
  type Encoded,
  form,
  isTensorRecord,
  items,
  scalar,
  type TensorRecord,
  type Tolerance,
} from '../cases/encoded.js'
import { isTensor, Mismatch, read, type TensorLike } from '../library.js'
import { compareValues } from './values.js'

/** What carries the tolerance of an expected value: a case, its gradients, its second gradients. */
export interface Owner {
  readonly tol?: Tolerance | undefined
}

/**
 * Checks a result against what PyTorch gave: tensors by dtype, shape and values, everything else by kind and value.
 *
 * @param path - names the value in messages: `output.0`
 * @throws Mismatch at the first difference
 */
export async function expectResult(
  bench: Bench,
  got: unknown,
  want: Encoded,
  path: string,
  owner: Owner,
): Promise<void> {
  if (isTensorRecord(want)) return expectTensor(bench, got, want, path, owner)
  const list = items(want)
  if (list !== undefined) {
    if (!Array.isArray(got)) throw new Mismatch(`${path} is ${show(got)} instead of a list of ${list.length}`)
    if (got.length !== list.length) throw new Mismatch(`${path} has ${got.length} items instead of ${list.length}`)
    for (const [i, item] of list.entries())
      await expectResult(bench, (got as unknown[])[i], item, `${path}.${i}`, owner)
    return
  }
  const packed = form(want, 'packed_sequence') as Readonly<Record<string, Encoded>> | undefined
  if (packed !== undefined) {
    for (const [key, item] of Object.entries(packed))
      await expectResult(bench, at(got, `.${key}`), item, `${path}.${key}`, owner)
    return
  }
  const dtype = form(want, 'dtype')
  if (dtype !== undefined) return expectSame((got as { name?: unknown } | null)?.name, dtype, path)
  const x = scalar(want)
  if (x === undefined) return expectSame(got ?? null, want, path)
  if (typeof got !== 'number' && typeof got !== 'bigint')
    throw new Mismatch(`${path} is ${show(got)} instead of the number ${x}`)
  const isFloat = form(want, 'float') !== undefined
  const wanted = typeof x === 'bigint' ? BigInt64Array.of(x) : Float64Array.of(x)
  const given = typeof got === 'bigint' ? BigInt64Array.of(got) : Float64Array.of(got)
  const difference = compareValues(given, wanted, bench.group.tolerance(owner, isFloat ? 'float32' : 'int64'))
  if (difference !== null) throw new Mismatch(`${path} is ${got} instead of ${x}`)
}

/** Checks a tensor's kind, device, dtype, shape and values. */
export async function expectTensor(
  bench: Bench,
  got: unknown,
  want: TensorRecord,
  path: string,
  owner: Owner,
): Promise<void> {
  const x = expectShape(bench, got, want, path)
  const difference = compareValues(await read(x), bench.group.values(want), bench.group.tolerance(owner, want.dtype))
  if (difference !== null) throw new Mismatch(`${path}${difference} (${want.dtype} [${want.shape}])`)
}

/** Checks that a value is a tensor of that dtype and shape, on the device under test. */
export function expectShape(
  bench: Bench,
  got: unknown,
  want: { dtype: string; shape: readonly number[] },
  path: string,
): TensorLike {
  if (!isTensor(bench.library, got)) throw new Mismatch(`${path} is ${show(got)} instead of a tensor`)
  if (got.dtype.name !== want.dtype) throw new Mismatch(`${path} has dtype ${got.dtype.name} instead of ${want.dtype}`)
  expectSame([...got.shape], [...want.shape], `shape of ${path}`)
  // batch sizes and lengths of a packed sequence stay on the host, in PyTorch too
  const onHost = (path.endsWith('.batch_sizes') || path.endsWith('.lengths')) && got.device === 'cpu'
  if (got.device !== bench.device && !onHost)
    throw new Mismatch(`${path} lies on ${got.device} instead of ${bench.device}`)
  return got
}

/** Checks plain data for equality. */
export function expectSame(got: unknown, want: unknown, path: string): void {
  if (JSON.stringify(got) !== JSON.stringify(want))
    throw new Mismatch(`${path} is ${show(got)} instead of ${show(want)}`)
}

/** The part of a result that a path like `output.0.data` names. */
export function at(result: unknown, path: string): unknown {
  let found = result
  for (const key of path.split('.').slice(1)) found = (found as Record<string, unknown> | undefined | null)?.[key]
  return found
}

/** A value, short enough for a message. */
export function show(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  const shape = (value as { shape?: unknown } | null | undefined)?.shape
  if (Array.isArray(shape)) return `a tensor [${shape}]`
  const text = typeof value === 'function' ? `function ${value.name}` : (JSON.stringify(value) ?? String(value))
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
