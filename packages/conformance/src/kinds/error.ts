import { type Bench, Decoder } from '../calls/decoder.js'
import { invoke, type PythonCall } from '../calls/invoke.js'
import { floatsIn } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { type ExpectedError, expectError } from '../compare/errors.js'
import { show } from '../compare/results.js'
import { Mismatch, NotCovered } from '../library.js'
import { inputTensors } from './op.js'
import { expectUnchanged, snapshot } from './snapshot.js'

/** A call that must throw. */
export interface ErrorCase extends Case, PythonCall {
  readonly kind: string
  readonly error: ExpectedError
}

/** Runs a call that must throw, before anything is written. */
export async function runError(bench: Bench, c: ErrorCase): Promise<void> {
  if (
    / not float$/.test(c.error.message) &&
    [...c.args, ...Object.values(c.kwargs)].flatMap(floatsIn).some(Number.isInteger)
  ) {
    throw new NotCovered('a float with the value of an integer: JavaScript has one kind of number')
  }
  const decoder = new Decoder(bench)
  const before = await snapshot(inputTensors(decoder, c))
  let result: unknown
  try {
    result = invoke(decoder, c)
  } catch (error) {
    if (error instanceof NotCovered) throw error
    expectError(error, c.error, c.call)
    return expectUnchanged(before)
  }
  throw new Mismatch(`gave ${show(result)} instead of throwing a ${c.error.type}: ${c.error.message}`)
}
