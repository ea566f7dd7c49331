import { type Bench, Decoder } from '../calls/decoder.js'
import { invoke, type PythonCall } from '../calls/invoke.js'
import type { TensorRecord, Tolerance } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { type ExpectedError, expectError } from '../compare/errors.js'
import { expectSame, expectTensor, show } from '../compare/results.js'
import { attempt, isTensor, Mismatch, NotCovered, required, type TensorLike } from '../library.js'

/** A program about autograd: statements over named tensors, with what must hold in between. */
export interface ProgramCase extends Case {
  readonly inputs: Readonly<Record<string, TensorRecord>>
  readonly body: readonly Statement[]
}

type Statement =
  | ({ readonly do: 'call'; readonly out: string } & PythonCall)
  | { readonly do: 'backward'; readonly of: string; readonly cotangent?: TensorRecord; readonly retain_graph?: boolean }
  | {
      readonly do: 'grad'
      readonly out: readonly string[]
      readonly of: string
      readonly wrt: readonly string[]
      readonly create_graph?: boolean
      readonly retain_graph?: boolean
      readonly allow_unused?: boolean
    }
  | { readonly do: 'no_grad'; readonly body: readonly Statement[] }
  | { readonly do: 'zero_grad'; readonly vars: readonly string[] }
  | {
      readonly do: 'expect'
      readonly var: string
      readonly value: TensorRecord | null
      readonly requires_grad: boolean
      readonly is_leaf: boolean
    }
  | { readonly do: 'expect_grad'; readonly var: string; readonly value: TensorRecord | null }
  | { readonly do: 'expect_error'; readonly body: readonly Statement[]; readonly error: ExpectedError }

/** Runs a program from its first statement to its last. */
export async function runProgram(bench: Bench, c: ProgramCase): Promise<void> {
  const decoder = new Decoder(bench)
  for (const [name, record] of Object.entries(c.inputs)) decoder.variables.set(name, decoder.tensor(record))
  for (const [i, statement] of c.body.entries()) await execute(decoder, statement, `body[${i}]`, c)
}

/** Acts at once; what it returns is a check still under way. */
function execute(
  decoder: Decoder,
  s: Statement,
  path: string,
  owner: { readonly tol?: Tolerance },
): Promise<void> | undefined {
  const { bench, variables } = decoder
  switch (s.do) {
    case 'call': {
      const result = invoke(decoder, s)
      if (s.out !== '') variables.set(s.out, result)
      return undefined
    }
    case 'backward': {
      const options = s.retain_graph === undefined ? [] : [{ retainGraph: s.retain_graph }]
      const cotangent = s.cotangent === undefined ? [] : [decoder.tensor(s.cotangent)]
      attempt('backward', () =>
        (tensorOf(decoder, s.of).backward as (...args: unknown[]) => void)(...cotangent, ...options),
      )
      return undefined
    }
    case 'grad':
      takeGradient(decoder, s)
      return undefined
    case 'no_grad': {
      const checks: (Promise<void> | undefined)[] = []
      required(
        bench.library,
        'noGrad',
      )(() => {
        for (const [i, inner] of s.body.entries()) checks.push(execute(decoder, inner, `${path}[${i}]`, owner))
      })
      return Promise.all(checks).then(() => undefined)
    }
    case 'zero_grad':
      for (const name of s.vars) tensorOf(decoder, name).grad = null
      return undefined
    case 'expect':
      return expectVariable(decoder, s, path, owner)
    case 'expect_grad': {
      const gradient = tensorOf(decoder, s.var).grad
      if (s.value === null) return Promise.resolve(expectSame(gradient, null, `${path}: ${s.var}.grad`))
      return expectTensor(bench, gradient, s.value, `${path}: ${s.var}.grad`, owner)
    }
    case 'expect_error':
      return expectStatementError(decoder, s, path, owner)
    default:
      throw new Error(`fixture: unknown statement ${JSON.stringify(s)}`)
  }
}

function tensorOf(decoder: Decoder, name: string): TensorLike {
  const value = decoder.variables.get(name)
  if (!isTensor(decoder.bench.library, value)) throw new Mismatch(`${name} is ${show(value)} instead of a tensor`)
  return value
}

function takeGradient(decoder: Decoder, s: Extract<Statement, { do: 'grad' }>): void {
  const grad = required(decoder.bench.library, 'autograd.grad')
  const options = {
    ...(s.create_graph === undefined ? {} : { createGraph: s.create_graph }),
    ...(s.retain_graph === undefined ? {} : { retainGraph: s.retain_graph }),
    ...(s.allow_unused === undefined ? {} : { allowUnused: s.allow_unused }),
  }
  const of = tensorOf(decoder, s.of)
  const wrt = s.wrt.map((name) => tensorOf(decoder, name))
  const results = attempt('autograd.grad', () =>
    grad([of], wrt, ...(Object.keys(options).length === 0 ? [] : [options])),
  ) as unknown[]
  for (const [i, name] of s.out.entries()) decoder.variables.set(name, results[i])
}

async function expectVariable(
  decoder: Decoder,
  s: Extract<Statement, { do: 'expect' }>,
  path: string,
  owner: { readonly tol?: Tolerance },
): Promise<void> {
  const where = `${path}: ${s.var}`
  if (s.value === null) return expectSame(decoder.variables.get(s.var) ?? null, null, where)
  const x = tensorOf(decoder, s.var)
  expectSame(x.requiresGrad, s.requires_grad, `${where}.requiresGrad`)
  expectSame(x.isLeaf, s.is_leaf, `${where}.isLeaf`)
  await expectTensor(decoder.bench, x, s.value, where, owner)
}

async function expectStatementError(
  decoder: Decoder,
  s: Extract<Statement, { do: 'expect_error' }>,
  path: string,
  owner: { readonly tol?: Tolerance },
): Promise<void> {
  try {
    for (const inner of s.body) await execute(decoder, inner, path, owner)
  } catch (error) {
    if (error instanceof NotCovered) throw error
    const first = s.body[0]
    return expectError(error, s.error, first?.do === 'call' ? first.call : (first?.do ?? path))
  }
  throw new Mismatch(`${path} did not throw a ${s.error.type}: ${s.error.message}`)
}
