import { type Bench, Decoder } from '../calls/decoder.js'
import { invoke } from '../calls/invoke.js'
import type { Encoded, EncodedArgs } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { expectError } from '../compare/errors.js'
import { expectSame, show } from '../compare/results.js'
import { isTensor, Mismatch, NotCovered, required } from '../library.js'

/** What an operand is, and of which type: `['0d', 'int64']`. */
type Operand = readonly [kind: string, type: string]

/** The result dtype of an operation on operands of given kinds. */
export interface PromotionCase extends Case {
  readonly op: string
  readonly lhs?: Operand
  readonly rhs?: Operand
  readonly arg?: Operand
  readonly kwargs?: EncodedArgs
  readonly result: string | boolean | { readonly error: string }
}

/** Runs one cell of the promotion table. */
export async function runPromotion(bench: Bench, c: PromotionCase): Promise<void> {
  const decoder = new Decoder(bench)
  const operands = [c.arg, c.lhs, c.rhs].filter((o) => o !== undefined)
  const args = operands.map((operand, i) => encode(decoder, operand, `operand${i}`))
  if (c.op === 'where') {
    decoder.variables.set('condition', ones(decoder, [2], 'bool'))
    args.unshift({ var: 'condition' })
  }
  const expected = c.result
  let result: unknown
  try {
    result = invoke(decoder, { kind: 'function', call: `torch.${c.op}`, args, kwargs: c.kwargs ?? {} })
  } catch (error) {
    if (error instanceof NotCovered || typeof expected !== 'object') throw error
    return expectError(error, { type: expected.error, message: '' }, c.op)
  }
  if (typeof expected === 'object') throw new Mismatch(`gave ${show(result)} instead of throwing a ${expected.error}`)
  if (typeof expected === 'boolean') return expectSame(result, expected, 'result')
  const first = Array.isArray(result) ? result[0] : result
  expectSame(
    isTensor(bench.library, first) ? first.dtype.name : (first as { name?: string } | undefined)?.name,
    expected,
    'result dtype',
  )
}

function encode(decoder: Decoder, [kind, type]: Operand, name: string): Encoded {
  if (kind === 'dtype') return { dtype: type }
  if (kind === 'scalar') return type === 'bool' ? true : type === 'int' ? 2 : { float: 1.5 }
  decoder.variables.set(name, ones(decoder, kind === '0d' ? [] : [2], type))
  return { var: name }
}

function ones(decoder: Decoder, shape: number[], dtype: string): unknown {
  const { library, device } = decoder.bench
  return required(library, 'ones')(shape, { dtype: decoder.dtype(dtype), device })
}
