import {
  type Copier,
  type DTypeLike,
  dropGrad,
  emptyLike,
  gradOf,
  isGradEnabled,
  NotImplementedError,
  RuntimeError,
  safePoint,
  Tensor,
  type ToOptions,
  ValueError,
} from '@tsorch/core'
import { Parameter } from '../parameter.js'
import { conversion, convertModule } from './convert.js'
import { isModule, ownBuffers, ownModules, ownParameters } from './entries.js'
import {
  type BackwardHook,
  type BackwardPreHook,
  callWithHooks,
  everyModule,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardPreHook,
  type HookOptions,
  type LoadPostHook,
  type LoadPreHook,
  ModuleHooks,
  type RemovableHandle,
  type StateDictPostHook,
  type StateDictPreHook,
} from './hooks.js'
import { joinPath } from './keys.js'
import { memberAt, moduleAt, namedMembers, replaceModule } from './paths.js'
import { className, moduleText } from './print.js'
import { setNamed } from './registration.js'
import { type ModuleState, moduleState, stateOf } from './state.js'
import {
  type LoadOptions,
  type LoadReport,
  loadState,
  type StateDict,
  type StateDictOptions,
  saveState,
} from './state-dict.js'

/** Any module, whatever it takes and gives. */
// biome-ignore lint/suspicious/noExplicitAny: the one type that every module is assignable to, and that can be called
export type AnyModule = Module<any[], any>

/** Options of the iterations by name. */
export interface NamedOptions {
  /** Stands before every path. */
  prefix?: string
  /** Whether the modules below are gone through; true if not given. */
  recurse?: boolean
  /** Whether what has several names comes once; true if not given. */
  removeDuplicate?: boolean
}

/** Modules are called like functions, with the arguments of `forward`. */
export interface Module<Args extends unknown[] = Tensor[], Result = Tensor> {
  (...args: Args): Result
}

/**
 * A part of a model: holds parameters and other modules, and computes `forward` when it is called, `model(x)`.
 *
 * Whatever is assigned to `this` is found: {@link Parameter}s, buffers (see {@link registerBuffer}) and modules, in the order in
 * which the fields stand in the class, or of assignment where the class does not list them. Their names are the keys of
 * {@link stateDict}, as they are written; a class that wants another spelling overrides {@link keyOf}.
 *
 * `Args` and `Result` are what `forward` takes and gives: tensors and a tensor, if not said otherwise.
 *
 * @example
 * ```ts
 * class Net extends Module {
 *   conv = new Conv2d(1, 10, 5)
 *   fc = new Linear(5760, 10)
 *   forward(x: Tensor): Tensor {
 *     return this.fc(relu(this.conv(x)).flatten(1))
 *   }
 * }
 * const net = new Net()
 * net(randn([2, 1, 28, 28])) // shape [2, 10]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html
 */
export class Module<Args extends unknown[] = Tensor[], Result = Tensor> {
  /** @internal */
  declare readonly [moduleState]: ModuleState
  /** Whether the module trains: what {@link train} and {@link eval} set, and dropout asks. */
  declare training: boolean

  constructor() {
    const self = callable(new.target.prototype as this, { buffers: new Map(), items: null, hooks: null })
    self.training = true
    // biome-ignore lint/correctness/noConstructorReturn: the instance is the function
    return self
  }

  /** The key of a property in state dicts and paths: its name. {@link snakeCase} gives PyTorch's spelling instead. */
  static keyOf(property: string): string {
    return property
  }

  /** Adds to a state what checkpoints of older versions lack, before it is loaded: `state` is a copy, keys begin with `prefix`. */
  static completeState(_module: AnyModule, _state: StateDict, _prefix: string): void {}

  /**
   * What the module computes. Subclasses write it; call the module itself, so that hooks run.
   *
   * @throws NotImplementedError where a subclass did not
   */
  forward(..._args: Args): Result {
    throw new NotImplementedError(`Module [${className(this as never)}] is missing the required "forward" function`)
  }

  // ---- what it consists of

  /** All parameters, each once: what an optimizer takes. */
  *parameters(recurse = true): IterableIterator<Parameter> {
    for (const [, parameter] of this.namedParameters({ recurse })) yield parameter
  }

