import { type DType, dtypes } from '@tsorch/core/backend'

/** As many codes as core has in one table. */
const CODES = 64

/** What a kernel answers for a dtype and a code, asked once for each. */
export function known(has: (dtype: number, code: number) => number): (dtype: DType, code: number) => boolean {
  const answers = new Int8Array(dtypes.length * CODES)
  return (dtype, code) => {
    const at = dtype.id * CODES + code
    if (answers[at] === 0) answers[at] = has(dtype.id, code) !== 0 ? 1 : -1
    return answers[at] === 1
  }
}
