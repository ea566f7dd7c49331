import { type DTypeLike, RuntimeError, Tensor } from '@tsorch/core'
import { Parameter } from './parameter.js'

/** Tensors by their names in a model. */
export type StateDict = Record<string, Tensor>

/** What {@link Module.loadStateDict} found. */
export interface LoadReport {
  readonly missingKeys: string[]
  readonly unexpectedKeys: string[]
}

type ForwardHook = (module: Module, args: unknown[], output: unknown) => unknown
type ForwardPreHook = (module: Module, args: unknown[]) => unknown

/** What a module keeps besides its own properties; reached through one symbol so that users' names are free. */
interface Inner {
  training: boolean
  readonly buffers: Map<string, boolean>
  readonly hooks: Set<ForwardHook>
  readonly preHooks: Set<ForwardPreHook>
}
const inner: unique symbol = Symbol('module')

/**
 * A callable part of a model: `model(x)` runs {@link forward} with its hooks.
 *
 * Parameters, buffers and modules are found where they are assigned (`this.fc = new Linear(3, 4)`), in that order. Their names
 * in `stateDict()` are the names of the properties, in snake_case as PyTorch's are (`weightIhL0` is `weight_ih_l0`).
 *
 * @example
 * ```ts
 * class Net extends Module {
 *   fc = new Linear(3, 2)
 *   forward(x: Tensor): Tensor {
 *     return relu(this.fc(x))
 *   }
 * }
 * const net = new Net()
 * net(randn([5, 3])) // shape [5, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html
 */
export abstract class Module<Args extends unknown[] = never[], Result = unknown> {
  constructor() {
    const self = ((...args: Args) => run(self as unknown as Module<Args, Result>, args)) as unknown as this
    Object.setPrototypeOf(self, new.target.prototype)
    // what functions have of their own would hide users' properties
    delete (self as { name?: string }).name
    delete (self as { length?: number }).length
    const state: Inner = { training: true, buffers: new Map(), hooks: new Set(), preHooks: new Set() }
    Object.defineProperty(self, inner, { value: state })
    // biome-ignore lint/correctness/noConstructorReturn: the instance is the function
    return self
  }

  /** What the module computes. Call the module itself, so that hooks run. */
  abstract forward(...args: Args): Result

  /** Whether the module trains; set by {@link train} and {@link eval}. */
  get training(): boolean {
    return innerOf(this).training
  }

  /** Own properties, with the names that keys are made of. */
  private *entries(): IterableIterator<[string, unknown]> {
    for (const [name, value] of Object.entries(this)) yield [keyOf(name), value]
  }

  /** Direct submodules by name; one that has two names comes once. */
  *namedChildren(): IterableIterator<[string, Module]> {
    const seen = new Set<unknown>()
    for (const [name, value] of this.entries()) {
      if (!(value instanceof Module) || seen.has(value)) continue
      seen.add(value)
      yield [name, value as Module]
    }
  }

  /** Direct submodules. */
  *children(): IterableIterator<Module> {
    for (const [, child] of this.namedChildren()) yield child
  }

  /** This module and all below it, each once, with their paths. */
  *namedModules(prefix = '', seen: Set<unknown> = new Set()): IterableIterator<[string, Module]> {
    if (seen.has(this)) return
    seen.add(this)
    yield [prefix, this as unknown as Module]
    for (const [name, child] of this.namedChildren()) yield* child.namedModules(join(prefix, name), seen)
  }

  /** This module and all below it, each once. */
  *modules(): IterableIterator<Module> {
    for (const [, module] of this.namedModules()) yield module
  }

  /** Own tensors of one kind. */
  private *own(kind: 'parameter' | 'buffer'): IterableIterator<[string, Tensor, boolean]> {
    const { buffers } = innerOf(this)
    for (const [name, value] of this.entries()) {
      if (!(value instanceof Tensor)) continue
      const persistent = buffers.get(name)
      if (kind === 'buffer' ? persistent !== undefined : value instanceof Parameter)
        yield [name, value, persistent ?? true]
    }
  }

