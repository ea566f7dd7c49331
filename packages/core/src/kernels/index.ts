/** The kernel set in plain TypeScript: works in every JavaScript runtime, and is fastest for tiny tensors. */
import type { Primitives } from '../dispatch/backend.js'
import { argReduce } from './arg-reduce.js'
import { binary } from './binary.js'
import { copy, fill, where } from './copy.js'
import { gather, indexPut, indexSelect, scatter } from './gather.js'
import { matmul } from './matmul.js'
import { reduce } from './reduce.js'
import { scan } from './scan.js'
import { sort } from './sort.js'
import { unary } from './unary.js'

export { tsMemory } from './memory.js'

export const tsPrimitives: Primitives = {
  unary,
  binary,
  where,
  copy,
  fill,
  reduce,
  argReduce,
  matmul,
  gather,
  scatter,
  indexSelect,
  indexPut,
  scan,
  sort,
}
