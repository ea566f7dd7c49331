import { type Bench, Decoder } from '../calls/decoder.js'
import { camelCase } from '../calls/names.js'
import { type Encoded, type EncodedArgs, scalar, type TensorRecord } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { expectSame } from '../compare/results.js'
import { type Callable, NotCovered, required, type TensorLike } from '../library.js'

/** How a tensor prints. */
export interface ReprCase extends Case {
  readonly input: TensorRecord
  /** The node to be shown; the input then is no leaf. */
  readonly grad_fn: string | null
  readonly printoptions: EncodedArgs
  readonly text: string
}

/** Runs `repr(input)` under the case's print options. */
export async function runRepr(bench: Bench, c: ReprCase): Promise<void> {
  // printing is the host's work, and the recorded text that of a CPU tensor
  const input = new Decoder({ ...bench, device: 'cpu' }).tensor(c.input)
  const x = c.grad_fn === null ? input : throughNode(input, c.grad_fn)
  const setPrintoptions = required(bench.library, 'setPrintoptions')
  const options = Object.fromEntries(
    Object.entries(c.printoptions).map(([name, value]) => [camelCase(name), scalar(value) ?? (value as Encoded)]),
  )
  setPrintoptions({ profile: 'default' })
  try {
    setPrintoptions(options)
    expectSame(x.toString(), bench.group.drift.cases[c.id]?.text ?? c.text, 'text')
  } finally {
    setPrintoptions({ profile: 'default' })
  }
}

/** Operations that leave the values as they are, by the node that they record. */
const IDENTITIES: Readonly<Record<string, readonly [method: string, ...args: unknown[]]>> = {
  AddBackward0: ['add', 0],
  SubBackward0: ['sub', 0],
  MulBackward0: ['mul', 1],
  DivBackward0: ['div', 1],
  PowBackward0: ['pow', 1],
  CloneBackward0: ['clone'],
  SumBackward0: ['sum'],
  MeanBackward0: ['mean'],
}

/** The same values as the result of the operation that a node belongs to. */
function throughNode(x: TensorLike, gradFn: string): TensorLike {
  const [method, ...args] = IDENTITIES[gradFn] ?? []
  if (method === undefined) throw new NotCovered(`a tensor with grad_fn ${gradFn}`)
  return (x.requiresGrad_()[method] as Callable).apply(x, args) as TensorLike
}