  private *named(kind: 'parameter' | 'buffer'): IterableIterator<[string, Tensor]> {
    const seen = new Set<Tensor>()
    for (const [path, module] of this.namedModules()) {
      for (const [name, value] of module.own(kind)) {
        if (seen.has(value)) continue
        seen.add(value)
        yield [join(path, name), value]
      }
    }
  }

  /** All parameters with their paths, each once. */
  namedParameters(): IterableIterator<[string, Parameter]> {
    return this.named('parameter') as IterableIterator<[string, Parameter]>
  }

  /** All parameters, each once: what an optimizer takes. */
  *parameters(): IterableIterator<Parameter> {
    for (const [, value] of this.namedParameters()) yield value
  }

  /** All buffers with their paths, each once. */
  namedBuffers(): IterableIterator<[string, Tensor]> {
    return this.named('buffer')
  }

  /** All buffers, each once. */
  *buffers(): IterableIterator<Tensor> {
    for (const [, value] of this.namedBuffers()) yield value
  }

  /** Makes `tensor` part of the state without being trained; `persistent: false` keeps it out of {@link stateDict}. */
  registerBuffer(name: string, tensor: Tensor | null, options: { persistent?: boolean } = {}): void {
    innerOf(this).buffers.set(keyOf(name), options.persistent ?? true)
    Object.assign(this, { [name]: tensor })
  }

  /** Adds a parameter by name. */
  registerParameter(name: string, parameter: Parameter | null): void {
    Object.assign(this, { [name]: parameter })
  }

  /** Adds a submodule by name. */
  registerModule(name: string, module: Module): void {
    Object.assign(this, { [name]: module })
  }

  /** {@link registerModule}. */
  addModule(name: string, module: Module): void {
    this.registerModule(name, module)
  }

  /** Parameters and persistent buffers by PyTorch's names, detached; they share memory with the model. */
  stateDict(prefix = ''): StateDict {
    const state: StateDict = {}
    for (const [name, value] of this.own('parameter')) state[prefix + name] = value.detach()
    for (const [name, value, persistent] of this.own('buffer')) if (persistent) state[prefix + name] = value.detach()
    for (const [name, value] of this.entries()) {
      if (value instanceof Module) Object.assign(state, (value as Module).stateDict(`${prefix}${name}.`))
    }
    return state
  }

  /**
   * Copies values into parameters and buffers.
   *
   * @throws RuntimeError in PyTorch's words if names or shapes differ; nothing is copied then. With `strict: false` only shapes
   * must fit.
   */
  loadStateDict(state: Readonly<Record<string, Tensor>>, options: { strict?: boolean } = {}): LoadReport {
    const target = this.stateDict()
    const missingKeys = Object.keys(target).filter((key) => !(key in state))
    const unexpectedKeys = Object.keys(state).filter((key) => !(key in target))
    const quoted = (keys: string[]) => keys.map((key) => `"${key}"`).join(', ')
    const problems: string[] = []
    if (options.strict ?? true) {
      if (unexpectedKeys.length > 0) problems.push(`Unexpected key(s) in state_dict: ${quoted(unexpectedKeys)}. `)
      if (missingKeys.length > 0) problems.push(`Missing key(s) in state_dict: ${quoted(missingKeys)}. `)
    }
    const pairs = Object.entries(target).filter(([key]) => key in state)
    for (const [key, own] of pairs) {
      const given = state[key]!
      if (given.shape.join() !== own.shape.join()) {
        problems.push(
          `size mismatch for ${key}: copying a param with shape [${given.shape.join(', ')}] from checkpoint, the shape in current model is [${own.shape.join(', ')}].`,
        )
      }
    }
    if (problems.length > 0)
      throw new RuntimeError(`Error(s) in loading state_dict for ${this.typeName()}:\n\t${problems.join('\n\t')}`)
    for (const [key, own] of pairs) own.copy_(state[key]!)
    return { missingKeys, unexpectedKeys }
  }

