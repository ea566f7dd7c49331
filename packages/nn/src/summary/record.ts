/** What happens in one call of a model, layer by layer. */
import { Tensor } from '@tsorch/core'
import { MultiheadAttention } from '../layers/attention.js'
import { getMember, ownBuffers, setMember } from '../module/entries.js'
import { registerModuleForwardHook } from '../module/global-hooks.js'
import type { AnyModule } from '../module/module.js'
import { isParametrized } from '../utils/parametrize/register.js'
import { PackedSequence } from '../utils/rnn/packed-sequence.js'
import { multAddsOf } from './mult-adds.js'

/** What was seen of a layer. */
export interface LayerRecord {
  /** Shapes of the tensors that the last call was given. */
  inputShapes: readonly (readonly number[])[]
  /** Shapes of the tensors that the last call gave. */
  outputShapes: readonly (readonly number[])[]
  /** Bytes of the first tensor that each call gave, together. */
  outputBytes: number
  /** Of all calls together. */
  multAdds: number
  calls: number
}

/** Whether a layer computes by itself: what is below it is part of that. */
export function isLeaf(module: AnyModule): boolean {
  if (module instanceof MultiheadAttention || isParametrized(module)) return true
  return module.children().next().done === true
}

/** All tensors of a value: of lists and objects in it too. */
function tensorsOf(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value]
  if (value instanceof PackedSequence) return [value.data]
  if (Array.isArray(value)) return value.flatMap(tensorsOf)
  const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  return isPlain ? Object.values(value).flatMap(tensorsOf) : []
}

/**
 * Runs a model in evaluation mode and tells of each module what it was given and gave. Modes and buffers are then as they were.
 */
export function recordCall(model: AnyModule, args: readonly unknown[]): Map<AnyModule, LayerRecord> {
  const modules = [...model.modules()]
  const known = new Set(modules)
  const records = new Map<AnyModule, LayerRecord>()
  const hook = registerModuleForwardHook((module, given, output) => {
    if (!known.has(module)) return
    const outputs = tensorsOf(output)
    const record = records.get(module) ?? { inputShapes: [], outputShapes: [], outputBytes: 0, multAdds: 0, calls: 0 }
    record.inputShapes = tensorsOf(given).map((x) => x.shape)
    record.outputShapes = outputs.map((x) => x.shape)
    record.outputBytes += outputs[0] === undefined ? 0 : bytesOf(outputs[0])
    record.multAdds += isLeaf(module) && outputs[0] !== undefined ? multAddsOf(module, outputs[0]) : 0
    record.calls++
    records.set(module, record)
  })
  const restore = remember(modules)
  try {
    model.eval()
    model(...args)
  } finally {
    hook.remove()
    restore()
  }
  return records
}

/** Bytes of a tensor's elements. */
export function bytesOf(x: Tensor): number {
  return x.count * x.dtype.itemsize
}

/** Returns what puts modes and buffers back. */
function remember(modules: readonly AnyModule[]): () => void {
  const modes = modules.map((module) => module.training)
  const buffers = modules.flatMap((module) =>
    ownBuffers(module).map(({ property, value }) => ({ module, property, value, copy: value.clone() })),
  )
  return () => {
    modules.forEach((module, i) => {
      module.training = modes[i]!
    })
    for (const { module, property, value, copy } of buffers) {
      value.copy_(copy)
      if (getMember(module, property) !== value) setMember(module, property, value)
    }
  }
}