  /** All parameters with their paths, each once. */
  namedParameters(options: NamedOptions = {}): IterableIterator<[string, Parameter]> {
    return namedMembers(within(this as never, options), ownParameters, options.removeDuplicate === false)
  }

  /** All buffers, each once. */
  *buffers(recurse = true): IterableIterator<Tensor> {
    for (const [, buffer] of this.namedBuffers({ recurse })) yield buffer
  }

  /** All buffers with their paths, each once. */
  namedBuffers(options: NamedOptions = {}): IterableIterator<[string, Tensor]> {
    return namedMembers(within(this as never, options), ownBuffers, options.removeDuplicate === false)
  }

  /** Direct submodules, each once. */
  *children(): IterableIterator<AnyModule> {
    for (const [, child] of this.namedChildren()) yield child
  }

  /** Direct submodules with their names, each once. */
  namedChildren(): IterableIterator<[string, AnyModule]> {
    return namedMembers([['', this as never]], ownModules, false)
  }

  /** This module and all below it, each once. */
  *modules(): IterableIterator<AnyModule> {
    for (const [, module] of this.namedModules()) yield module
  }

  /** This module, whose path is `prefix`, and all below it with theirs; each once. */
  *namedModules(options: Omit<NamedOptions, 'recurse'> = {}): IterableIterator<[string, AnyModule]> {
    const seen = new Set<AnyModule>()
    const duplicates = options.removeDuplicate === false
    function* below(path: string, module: AnyModule): IterableIterator<[string, AnyModule]> {
      if (seen.has(module) && !duplicates) return
      seen.add(module)
      yield [path, module]
      for (const { key, value } of ownModules(module)) yield* below(joinPath(path, key), value)
    }
    yield* below(options.prefix ?? '', this as never)
  }

  /** A submodule by its path, `'layer1.0.conv1'`. @throws RuntimeError if there is none */
  getSubmodule(target: string): AnyModule {
    return moduleAt(this as never, target)
  }

  /**
   * Puts a submodule in the place of the one at a path, or, unless `strict`, where nothing is yet.
   *
   * @throws ValueError for an empty path, or if `module` is none
   * @throws RuntimeError if the path leads nowhere, or to something that is no module
   */
  setSubmodule(target: string, module: AnyModule, options: { strict?: boolean } = {}): void {
    replaceModule(this as never, target, module, options.strict ?? false)
  }

  /** A parameter by its path. @throws RuntimeError if there is none */
  getParameter(target: string): Parameter {
    return memberAt(this as never, target, 'an nn.Parameter', ownParameters)
  }

  /** A buffer by its path. @throws RuntimeError if there is none */
  getBuffer(target: string): Tensor {
    return memberAt(this as never, target, 'a buffer', ownBuffers)
  }

  /**
   * Makes `tensor` part of the state without being trained, as property `name`.
   *
   * @param persistent - false keeps it out of {@link stateDict}
   */
  registerBuffer(name: string, tensor: Tensor | null, options: { persistent?: boolean } = {}): void {
    setNamed(this, 'buffer', name, tensor, {
      fits: tensor instanceof Tensor,
      expected: 'Tensor',
      replaces: () => stateOf(this).buffers.has(name),
    })
    stateOf(this).buffers.set(name, options.persistent ?? true)
  }

  /** Adds a parameter as property `name`; the same as assigning it. */
  registerParameter(name: string, parameter: Parameter | null): void {
    setNamed(this, 'parameter', name, parameter, {
      fits: parameter instanceof Parameter,
      expected: 'Parameter',
      replaces: (there) => there instanceof Parameter,
    })
  }

  /** Adds a submodule as property `name`; the same as assigning it. */
  registerModule(name: string, module: AnyModule | null): void {
    setNamed(this, 'module', name, module, { fits: isModule(module), expected: 'Module', replaces: isModule })
  }

  /** {@link registerModule}. */
  addModule(name: string, module: AnyModule | null): void {
    this.registerModule(name, module)
  }

