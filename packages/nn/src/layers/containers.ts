/** Modules that hold modules. */
import { IndexError, type Tensor } from '@tsorch/core'
import { isModule, ownModules } from '../module/entries.js'
import { type AnyModule, Layer, Module } from '../module/module.js'
import { bracketed, className, indented } from '../module/print.js'
import { stateOf } from '../module/state.js'

/** A module by name, in order. */
export type NamedModules = Readonly<Record<string, AnyModule>> | ReadonlyMap<string, AnyModule>

function* entriesOf(modules: NamedModules | Iterable<readonly [string, AnyModule]>): Iterable<[string, AnyModule]> {
  const list = Symbol.iterator in modules ? (modules as Iterable<[string, AnyModule]>) : Object.entries(modules)
  for (const pair of list) {
    if (!Array.isArray(pair))
      throw new TypeError('expected pairs of name and module; a list of modules is spread: ...list')
    yield [pair[0], checked(pair[1])]
  }
}

function checked(module: unknown): AnyModule {
  if (!isModule(module)) throw new TypeError(`${module === null ? 'null' : typeof module} is not a Module subclass`)
  return module
}

/** The place that an index names, counted from the front or, negative, from behind. */
function place(index: number, length: number): number {
  if (!Number.isInteger(index) || index < -length || index >= length)
    throw new IndexError(`index ${index} is out of range`)
  return index < 0 ? index + length : index
}

/** The members of a list of modules, which are its properties, in order. */
function members(list: object): [string, AnyModule][] {
  return ownModules(list as AnyModule).map(({ property, value }) => [property, value])
}

/** Puts modules in the place of all that a list has, under the numbers from 0 on. */
function renumber(list: object, modules: readonly AnyModule[]): void {
  const properties = list as Record<string, AnyModule>
  for (const [name] of members(list)) delete properties[name]
  modules.forEach((module, i) => {
    properties[i] = module
  })
}

/** What {@link Sequential} and {@link ModuleList} do with their modules, beyond holding them. */
interface Editable<M> extends Iterable<M> {
  readonly length: number
}

function insertInto(list: Editable<AnyModule>, index: number, module: AnyModule): void {
  const all = [...list]
  const at = index < 0 ? index + all.length : index
  if (at < 0 || at > all.length) throw new IndexError(`Index out of range: ${index}`)
  all.splice(at, 0, checked(module))
  renumber(list, all)
}

function deleteFrom(list: Editable<AnyModule>, start: number, end: number | undefined): void {
  const all = [...list]
  const from = end === undefined ? place(start, all.length) : start
  const gone = new Set(all.map((_, i) => i).slice(from, end ?? from + 1))
  renumber(
    list,
    all.filter((_, i) => !gone.has(i)),
  )
}

function removeFrom<M extends AnyModule>(list: Editable<M>, index: number): M {
  const all = [...list]
  const [removed] = all.splice(place(index, all.length), 1)
  renumber(list, all)
  return removed!
}

/**
 * Modules one after the other: each gets what the one before gives.
 *
 * @example
 * ```ts
 * const model = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 1))
 * const named = new Sequential({ hidden: new Linear(3, 4), out: new Linear(4, 1) })
 * model(randn([2, 3])) // shape [2, 1]
 * model[0]; model.at(-1); named.hidden; [...model]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 */
export class Sequential extends Layer {
  /** A module by its number; by its name where it has one. */
  [member: number]: AnyModule

  constructor(modules: NamedModules)
  constructor(...modules: AnyModule[])
  constructor(...modules: [NamedModules] | AnyModule[]) {
    super()
    const [first] = modules
    if (modules.length === 1 && typeof first === 'object' && first !== null) {
      for (const [name, module] of entriesOf(first as NamedModules)) this.registerModule(name, module)
    } else {
      this.extend(modules as AnyModule[])
    }
  }

  override forward(input: Tensor): Tensor {
    let out = input
    // straight over the properties, because it happens at every step
    for (const module of Object.values(this)) if (isModule(module)) out = module(out)
    return out
  }

  get length(): number {
    return members(this).length
  }

  *[Symbol.iterator](): IterableIterator<AnyModule> {
    for (const [, module] of members(this)) yield module
  }

  /** The module at `index`; negative ones count from behind. @throws IndexError outside */
  at(index: number): AnyModule {
    const all = members(this)
    return all[place(index, all.length)]![1]
  }

  /** Replaces the module at `index`. @throws IndexError outside */
  set(index: number, module: AnyModule): void {
    const all = members(this)
    Object.assign(this, { [all[place(index, all.length)]![0]]: checked(module) })
  }

  /** The modules from `start` to before `end`, under the names they have here. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(new Map(members(this).slice(start, end)))
  }

  append(module: AnyModule): this {
    this.registerModule(String(this.length), checked(module))
    return this
  }

  /** Puts a module before the one at `index`. @throws IndexError outside */
  insert(index: number, module: AnyModule): this {
    insertInto(this, index, module)
    return this
  }

  extend(modules: Iterable<AnyModule>): this {
    for (const module of modules) this.append(module)
    return this
  }

  /** Takes the module at `index` out, and numbers the others anew. @throws IndexError outside */
  pop(index: number): AnyModule {
    return removeFrom(this, index)
  }

  /** Takes the module at `start` out, or those from `start` to before `end`, and numbers the others anew. */
  delete(start: number, end?: number): void {
    deleteFrom(this, start, end)
  }

