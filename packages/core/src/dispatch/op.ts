import { mode } from '../autograd/mode.js'
import { needsGrad } from '../autograd/node.js'
import { catchUp, enter, leave, mark, nursery, sweep } from '../nursery.js'
import { Tensor } from '../tensor.js'

/** The arguments of an op: the first is the tensor whose device decides who serves the call. */
export type OpArgs = readonly [Tensor, ...unknown[]]

/**
 * An operation that a backend may serve in one kernel: callable, and the key under which overrides are registered.
 *
 * It computes and does not record: the public function around it checks its arguments, calls it, and records the gradient.
 */
export interface Op<A extends OpArgs = OpArgs, R = unknown> {
  (...args: A): R
  readonly id: number
  /** The field's name, for profiles and messages. */
  readonly opName: string
  /** The definition, in terms of primitives and other ops. */
  readonly composite: (...args: A) => R
}

/** A backend's own kernel for an op. */
export interface Override {
  readonly op: { readonly id: number; readonly opName: string }
  readonly kernel: (...args: never[]) => unknown
}

const ops: Op[] = []

/**
 * Defines an op by its composite. Calls go to the device's override if there is one and it does not decline by returning
 * undefined, else to the composite, which runs without recording.
 *
 * Memory that either of them allocates and that is not part of the result is given back at its end: neither may keep a tensor
 * that it made in any other place.
 */
export function defineOp<A extends OpArgs, R>(opName: string, composite: (...args: A) => R): Op<A, R> {
  const id = ops.length
  const run = (...args: A): R => {
    const kernel = args[0].storage.device.overrides[id] as unknown as ((...args: A) => R | undefined) | undefined
    const start = enter()
    const before = mode.enabled
    let result: R | undefined
    try {
      if (kernel !== undefined) result = kernel(...args)
      if (result === undefined) {
        mode.enabled = false
        result = composite(...args)
      }
    } finally {
      mode.enabled = before
      leave()
    }
    if (mark() !== start) sweep(start, result)
    if (nursery.due !== null && nursery.depth === 0) catchUp()
    return result
  }
  const op = Object.assign(run, { id, opName, composite })
  ops.push(op as unknown as Op)
  return op
}

/**
 * Defines an op whose composite consists of differentiable operations and is therefore its own gradient: where something is
 * recorded the composite runs, else the device's override if there is one. Gradients are mostly of this kind.
 */
export function defineComposite<A extends OpArgs, R>(opName: string, composite: (...args: A) => R): Op<A, R> {
  const op = defineOp(opName, composite)
  const run = (...args: A): R => (recordingAny(args) ? composite(...args) : op(...args))
  return Object.assign(run, { id: op.id, opName, composite })
}

/** Whether a tensor among the arguments, or in a list or an object among them (the weights of a cell), needs a gradient. */
function recordingAny(args: readonly unknown[]): boolean {
  return mode.enabled && args.some((arg) => wantsGrad(arg) || (isPlain(arg) && Object.values(arg).some(wantsGrad)))
}

function wantsGrad(value: unknown): boolean {
  return value instanceof Tensor && needsGrad(value)
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Tensor)
}

/** Declares that a backend serves `op` with `kernel`, which has the composite's signature and may decline with undefined. */
export function override<A extends OpArgs, R>(op: Op<A, R>, kernel: (...args: A) => R | undefined): Override {
  return { op, kernel }
}

/** All ops that can be overridden, by id. */
export function definedOps(): readonly Op[] {
  return ops
}