  /** Sets training mode here and below. */
  train(mode = true): this {
    for (const module of this.modules()) innerOf(module).training = mode
    return this
  }

  /** Sets evaluation mode here and below. */
  eval(): this {
    return this.train(false)
  }

  /** Forgets all gradients. */
  zeroGrad(options: { setToNone?: boolean } = {}): void {
    for (const parameter of this.parameters()) {
      if (options.setToNone ?? true) parameter.grad = null
      else parameter.grad?.zero_()
    }
  }

  /** Whether parameters are trained. */
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(requiresGrad)
    return this
  }

  /** Calls `fn` with every module, children first. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn)
    fn(this as unknown as Module)
    return this
  }

  /** Moves or casts all parameters and floating-point buffers; parameters stay the same objects. */
  to(target: DTypeLike | string): this {
    for (const value of [...this.parameters(), ...this.buffers()]) {
      const moved = value.detach().to(target)
      if (value.isFloatingPoint() || moved.dtype === value.dtype) value.data = moved
    }
    return this
  }

  /** {@link to} float32. */
  float(): this {
    return this.to('float32')
  }

  /** {@link to} float64. */
  double(): this {
    return this.to('float64')
  }

  /** Calls `hook` after each call with arguments and output; what it returns replaces the output. */
  registerForwardHook(hook: ForwardHook): { remove(): void } {
    return added(innerOf(this).hooks, hook)
  }

  /** Calls `hook` before each call with the arguments; what it returns replaces them. */
  registerForwardPreHook(hook: ForwardPreHook): { remove(): void } {
    return added(innerOf(this).preHooks, hook)
  }

  /** The name of the class, as printed. */
  protected typeName(): string {
    return Object.getPrototypeOf(this).constructor.name
  }

  /** What stands between the brackets when a module without children is printed. */
  extraRepr(): string {
    return ''
  }

  /** As Python prints a module. */
  toString(): string {
    const lines = [...this.namedChildren()].map(([name, child]) => `(${name}): ${indented(String(child))}`)
    const extra = this.extraRepr()
    if (lines.length === 0) return `${this.typeName()}(${extra})`
    return `${this.typeName()}(\n  ${[...(extra === '' ? [] : [extra]), ...lines].join('\n  ')}\n)`
  }
}

/** Modules are called like functions, with the arguments of `forward`. */
export interface Module<Args extends unknown[] = never[], Result = unknown> {
  (...args: Args): Result
}

/** Runs a module's `forward` between its hooks. */
function run<Args extends unknown[], Result>(module: Module<Args, Result>, args: Args): Result {
  const { hooks, preHooks } = innerOf(module)
  if (hooks.size === 0 && preHooks.size === 0) return module.forward(...args)
  const self = module as unknown as Module
  let given = args
  for (const hook of [...preHooks]) {
    const changed = hook(self, given)
    if (changed !== undefined) given = (Array.isArray(changed) ? changed : [changed]) as Args
  }
  let output = module.forward(...given)
  for (const hook of [...hooks]) {
    const changed = hook(self, given, output)
    if (changed !== undefined) output = changed as Result
  }
  return output
}

/** What a module keeps to itself. */
function innerOf(module: object): Inner {
  return (module as unknown as { [inner]: Inner })[inner]
}

/** A module that takes one tensor and gives one. */
export abstract class Layer extends Module<[x: Tensor], Tensor> {}

function added<T>(set: Set<T>, hook: T): { remove(): void } {
  set.add(hook)
  return { remove: () => void set.delete(hook) }
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`
}

/** `weightIhL0` -> `weight_ih_l0`. Names without capitals stay. */
function keyOf(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)
}

function indented(text: string): string {
  return text.split('\n').join('\n  ')
}
