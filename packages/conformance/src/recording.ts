import {
  ArgReduce,
  type Backend,
  Binary,
  definedOps,
  override,
  type Primitives,
  Reduce,
  Scan,
  ScatterMode,
  Unary,
} from '@tsorch/core/backend'

/** A backend that counts what it is asked to do. */
export interface Recording {
  readonly backend: Backend
  /** Calls since the last reset: of primitives (`'binary.add'`, `'matmul'`) and of operations (`'op.softmax'`). */
  readonly calls: ReadonlyMap<string, number>
  /** Calls of primitives since the last reset: how many kernels ran. */
  kernels(): number
  /** Calls of one primitive or operation since the last reset. */
  count(name: string): number
  reset(): void
}

/**
 * Wraps a backend's primitives in counters, as a device of its own with nothing but the primitives: every operation runs
 * through its composite.
 *
 * @param inner - the backend that computes
 * @param device - the name of the new device
 *
 * @example
 * ```ts
 * const recording = recordingBackend(inner)
 * registerBackend(recording.backend)
 * const x = ones([2, 3], { device: 'recording' })
 * recording.reset()
 * x.add(x)
 * console.log(recording.kernels()) // 1
 * ```
 */
export function recordingBackend(inner: Backend, device = 'recording'): Recording {
  const calls = new Map<string, number>()
  const add = (name: string): void => {
    calls.set(name, (calls.get(name) ?? 0) + 1)
  }
  const primitives = Object.fromEntries(
    Object.keys(inner.primitives).map((name) => {
      const primitive = name as keyof Primitives
      const names = opcodeNames[primitive]
      const run = (...args: unknown[]): unknown => {
        add(names === undefined ? name : `${name}.${names.get(args[0] as number) ?? args[0]}`)
        return (inner.primitives[primitive] as (...args: unknown[]) => unknown)(...args)
      }
      return [name, run]
    }),
  ) as unknown as Primitives
  // an override that declines sees the call and leaves it to the composite
  const overrides = definedOps().map((op) => override(op, () => void add(`op.${op.opName}`)))
  return {
    backend: { ...inner, device, set: 'recording', memory: inner.memory, primitives, overrides },
    calls,
    kernels: () => [...calls].reduce((sum, [name, n]) => (name.startsWith('op.') ? sum : sum + n), 0),
    count: (name) => calls.get(name) ?? 0,
    reset: () => calls.clear(),
  }
}

/** Names of the opcodes that a primitive takes as its first argument. */
const opcodeNames: Partial<Record<keyof Primitives, ReadonlyMap<number, string>>> = {
  unary: byCode(Unary),
  binary: byCode(Binary),
  reduce: byCode(Reduce),
  argReduce: byCode(ArgReduce),
  scan: byCode(Scan),
  scatter: byCode(ScatterMode),
  indexPut: byCode(ScatterMode),
}

function byCode(codes: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(codes).map(([name, code]) => [code, name]))
}