  /** The modules of this and then of the other one. */
  concat(other: Sequential): Sequential {
    return new Sequential(...this, ...other)
  }
}

/**
 * Modules in a list. It is not called itself.
 *
 * @example
 * ```ts
 * const layers = new ModuleList([new Linear(3, 3), new Linear(3, 3)])
 * for (const layer of layers) x = layer(x)
 * layers[0]; layers.at(-1); layers.length
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
 */
export class ModuleList<M extends AnyModule = AnyModule> extends Module<never[], never> {
  [index: number]: M

  constructor(modules: Iterable<M> = []) {
    super()
    this.extend(modules)
  }

  get length(): number {
    return members(this).length
  }

  *[Symbol.iterator](): IterableIterator<M> {
    for (const [, module] of members(this)) yield module as M
  }

  /** The module at `index`; negative ones count from behind. @throws IndexError outside */
  at(index: number): M {
    const all = [...this]
    return all[place(index, all.length)]!
  }

  /** Replaces the module at `index`. @throws IndexError outside */
  set(index: number, module: M): void {
    this[place(index, this.length)] = checked(module) as M
  }

  /** A list of the modules from `start` to before `end`. */
  slice(start?: number, end?: number): ModuleList<M> {
    return new ModuleList([...this].slice(start, end))
  }

  append(module: M): this {
    this.registerModule(String(this.length), checked(module))
    return this
  }

  /** Puts a module before the one at `index`. @throws IndexError outside */
  insert(index: number, module: M): void {
    insertInto(this as never, index, module)
  }

  extend(modules: Iterable<M>): this {
    if (modules === null || typeof modules !== 'object' || !(Symbol.iterator in modules)) {
      if (!isModule(modules) || !(Symbol.iterator in modules))
        throw new TypeError(`ModuleList.extend should be called with an iterable, but got ${typeof modules}`)
    }
    for (const module of modules) this.append(module)
    return this
  }

  /** Takes the module at `index` out, and numbers the others anew. @throws IndexError outside */
  pop(index: number): M {
    return removeFrom<M>(this as never, index)
  }

  /** Takes the module at `start` out, or those from `start` to before `end`, and numbers the others anew. */
  delete(start: number, end?: number): void {
    deleteFrom(this as never, start, end)
  }

  /** The modules of this and then of the other list. */
  concat(other: Iterable<M>): ModuleList<M> {
    return new ModuleList([...this, ...other])
  }

  /** Equal modules that follow each other are printed once. */
  override toString(): string {
    const blocks: { first: number; count: number; text: string }[] = []
    for (const [i, module] of [...this].entries()) {
      const text = String(module)
      const last = blocks.at(-1)
      if (last?.text === text) last.count++
      else blocks.push({ first: i, count: 1, text })
    }
    const lines = blocks.map(({ first, count, text }) =>
      indented(count === 1 ? `(${first}): ${text}` : `(${first}-${first + count - 1}): ${count} x ${text}`),
    )
    return bracketed(className(this as never), lines)
  }
}

/**
 * Modules by key, in order of insertion. It is not called itself.
 *
 * @example
 * ```ts
 * const choices = new ModuleDict({ conv: new Conv2d(10, 10, 3), pool: new MaxPool2d(3) })
 * choices.get('conv'); choices.has('pool'); choices.length
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html
 */
export class ModuleDict<M extends AnyModule = AnyModule> extends Module<never[], never> {
  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    super()
    stateOf(this).items = new Map()
    this.update(modules)
  }

  /** The module of a key. @throws IndexError if there is none */
  get(key: string): M {
    const module = itemsOf<M>(this).get(key)
    if (module === undefined)
      throw new IndexError(`ModuleDict has no key '${key}', only ${[...this.keys()].map((k) => `'${k}'`).join(', ')}`)
    return module
  }

  set(key: string, module: M): this {
    if (typeof key !== 'string') throw new TypeError(`module name should be a string. Got ${typeof key}`)
    if (key.includes('.')) throw new TypeError(`module name can't contain ".", got: ${key}`)
    if (key === '') throw new TypeError('module name can\'t be empty string ""')
    itemsOf<M>(this).set(key, checked(module) as M)
    return this
  }

  has(key: string): boolean {
    return itemsOf(this).has(key)
  }

  /** Whether there was such a key. */
  delete(key: string): boolean {
    return itemsOf(this).delete(key)
  }

  clear(): void {
    itemsOf(this).clear()
  }

  /** Takes the module of a key out. @throws IndexError if there is none */
  pop(key: string): M {
    const module = this.get(key)
    this.delete(key)
    return module
  }

  get length(): number {
    return itemsOf(this).size
  }

  keys(): IterableIterator<string> {
    return itemsOf(this).keys()
  }

  values(): IterableIterator<M> {
    return itemsOf<M>(this).values()
  }

  items(): IterableIterator<[string, M]> {
    return itemsOf<M>(this).entries()
  }

  /** The keys, as in Python. */
  [Symbol.iterator](): IterableIterator<string> {
    return this.keys()
  }

  update(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> | ModuleDict<M>): void {
    const pairs = modules instanceof ModuleDict ? modules.items() : entriesOf(modules as NamedModules)
    for (const [key, module] of pairs) this.set(key, module as M)
  }
}

/** What a dictionary holds: apart from its properties, because keys may be called like methods. */
function itemsOf<M>(dict: object): Map<string, M> {
  return stateOf(dict).items as Map<string, M>
}
