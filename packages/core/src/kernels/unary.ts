import type { View } from '../dispatch/backend.js'
import { Unary, type UnaryCode } from '../dispatch/opcodes.js'
import { bool, type DType } from '../dtype.js'
import { NotImplementedError } from '../errors.js'
import { unaryF32 } from './generated/unary-f32.js'
import { unaryF64 } from './generated/unary-f64.js'
import { logicalNot, unaryI32 } from './generated/unary-i32.js'
import { unaryI64 } from './generated/unary-i64.js'
import { flatStep, start, Walk } from './iterate.js'
import type { UnaryLoop } from './loops.js'
import { staged, stagedOutput, unstage } from './stage.js'

const walk = new Walk()

/** By `Compute` class, by opcode. */
const loops = [unaryF32, unaryF64, unaryI32, unaryI64] as unknown as readonly (readonly (UnaryLoop | undefined)[])[]

/** `out = op(x)`; `x` has the shape and dtype of `out`. */
export function unary(op: UnaryCode, x: View, out: View): void {
  const n = out.count
  if (n === 0) return
  const dtype = out.dtype
  if (dtype.staged) {
    unaryStaged(op, x, out)
    return
  }
  run(loops[dtype.compute]![op] ?? missing(op, dtype), x, out)
}

function run(loop: UnaryLoop, x: View, out: View): void {
  const n = out.count
  const oS = flatStep(out, n)
  const xS = flatStep(x, n)
  if (oS >= 0 && xS >= 0) {
    loop(out.storage.array, start(out), oS, x.storage.array, start(x), xS, n)
    return
  }
  walk.begin(out.shape)
  walk.operand(out)
  walk.operand(x)
  walk.merge()
  const { at } = walk
  do loop(out.storage.array, at[0]!, walk.step(0), x.storage.array, at[1]!, walk.step(1), walk.inner)
  while (walk.next())
}

function unaryStaged(op: UnaryCode, x: View, out: View): void {
  if (out.dtype === bool && op === Unary.bitwiseNot) {
    run(logicalNot as unknown as UnaryLoop, x, out)
    return
  }
  const computed = stagedOutput(0, out)
  unary(op, staged(1, x), computed)
  unstage(computed, out)
}

function missing(op: UnaryCode, dtype: DType): never {
  const name = Object.entries(Unary).find(([, code]) => code === op)?.[0]
  throw new NotImplementedError(`"${name}" not implemented for '${dtype.label}'`)
}