  /** Calls `fn` with every module below this one and then with this one: what initialisation is written with. */
  apply(fn: (module: AnyModule) => void): this {
    for (const child of this.children()) child.apply(fn)
    fn(this as never)
    return this
  }

  // ---- state

  /** Parameters and saved buffers by PyTorch's names, detached; they share memory with the model. */
  stateDict(options: StateDictOptions = {}): StateDict {
    return saveState(this as never, options.prefix ?? '', options.keepVars ?? false, {})
  }

  /**
   * Copies values into parameters and buffers.
   *
   * @param state - tensors by name, as {@link stateDict} gives them
   * @returns the names that were missing and those that were not expected, with `strict: false`
   * @throws RuntimeError in PyTorch's words if names (unless `strict: false`) or shapes differ; nothing is copied then, unless a
   * hook of {@link registerLoadStateDictPostHook} is to see it
   */
  loadStateDict(state: Readonly<StateDict> | ReadonlyMap<string, Tensor>, options: LoadOptions = {}): LoadReport {
    return loadState(this as never, state, options)
  }

  /** What else belongs to the state of this module: stands in {@link stateDict} as it is, under `_extra_state`. Subclasses say it. */
  getExtraState(): unknown {
    return undefined
  }

  /** Takes what {@link getExtraState} gave back. @throws RuntimeError where a subclass has one without the other */
  setExtraState(_state: unknown): void {
    throw new RuntimeError(
      'Reached a code path in Module.set_extra_state() that should never be called. A module with getExtraState needs setExtraState too.',
    )
  }

  /** Sets training mode here and below. */
  train(mode = true): this {
    if (typeof mode !== 'boolean') throw new ValueError('training mode is expected to be boolean')
    this.training = mode
    for (const child of this.children()) child.train(mode)
    return this
  }

  /** Sets evaluation mode here and below. */
  eval(): this {
    return this.train(false)
  }

  /** Whether parameters are trained. */
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(requiresGrad)
    return this
  }

  /** Forgets all gradients, or sets them to zero with `setToNone: false`. */
  zeroGrad(options: { setToNone?: boolean } = {}): void {
    for (const parameter of this.parameters()) {
      const grad = gradOf(parameter)
      if (grad === null) continue
      if (options.setToNone ?? true) dropGrad(parameter)
      else grad.detach_().zero_()
    }
    safePoint()
  }

  /**
   * Moves parameters and buffers to a device, or casts those of floating point to a dtype. Parameters stay the same objects.
   *
   * @throws TypeError for a dtype that is not floating point
   * @example
   * ```ts
   * model.to('float64'); model.to('cpu'); model.to({ device: 'cpu', dtype: 'float32' })
   * ```
   */
  to(target: DTypeLike | string | Tensor | ToOptions, options: ToOptions = {}): this {
    convertModule(this as never, conversion(target, options))
    return this
  }

  /** Casts all parameters and buffers, those of integers too. */
  type(dstType: DTypeLike): this {
    convertModule(this as never, (x) => x.to(dstType))
    return this
  }

  /** Moves parameters and buffers to a device without their values, which are undefined then. */
  toEmpty(options: { device: string; recurse?: boolean }): this {
    const place = { device: options.device }
    convertModule(this as never, (x) => emptyLike(x, place), options.recurse ?? true)
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

  /** {@link to} float16. */
  half(): this {
    return this.to('float16')
  }

  /** {@link to} bfloat16. */
  bfloat16(): this {
    return this.to('bfloat16')
  }

  /** {@link to} the CPU. */
  cpu(): this {
    return this.to({ device: 'cpu' })
  }

  // ---- hooks

  /** Calls `hook` before each call with the arguments; what it returns replaces them. */
  registerForwardPreHook(hook: ForwardPreHook<this, Args>, options?: HookOptions): RemovableHandle {
    return hooksOf(this).forwardPre.add(hook as never, options)
  }

  /** Calls `hook` after each call with arguments and output; what it returns replaces the output. */
  registerForwardHook(hook: ForwardHook<this, Args, Result>, options?: ForwardHookOptions): RemovableHandle {
    return hooksOf(this).forward.add(hook as never, options)
  }

  /** Calls `hook` with the gradients of the outputs, as soon as they are known; what it returns replaces them. */
  registerFullBackwardPreHook(hook: BackwardPreHook<this>, options?: HookOptions): RemovableHandle {
    return hooksOf(this).backwardPre.add(hook as never, options)
  }

  /** Calls `hook` with the gradients of inputs and outputs, one list each; what it returns replaces those of the inputs. */
  registerFullBackwardHook(hook: BackwardHook<this>, options?: HookOptions): RemovableHandle {
    return hooksOf(this).backward.add(hook as never, options)
  }

  /** Calls `hook` before the state of this module is collected. */
  registerStateDictPreHook(hook: StateDictPreHook): RemovableHandle {
    return hooksOf(this).statePre.add(hook)
  }

  /** Calls `hook` with the collected state, which it may change. */
  registerStateDictPostHook(hook: StateDictPostHook): RemovableHandle {
    return hooksOf(this).statePost.add(hook)
  }

  /** Calls `hook` with a copy of what is about to be loaded, whose keys it may change. */
  registerLoadStateDictPreHook(hook: LoadPreHook): RemovableHandle {
    return hooksOf(this).loadPre.add(hook)
  }

  /** Calls `hook`, when the state is loaded, with missing and unexpected keys, which it may change. */
  registerLoadStateDictPostHook(hook: LoadPostHook): RemovableHandle {
    return hooksOf(this).loadPost.add(hook)
  }

  /** What `deepCopy` does with a module: copies all its properties; its hooks are the same functions. */
  __deepcopy__(copier: Copier): this {
    const { buffers, items, hooks } = stateOf(this)
    const state: ModuleState = { buffers: new Map(buffers), items: null, hooks: hooks?.copy() ?? null }
    const copy = copier.remember(this, callable(Object.getPrototypeOf(this) as this, state))
    for (const property of Object.keys(this) as (keyof this)[]) copy[property] = copier.copy(this[property])
    state.items = copier.copy(items)
    return copy
  }

  // ---- text

  /** What stands between the brackets when the module is printed; subclasses say it. */
  extraRepr(): string {
    return ''
  }

  /** As Python prints a module. */
  toString(): string {
    return moduleText(this as never)
  }
}

