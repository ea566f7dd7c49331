/**
 * What happens in one call of a model: which modules were called with what, and which operations led from one tensor to the
 * next. Operations are read from the graph that autograd records anyway; what takes no part in it is known by its tensors only.
 */
import type { Tensor } from '@tsorch/core'
import { className, type HookHandle, isTensor, type ModuleLike, mapTensors, shapeOf, tensorsOf } from './model.js'

/** Where a tensor comes from. */
export type Source =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'parameter'; readonly path: string }
  | { readonly kind: 'op'; readonly op: TracedOp }

/** One operation. */
export interface TracedOp {
  /** `relu`, `max_pool2d_with_indices`; the class of a module whose operations were not recorded */
  readonly name: string
  /** path of the module in whose call it ran; `''` for the model's own */
  readonly path: string
  readonly inputs: Source[]
  /** shape of each output */
  readonly shapes: readonly (readonly number[])[]
}

/** What was seen of a module. */
export interface TracedModule {
  /** of the tensors that the last call was given */
  inputShapes: readonly (readonly number[])[]
  /** of the tensors that the last call gave */
  outputShapes: readonly (readonly number[])[]
  calls: number
}

export interface Trace {
  /** by path; of a module with several paths, by the first */
  readonly modules: ReadonlyMap<string, TracedModule>
  /** in the order in which they ran */
  readonly ops: readonly TracedOp[]
  readonly outputs: readonly { readonly source: Source | null; readonly shape: readonly number[] }[]
}

type Node = NonNullable<Tensor['gradFn']>

/** A call that is under way. */
interface Call {
  readonly path: string
  readonly inputs: readonly Tensor[]
  /** operations when it began */
  readonly from: number
  /** whether it called other modules */
  hasCalls: boolean
}

interface TracerOptions {
  readonly inputs?: readonly Tensor[] | null
  readonly onError?: ((error: unknown) => void) | null
}

/** Watches the next call of a model. It holds tensors only until that call ends. */
export class Tracer {
  readonly #done: (trace: Trace) => void
  #handles: HookHandle[] = []
  #stack: Call[] = []
  readonly #modules = new Map<string, TracedModule>()
  readonly #ops: TracedOp[] = []
  #sources = new Map<Node, Source>()
  /** of tensors that autograd does not know */
  #known = new Map<Tensor, Source>()
  /** whether a module that gives what it was given is made to give a view of it: else nobody could tell what passed through it */
  readonly #separates: boolean

