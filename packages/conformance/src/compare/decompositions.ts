import type { Bench } from '../calls/decoder.js'
import { type Encoded, isTensorRecord, items, type TensorRecord } from '../cases/encoded.js'
import { isTensor, Mismatch, read, type TensorLike } from '../library.js'
import { expectResult, expectShape, type Owner } from './results.js'
import { compareValues, toNumbers } from './values.js'

/** Factors are unique only up to signs and rounding: compared to this. */
const LOOSE = { rtol: 1e-3, atol: 1e-4 }

/** A batch of matrices, row-major. */
interface Matrices {
  readonly values: Float64Array
  readonly batch: number
  readonly rows: number
  readonly columns: number
}

/**
 * Checks a result in the manner that a case names: `shape` (contents are arbitrary), `unordered`, or the decompositions
 * `svd`, `eigh`, `qr`, by what defines them.
 *
 * @throws Mismatch if it does not hold
 */
export async function expectLoosely(
  bench: Bench,
  mode: string,
  call: string,
  input: TensorLike,
  got: unknown,
  want: Encoded,
  kwargs: Readonly<Record<string, Encoded>>,
  owner: Owner,
): Promise<void> {
  switch (mode) {
    case 'shape':
      expectShape(bench, got, want as unknown as TensorRecord, 'output')
      return
    case 'unordered':
      return expectUnordered(bench, got, want, owner)
    case 'svd':
      return expectSvd(bench, call, input, got, want)
    case 'eigh':
      return expectEigh(bench, input, got, want, kwargs.UPLO === 'U')
    case 'qr':
      return expectAbsolute(bench, got, want)
    default:
      throw new Error(`fixture: unknown comparison '${mode}'`)
  }
}

async function expectUnordered(bench: Bench, got: unknown, want: Encoded, owner: Owner): Promise<void> {
  const wanted = items(want) ?? [want]
  const given = Array.isArray(got) && items(want) !== undefined ? got : [got]
  if (given.length !== wanted.length) throw new Mismatch(`output has ${given.length} items instead of ${wanted.length}`)
  for (const [i, record] of wanted.entries()) {
    if (!isTensorRecord(record)) {
      await expectResult(bench, given[i], record, `output.${i}`, owner)
      continue
    }
    const x = expectShape(bench, given[i], record, `output.${i}`)
    const difference = compareValues(
      toNumbers(await read(x)).sort(),
      toNumbers(bench.group.values(record)).sort(),
      bench.group.tolerance(owner, record.dtype),
    )
    if (difference !== null) throw new Mismatch(`output.${i}, sorted, ${difference}`)
  }
}

/** The tensors of a result that must have the recorded dtypes and shapes. */
function parts(bench: Bench, got: unknown, want: Encoded): { tensors: TensorLike[]; records: TensorRecord[] } {
  const records = (items(want) ?? []) as TensorRecord[]
  const tensors = records.map((record, i) => expectShape(bench, (got as unknown[])[i], record, `output.${i}`))
  return { tensors, records }
}

async function matrices(x: TensorLike): Promise<Matrices> {
  const [rows = 1, columns = 1] = x.shape.slice(-2)
  const batch = x.shape.slice(0, -2).reduce((p, s) => p * s, 1)
  return { values: toNumbers(await read(x)), batch, rows, columns }
}

/** `U diag(S) Vh` is the input, and S is PyTorch's. */
async function expectSvd(bench: Bench, call: string, input: TensorLike, got: unknown, want: Encoded): Promise<void> {
  const { tensors, records } = parts(bench, got, want)
  const singular = toNumbers(await read(tensors[1]!))
  difference('singular values', singular, toNumbers(bench.group.values(records[1]!)))
  const [u, v, a] = [await matrices(tensors[0]!), await matrices(tensors[2]!), await matrices(input)]
  // torch.svd gives V, torch.linalg.svd its transpose
  const transposed = !call.includes('linalg')
  const k = Math.min(a.rows, a.columns)
  const product = new Float64Array(a.values.length)
  for (let b = 0; b < a.batch; b++) {
    for (let i = 0; i < a.rows; i++) {
      for (let j = 0; j < a.columns; j++) {
        let sum = 0
        for (let m = 0; m < k; m++)
          sum += entry(u, b, i, m) * singular[b * k + m]! * (transposed ? entry(v, b, j, m) : entry(v, b, m, j))
        product[(b * a.rows + i) * a.columns + j] = sum
      }
    }
  }
  difference('U S Vh', product, a.values)
}

/** `A v = lambda v` for each pair, and the eigenvalues are PyTorch's. Only one triangle of A is looked at. */
async function expectEigh(bench: Bench, input: TensorLike, got: unknown, want: Encoded, upper: boolean): Promise<void> {
  const { tensors, records } = parts(bench, got, want)
  const values = toNumbers(await read(tensors[0]!))
  difference('eigenvalues', values, toNumbers(bench.group.values(records[0]!)))
  const [v, a] = [await matrices(tensors[1]!), await matrices(input)]
  const n = a.rows
  const left = new Float64Array(v.values.length)
  const right = new Float64Array(v.values.length)
  for (let b = 0; b < a.batch; b++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const p = (b * n + i) * n + j
        for (let m = 0; m < n; m++) {
          const inside = upper ? m >= i : m <= i
          left[p]! += (inside ? entry(a, b, i, m) : entry(a, b, m, i)) * entry(v, b, m, j)
        }
        right[p] = values[b * n + j]! * entry(v, b, i, j)
      }
    }
  }
  difference('A v', left, right)
}

/** Equal up to the sign of each entry. */
async function expectAbsolute(bench: Bench, got: unknown, want: Encoded): Promise<void> {
  const { tensors, records } = parts(bench, got, want)
  for (const [i, record] of records.entries()) {
    difference(
      `output.${i}`,
      toNumbers(await read(tensors[i]!)).map(Math.abs),
      toNumbers(bench.group.values(record)).map(Math.abs),
    )
  }
}

function entry({ values, rows, columns }: Matrices, b: number, i: number, j: number): number {
  return values[(b * rows + i) * columns + j]!
}

function difference(what: string, got: Float64Array, want: Float64Array): void {
  const found = compareValues(got, want, LOOSE)
  if (found !== null) throw new Mismatch(`${what} ${found}`)
}

/** Whether a comparison needs the call's first tensor. */
export function firstTensor(bench: Bench, values: readonly unknown[]): TensorLike | undefined {
  return values.find((value) => isTensor(bench.library, value)) as TensorLike | undefined
}