// Node's console shows modules as their text
Object.defineProperty(Module.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: AnyModule) {
    return this.toString()
  },
})

/** A function that calls `forward` of itself, with the properties of a module: none yet. */
function callable<M extends AnyModule>(prototype: M, state: ModuleState): M {
  const forward = (args: unknown[]): unknown =>
    state.hooks === null && everyModule.count === 0
      ? self.forward(...args)
      : callWithHooks(self as never, state.hooks, args)
  const self = ((...args: unknown[]) =>
    isGradEnabled() ? forward(args) : betweenSafePoints(forward, args)) as unknown as M
  Object.setPrototypeOf(self, prototype)
  // a function's own `name` and `length` cannot be assigned to: users' fields may be called so
  delete (self as { name?: string }).name
  delete (self as { length?: number }).length
  // deleting makes V8 keep properties in a dictionary; whoever is a prototype gets fast ones again
  Object.setPrototypeOf({}, self)
  Object.defineProperty(self, moduleState, { value: state })
  return self
}

let callsInProgress = 0

/** A call in which nothing is recorded: when the outermost one returns, what it made on the way is mostly garbage. */
function betweenSafePoints<A>(forward: (args: A) => unknown, args: A): unknown {
  callsInProgress++
  try {
    return forward(args)
  } finally {
    if (--callsInProgress === 0) safePoint()
  }
}

// Functions, not private members: every name of a property is free for users.

/** The module alone, or with all below it, each with its path. */
function within(module: AnyModule, options: NamedOptions): Iterable<readonly [string, AnyModule]> {
  return options.recurse === false ? [[options.prefix ?? '', module]] : module.namedModules(options)
}

function hooksOf(module: object): ModuleHooks {
  const state = stateOf(module)
  state.hooks ??= new ModuleHooks()
  return state.hooks
}

/** A module that takes one tensor and gives one. */
export class Layer extends Module<[input: Tensor], Tensor> {}