  /**
   * @param done - hears of the call when it has ended well
   * @param options.inputs - the tensors that are the model's inputs, of a call that nobody else sees; else those that it is called
   * with
   * @param options.onError - hears what goes wrong in here, which the call does not notice then
   */
  constructor(model: ModuleLike, done: (trace: Trace) => void, { inputs = null, onError = null }: TracerOptions = {}) {
    this.#done = done
    this.#separates = inputs !== null
    const guarded = <T>(run: () => T): T | undefined => {
      if (onError === null) return run()
      try {
        return run()
      } catch (error) {
        this.stop()
        onError(error)
        return undefined
      }
    }
    for (const [path, parameter] of model.namedParameters()) this.#known.set(parameter, { kind: 'parameter', path })
    if (inputs !== null) this.#knowInputs(inputs)
    for (const [path, module] of model.namedModules()) {
      this.#handles.push(
        module.registerForwardPreHook((_, args) => guarded(() => this.#begin(path, args))),
        module.registerForwardHook((_, _args, output) => guarded(() => this.#end(path, module, output)) as undefined),
      )
    }
  }

  /** Ends the watching; nothing is held any more. */
  stop(): void {
    for (const handle of this.#handles) handle.remove()
    this.#handles = []
    this.#stack = []
    this.#sources = new Map()
    this.#known = new Map()
  }

  #knowInputs(inputs: readonly Tensor[]): void {
    inputs.forEach((x, index) => {
      const source: Source = { kind: 'input', index }
      const node = x.gradFn
      if (node === null) this.#known.set(x, source)
      else this.#sources.set(node, source)
    })
  }

  #begin(path: string, args: unknown): undefined {
    const inputs = tensorsOf(args)
    if (path === '') {
      if (this.#stack.length > 0) this.#forgetCall()
      if (!inputs.some((x) => this.#sourceOf(x) !== null)) this.#knowInputs(inputs)
    }
    // a call by another model that shares parts with this one
    else if (this.#stack.length === 0) return
    // what happened since the last call belongs to the module above
    else {
      const above = this.#stack.at(-1)!
      for (const x of inputs) this.#claim(x, above.path)
      above.hasCalls = true
    }
    this.#stack.push({ path, inputs, from: this.#ops.length, hasCalls: false })
  }

  /** The last call threw. */
  #forgetCall(): void {
    this.#stack = []
    this.#modules.clear()
    this.#ops.length = 0
    this.#sources.clear()
  }

  #end(path: string, module: ModuleLike, output: unknown): Tensor | undefined {
    let call = this.#stack.pop()
    while (call !== undefined && call.path !== path) call = this.#stack.pop()
    if (call === undefined) return
    const { inputs } = call
    const outputs = tensorsOf(output)
    for (const y of outputs) this.#claim(y, path)
    const own = this.#ops.slice(call.from).filter((op) => op.path === path)
    if (!call.hasCalls) this.#linkUnrecorded(inputs, own)
    let passed: Tensor | undefined
    if (this.#separates && this.#ops.length === call.from && isTensor(output) && inputs.includes(output)) {
      const op = this.#add(className(module), path, inputs, outputs)
      passed = output.view(output.shape)
      if (passed.gradFn === null) this.#known.set(passed, { kind: 'op', op })
      else this.#sources.set(passed.gradFn, { kind: 'op', op })
      outputs[0] = passed
    }
    for (const y of outputs) {
      if (this.#sourceOf(y) !== null) continue
      const op = own[0] ?? this.#add(className(module), path, inputs, outputs)
      this.#known.set(y, { kind: 'op', op })
    }
    const seen = this.#modules.get(path)
    const [inputShapes, outputShapes] = [shapesOf(inputs), shapesOf(outputs)]
    this.#modules.set(path, { inputShapes, outputShapes, calls: (seen?.calls ?? 0) + 1 })
    if (path !== '') return passed
    const trace: Trace = {
      modules: this.#modules,
      ops: this.#ops,
      outputs: outputs.map((y) => ({ source: this.#sourceOf(y), shape: [...y.shape] })),
    }
    this.stop()
    this.#done(trace)
    return passed
  }

  /** Inputs that no operation of the call is known to have used: indices have no gradients. The first one gets them. */
  #linkUnrecorded(inputs: readonly Tensor[], own: readonly TracedOp[]): void {
    const [first] = own
    if (first === undefined) return
    for (const x of inputs) {
      const source = x.gradFn === null ? this.#sourceOf(x) : null
      if (source !== null && source.kind !== 'parameter' && !first.inputs.includes(source)) first.inputs.unshift(source)
    }
  }

  #add(name: string, path: string, inputs: readonly Tensor[], outputs: readonly Tensor[]): TracedOp {
    const sources = inputs.map((x) => this.#sourceOf(x)).filter((source) => source !== null)
    const op: TracedOp = { name, path, inputs: sources, shapes: shapesOf(outputs) }
    this.#ops.push(op)
    return op
  }

  #sourceOf(x: Tensor): Source | null {
    const node = x.gradFn
    if (node !== null) return this.#sources.get(node) ?? null
    const base = x._base
    return this.#known.get(x) ?? (base === null ? null : this.#sourceOf(base))
  }

  /** Says of all operations that led to `x`, and that no other module has claimed, that they ran in a call of `path`. */
  #claim(x: Tensor, path: string): void {
    const last = x.gradFn
    if (last === null || this.#sources.has(last)) return
    const found = new Set([last])
    for (const node of found) {
      for (const input of node.inputs)
        if (input !== null && input.variable === null && !this.#sources.has(input)) found.add(input)
    }
    for (const node of [...found].sort((a, b) => a.seq - b.seq)) {
      const inputs: Source[] = []
      for (const input of node.inputs) {
        if (input === null) continue
        const source = input.variable === null ? this.#sources.get(input) : this.#known.get(input.variable)
        if (source !== undefined) inputs.push(source)
      }
      const shapes = [node.meta, ...(node.more ?? [])].map((meta) => [...meta.shape])
      const op: TracedOp = { name: operationName(node.name), path, inputs, shapes }
      this.#ops.push(op)
      this.#sources.set(node, { kind: 'op', op })
    }
  }
}

/**
 * Calls a model in evaluation mode with copies of `args`, and tells what happened. Modes and buffers are then as they were.
 * Gradients need not be switched off: they are what shows the operations, and nothing of them is kept.
 */
export function traceCall(model: ModuleLike, args: readonly unknown[]): Trace {
  const restore = remember(model)
  let trace: Trace | null = null
  let tracer: Tracer | null = null
  try {
    for (const [, module] of model.namedModules()) module.training = false
    // copies with a gradient: where it leads shows what becomes of an input, and the caller's tensors stay as they are
    const given = mapTensors(args, (x) =>
      (x.isFloatingPoint() ? x.detach().requiresGrad_(true) : x).clone(),
    ) as readonly never[]
    tracer = new Tracer(
      model,
      (seen) => {
        trace = seen
      },
      { inputs: tensorsOf(given) },
    )
    model(...given)
  } finally {
    tracer?.stop()
    restore()
  }
  // a model may be called by way of something that runs no hooks
  if (trace === null) throw new TypeError('the model was called, but its hooks were not: is it an nn.Module?')
  return trace
}

/** Returns what puts modes and buffers back. */
function remember(model: ModuleLike): () => void {
  const modes = [...model.namedModules()].map(([, module]) => [module, module.training] as const)
  // those that the call will make are made for good
  const known = [...model.namedBuffers()].filter(([, buffer]) => shapeOf(buffer) !== null)
  const buffers = known.map(([, buffer]) => [buffer, buffer.clone()] as const)
  return () => {
    for (const [module, training] of modes) module.training = training
    for (const [buffer, copy] of buffers) buffer.detach().copy_(copy)
  }
}

function shapesOf(tensors: readonly Tensor[]): (readonly number[])[] {
  return tensors.map((x) => [...x.shape])
}

/** `max_pool2d_with_indices` of `MaxPool2DWithIndicesBackward0`. */
function operationName(node: string): string {
  return node
    .replace(/Backward\d*$/, '')
    .replace(/(\d)D/g, '$1d')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
}
