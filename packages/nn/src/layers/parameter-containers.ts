/** Modules that hold parameters. */
import { IndexError, RuntimeError, Tensor } from '@tsorch/core'
import { Module } from '../module/module.js'
import { stateOf } from '../module/state.js'
import { Parameter } from '../parameter.js'

/** Tensors become parameters, anything else stays what it is. */
function asParameter(value: unknown): unknown {
  return value instanceof Tensor && !(value instanceof Parameter) ? new Parameter(value) : value
}

/** How the containers show what they hold. */
function described(key: string | number, value: unknown, typeOf: (x: Tensor) => string): string {
  if (!(value instanceof Tensor))
    return `  (${key}): Object of type: ${value === null ? 'null' : (value as object).constructor.name}`
  const kind = value instanceof Parameter ? 'Parameter' : 'Tensor'
  const place = value.device === 'cpu' ? '' : ` (${value.device})`
  return `  (${key}): ${kind} containing: [${typeOf(value)} of size ${value.shape.join('x')}${place}]`
}

/**
 * Parameters in a list; plain tensors become parameters.
 *
 * @example
 * ```ts
 * const weights = new ParameterList([randn([2, 3]), randn([3, 4])])
 * weights[0]; weights.at(-1); weights.length
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterList.html
 */
export class ParameterList extends Module<never[], never> {
  [index: number]: Parameter
  private count = 0

  constructor(values: Iterable<Tensor> = []) {
    super()
    this.extend(values)
  }

  get length(): number {
    return this.count
  }

  *[Symbol.iterator](): IterableIterator<Parameter> {
    for (let i = 0; i < this.count; i++) yield this[i]!
  }

  /** The parameter at `index`; negative ones count from behind. @throws IndexError outside */
  at(index: number): Parameter {
    return this[this.place(index)]!
  }

  /** Replaces the parameter at `index`. @throws IndexError outside */
  set(index: number, value: Tensor): void {
    this[this.place(index)] = asParameter(value) as Parameter
  }

  append(value: Tensor): this {
    this[this.count++] = asParameter(value) as Parameter
    return this
  }

  extend(values: Iterable<Tensor>): this {
    if (values instanceof Tensor || values === null || typeof values !== 'object' || !(Symbol.iterator in values))
      throw new TypeError(
        `ParameterList.extend should be called with an iterable, but got ${values instanceof Tensor ? 'Tensor' : typeof values}`,
      )
    for (const value of values) this.append(value)
    return this
  }

  /** A list of the parameters from `start` to before `end`. */
  slice(start?: number, end?: number): ParameterList {
    return new ParameterList([...this].slice(start, end))
  }

  private place(index: number): number {
    if (!Number.isInteger(index) || index < -this.count || index >= this.count)
      throw new IndexError(`index ${index} is out of range`)
    return index < 0 ? index + this.count : index
  }

  override forward(): never {
    throw new RuntimeError('ParameterList should not be called.')
  }

  override extraRepr(): string {
    return [...this].map((value, i) => described(i, value, (x) => String(x.dtype))).join('\n')
  }
}

/**
 * Parameters by key, in order of insertion; plain tensors become parameters.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterDict.html
 */
export class ParameterDict extends Module<never[], never> {
  constructor(parameters: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]> = {}) {
    super()
    stateOf(this).items = new Map()
    this.update(parameters)
  }

  /** The parameter of a key. @throws IndexError if there is none */
  get(key: string): Parameter {
    const value = itemsOf(this).get(key)
    if (value === undefined) throw new IndexError(`ParameterDict has no key '${key}'`)
    return value
  }

  set(key: string, value: Tensor): this {
    if (typeof key !== 'string')
      throw new TypeError(
        `Index given to ParameterDict cannot be used as a key as it is not a string (type is '${typeof key}').`,
      )
    itemsOf(this).set(key, asParameter(value) as Parameter)
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

  /** Takes the parameter of a key out. @throws IndexError if there is none */
  pop(key: string): Parameter {
    const value = this.get(key)
    this.delete(key)
    return value
  }

  /** Takes the last parameter out. @throws IndexError if there is none */
  popitem(): [key: string, value: Parameter] {
    const last = [...this.items()].at(-1)
    if (last === undefined) throw new IndexError('popitem(): ParameterDict is empty')
    this.delete(last[0])
    return last
  }

  /** The parameter of a key; `value` becomes it if there is none. */
  setdefault(key: string, value: Tensor): Parameter {
    if (!this.has(key)) this.set(key, value)
    return this.get(key)
  }

  /** Another dictionary of the same parameters. */
  copy(): ParameterDict {
    return new ParameterDict(this.items())
  }

  /** A dictionary that has one parameter under several keys. */
  fromkeys(keys: Iterable<string>, value: Tensor): ParameterDict {
    const parameter = asParameter(value) as Parameter
    return new ParameterDict([...keys].map((key) => [key, parameter] as const))
  }

  get length(): number {
    return itemsOf(this).size
  }

  keys(): IterableIterator<string> {
    return itemsOf(this).keys()
  }

  values(): IterableIterator<Parameter> {
    return itemsOf(this).values()
  }

  items(): IterableIterator<[string, Parameter]> {
    return itemsOf(this).entries()
  }

  /** The keys, as in Python. */
  [Symbol.iterator](): IterableIterator<string> {
    return this.keys()
  }

  update(parameters: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]> | ParameterDict): void {
    const pairs =
      parameters instanceof ParameterDict
        ? parameters.items()
        : Symbol.iterator in parameters
          ? (parameters as Iterable<readonly [string, Tensor]>)
          : Object.entries(parameters)
    for (const [key, value] of pairs) this.set(key, value)
  }

  override forward(): never {
    throw new RuntimeError('ParameterDict should not be called.')
  }

  override extraRepr(): string {
    return [...this.items()]
      .map(([key, value]) => described(key, value, (x) => `torch.${x.dtype.label}Tensor`))
      .join('\n')
  }
}

function itemsOf(dict: object): Map<string, Parameter> {
  return stateOf(dict).items as Map<string, Parameter>
}
