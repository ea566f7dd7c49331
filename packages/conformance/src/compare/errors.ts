import { camelCase } from '../calls/names.js'
import { isRefusal, Mismatch, NotCovered } from '../library.js'

/** The error that PyTorch threw. */
export interface ExpectedError {
  readonly type: string
  readonly message: string
  /** PyTorch's own test of the message. */
  readonly regex?: string
}

/** Errors that 2.x words, or classes, in another way than the recorded 1.13. */
const REWORDED: readonly { readonly recorded: RegExp; readonly message: string; readonly type?: string }[] = [
  { recorded: /^Trying to create tensor with negative dimension/, message: 'Dimension size must be non-negative.' },
  { recorded: /^matrix or a vector expected/, message: 'diag(): Supports 1D or 2D tensors.' },
  {
    recorded: /^only one element tensors can be converted/,
    message: 'a Tensor with elements cannot be converted to Scalar',
    type: 'RuntimeError',
  },
  {
    recorded: /expected a non-empty list of Tensors/,
    message: 'expected a non-empty list of Tensors',
    type: 'ValueError',
  },
]

/**
 * Checks an error that had to come: its kind, and the facts of PyTorch's message (sizes, indices, dtypes, names) in mostly the
 * same words. How Python spells a call (positions, lists of signatures) is not asked for.
 *
 * @throws Mismatch if the kind is wrong or a fact is missing; NotCovered if it says that the feature does not exist yet
 */
export function expectError(error: unknown, expected: ExpectedError, op: string): void {
  if (!(error instanceof Error)) throw new Mismatch(`threw ${String(error)}, which is no Error`)
  if (error.name === 'NotImplementedError' && expected.type !== 'NotImplementedError' && !isRefusal(error))
    throw new NotCovered(`${op}: ${error.message}`)
  const accepted = [
    expected,
    ...REWORDED.filter((r) => r.recorded.test(expected.message)).map((r) => ({
      type: r.type ?? expected.type,
      message: r.message,
    })),
  ]
  if (!accepted.some(({ type }) => isKind(error, type))) {
    throw new Mismatch(
      `threw a ${error.name} (${error.message}) instead of a ${accepted.at(-1)!.type}: ${expected.message}`,
    )
  }
  if (expected.regex !== undefined && new RegExp(expected.regex).test(error.message)) return
  const missing = accepted
    .filter(({ type }) => isKind(error, type))
    .map(({ message }) => missingFacts(error.message, message, op))
  if (missing.every((m) => m !== null)) {
    throw new Mismatch(
      `the message lacks ${missing.at(-1)}: "${error.message}" instead of "${accepted.at(-1)!.message}"`,
    )
  }
}

/** Whether an error is of PyTorch's class `type`. */
function isKind(error: Error, type: string): boolean {
  if (type === 'TypeError') return error instanceof TypeError
  if (type === 'RuntimeError' || type === '_LinAlgError')
    return /^(Runtime|NotImplemented|LinAlg|OutOfMemory)Error$/.test(error.name)
  return error.name === type
}

const DTYPES: Readonly<Record<string, string>> = {
  Float: 'float32',
  Double: 'float64',
  Half: 'float16',
  BFloat16: 'bfloat16',
  Byte: 'uint8',
  Char: 'int8',
  Short: 'int16',
  Int: 'int32',
  Long: 'int64',
  Bool: 'bool',
}

/** What of the recorded message is not in ours, null if all that matters is. */
function missingFacts(message: string, recorded: string, op: string): string | null {
  if (recorded.includes('invalid combination of arguments')) {
    const name = op.split('.').at(-1) ?? op
    return message.includes(name) || message.includes(camelCase(name)) ? null : `the name of the function, ${name}`
  }
  const wanted = recorded
    .replace(/ \(position \d+\)/g, '')
    .replace(/, not \w+$/, '')
    .replace(/\s*\(Could this error message be improved.*$/s, '')
  const numbers = numbersIn(message)
  for (const n of numbersIn(wanted)) if (!numbers.has(n)) return `the number ${n}`
  for (const [label, name] of Object.entries(DTYPES)) {
    if (new RegExp(`\\b${label}\\b`).test(wanted) && !new RegExp(`\\b(${label}|${name})\\b`).test(message))
      return `the dtype ${label}`
  }
  for (const [, name = ''] of wanted.matchAll(/['`](\w+)['`]/g)) {
    if (!message.includes(name) && !message.includes(camelCase(name))) return `the name ${name}`
  }
  const theirs = wordsIn(wanted)
  const ours = wordsIn(message)
  const shared = [...theirs].filter((w) => ours.has(w)).length
  return shared * 2 >= theirs.size ? null : "most of PyTorch's words"
}

function numbersIn(text: string): Set<number> {
  return new Set([...text.matchAll(/(?<![\w.])-?\d+(\.\d+)?(e[-+]?\d+)?/gi)].map(([n]) => Number(n)))
}

function wordsIn(text: string): Set<string> {
  return new Set([...text.matchAll(/[A-Za-z]{2,}/g)].map(([w]) => w.toLowerCase()))
}
