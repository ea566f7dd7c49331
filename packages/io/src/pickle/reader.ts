import { ByteReader } from './byte-reader.js'
import { Opcode } from './opcodes.js'
import { Dict, Global, PickleError, PySet, pythonType, Tuple } from './values.js'

/** What a pickle may refer to. */
export interface PickleContext {
  /** The class or function of a name. @throws PickleError if a pickle must not name it */
  global(module: string, name: string): unknown
  /** What an id stands for that lies outside of the pickle. @throws PickleError */
  persistent(id: unknown): unknown
}

/**
 * Reads one pickle of protocol 2 to 5. Nothing that it names is imported or run: it can only name what `context` knows.
 *
 * @param bytes may hold more than the pickle
 * @param start first byte of the pickle
 * @returns its value, and the first byte behind it
 * @throws PickleError if it is damaged or names what is not allowed
 */
export function readPickle(bytes: Uint8Array, context: PickleContext, start = 0): { value: unknown; end: number } {
  const machine = new Machine(new ByteReader(bytes, start), context)
  return { value: machine.run(), end: machine.input.at }
}

/** How much calls may take as arguments in all, in items for each byte of the pickle: enough for any that was written once. */
const ITEMS_PER_BYTE = 16

/** Items of an argument that a call may look at. */
function sizeOf(argument: unknown): number {
  if (Array.isArray(argument) || typeof argument === 'string') return argument.length
  if (argument instanceof Tuple || argument instanceof PySet) return argument.items.length
  return argument instanceof Dict ? argument.entries.size : 1
}

/** The stack machine that a pickle is a program of. */
class Machine {
  readonly input: ByteReader
  private readonly context: PickleContext
  private stack: unknown[] = []
  /** The stacks below each mark. */
  private readonly below: unknown[][] = []
  private readonly memo: Map<number, unknown> = new Map()
  /** Items that calls may still take. */
  private budget: number

  constructor(input: ByteReader, context: PickleContext) {
    this.input = input
    this.context = context
    this.budget = ITEMS_PER_BYTE * input.size
  }

  run(): unknown {
    if (this.input.byte() !== Opcode.protocol)
      throw new PickleError('it does not begin as a pickle of protocol 2 or later')
    const protocol = this.input.byte()
    if (protocol < 2 || protocol > 5)
      throw new PickleError(`pickle protocol ${protocol} is unknown, those from 2 to 5 are known`)
    for (;;) {
      const code = this.input.byte()
      if (code === Opcode.stop) break
      if (!this.literal(code) && !this.container(code)) this.reference(code)
    }
    const value = this.popValue()
    if (this.stack.length > 0 || this.below.length > 0) throw new PickleError('the pickle ends with values left over')
    return value
  }

  /** The opcodes of values without parts; false for others. */
  private literal(code: number): boolean {
    const { input, stack } = this
    switch (code) {
      case Opcode.none:
        stack.push(null)
        return true
      case Opcode.newTrue:
        stack.push(true)
        return true
      case Opcode.newFalse:
        stack.push(false)
        return true
      case Opcode.binInt:
        stack.push(input.int32())
        return true
      case Opcode.binInt1:
        stack.push(input.byte())
        return true
      case Opcode.binInt2:
        stack.push(input.uint16())
        return true
      case Opcode.long1:
        stack.push(input.long(input.byte()))
        return true
      case Opcode.long4:
        stack.push(input.long(input.length32()))
        return true
      case Opcode.binFloat:
        stack.push(input.float64())
        return true
      // Python 2 wrote names as byte strings
      case Opcode.shortBinString:
      case Opcode.shortBinUnicode:
        stack.push(input.text(input.byte()))
        return true
      case Opcode.binString:
      case Opcode.binUnicode:
        stack.push(input.text(input.length32()))
        return true
      case Opcode.binUnicode8:
        stack.push(input.text(input.length64()))
        return true
      case Opcode.shortBinBytes:
        stack.push(input.bytes(input.byte()).slice())
        return true
      case Opcode.binBytes:
        stack.push(input.bytes(input.length32()).slice())
        return true
      case Opcode.binBytes8:
      case Opcode.byteArray8:
        stack.push(input.bytes(input.length64()).slice())
        return true
      default:
        return false
    }
  }

  /** The opcodes of values with parts; false for others. */
  private container(code: number): boolean {
    switch (code) {
      case Opcode.mark:
        this.below.push(this.stack)
        this.stack = []
        return true
      case Opcode.emptyList:
        this.stack.push([])
        return true
      case Opcode.list:
        this.push(this.popToMark())
        return true
      case Opcode.append:
        this.extend([this.popValue()])
        return true
      case Opcode.appends:
        this.extend(this.popToMark())
        return true
      case Opcode.emptyTuple:
        this.stack.push(new Tuple([]))
        return true
      case Opcode.tuple1:
      case Opcode.tuple2:
      case Opcode.tuple3:
        this.push(new Tuple(this.popMany(code - Opcode.tuple1 + 1)))
        return true
      case Opcode.tuple:
        this.push(new Tuple(this.popToMark()))
        return true
      case Opcode.emptyDict:
        this.stack.push(new Dict())
        return true
      case Opcode.dict: {
        const items = this.popToMark()
        this.push(new Dict())
        this.setItems(items)
        return true
      }
      case Opcode.setItem:
        this.setItems(this.popMany(2))
        return true
      case Opcode.setItems:
        this.setItems(this.popToMark())
        return true
      case Opcode.emptySet:
        this.stack.push(new PySet([]))
        return true
      case Opcode.addItems: {
        const items = this.popToMark()
        const set = this.top()
        if (!(set instanceof PySet))
          throw new PickleError(`items can only be added to a set, not to ${pythonType(set)}`)
        for (const item of items) set.items.push(item)
        return true
      }
      case Opcode.frozenSet:
        this.push(new PySet(this.popToMark()))
        return true
      default:
        return false
    }
  }

  /** The opcodes that name something, or do something with what was named. */
  private reference(code: number): void {
    const { input } = this
    switch (code) {
      case Opcode.global:
        this.global(input.line(), input.line())
        break
      case Opcode.stackGlobal: {
        const [module, name] = this.popMany(2)
        if (typeof module !== 'string' || typeof name !== 'string')
          throw new PickleError(`a class is named by two strings, not by ${pythonType(module)} and ${pythonType(name)}`)
        this.global(module, name)
        break
      }
      case Opcode.reduce:
      case Opcode.newObject: {
        const [called, args] = this.popMany(2)
        this.push(this.call(called, args))
        break
      }
      case Opcode.build:
        this.build(this.popValue())
        break
      case Opcode.binPersistentId:
        this.push(this.context.persistent(this.popValue()))
        break
      case Opcode.binPut:
        this.remember(input.byte())
        break
      case Opcode.longBinPut:
        this.remember(input.uint32())
        break
      case Opcode.memoize:
        this.remember(this.memo.size)
        break
      case Opcode.binGet:
        this.recall(input.byte())
        break
      case Opcode.longBinGet:
        this.recall(input.uint32())
        break
      case Opcode.pop:
        // the mark itself, if nothing is on it
        if (this.stack.length === 0) this.popToMark()
        else this.stack.pop()
        break
      case Opcode.popMark:
        this.popToMark()
        break
      case Opcode.frame:
        // how much belongs together is of use to whoever reads from a stream
        input.length64()
        break
      default:
        throw new PickleError(`opcode 0x${code.toString(16).padStart(2, '0')} at byte ${input.at - 1} is not supported`)
    }
  }

  private push(value: unknown): void {
    this.stack.push(value)
  }

  private popValue(): unknown {
    if (this.stack.length === 0) throw new PickleError(`the stack is empty at byte ${this.input.at}`)
    return this.stack.pop()
  }

  private popMany(count: number): unknown[] {
    if (this.stack.length < count) throw new PickleError(`the stack is empty at byte ${this.input.at}`)
    return this.stack.splice(this.stack.length - count)
  }

  private popToMark(): unknown[] {
    const items = this.stack
    const below = this.below.pop()
    if (below === undefined) throw new PickleError(`there is no mark at byte ${this.input.at}`)
    this.stack = below
    return items
  }

  private top(): unknown {
    if (this.stack.length === 0) throw new PickleError(`the stack is empty at byte ${this.input.at}`)
    return this.stack.at(-1)
  }

  private extend(items: unknown[]): void {
    const list = this.top()
    if (!Array.isArray(list)) throw new PickleError(`items can only be appended to a list, not to ${pythonType(list)}`)
    for (const item of items) list.push(item)
  }

  private setItems(items: unknown[]): void {
    const dict = this.top()
    if (!(dict instanceof Dict)) throw new PickleError(`items can only be set in a dict, not in ${pythonType(dict)}`)
    if (items.length % 2 !== 0) throw new PickleError('a dict has a key without a value')
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i]
      if (Array.isArray(key) || key instanceof Dict || key instanceof PySet)
        throw new PickleError(`${pythonType(key)} cannot be the key of a dict`)
      dict.entries.set(key, items[i + 1])
    }
  }

  private global(module: string, name: string): void {
    // protocol 2 keeps using the names of Python 2
    this.push(this.context.global(module === '__builtin__' ? 'builtins' : module, name))
  }

  private call(called: unknown, args: unknown): unknown {
    if (!(called instanceof Global) || called.call === null)
      throw new PickleError(`${pythonType(called)} cannot be called`)
    if (!(args instanceof Tuple))
      throw new PickleError(`${called.name} is called with ${pythonType(args)} instead of a tuple`)
    // a long list that is handed over again and again would keep a small file busy for hours
    for (const argument of args.items) this.budget -= sizeOf(argument)
    if (this.budget < 0) throw new PickleError(`${called.name} is called with the same arguments over and over`)
    return called.call(args.items)
  }

  /** Attributes that an object is given. What an OrderedDict has besides its items is left out: `_metadata` of a model's state. */
  private build(state: unknown): void {
    const built = this.top()
    if (!(built instanceof Dict)) throw new PickleError(`attributes cannot be set on ${pythonType(built)}`)
    if (!(state instanceof Dict))
      throw new PickleError(`attributes are given as ${pythonType(state)} instead of a dict`)
  }

  private remember(index: number): void {
    this.memo.set(index, this.top())
  }

  private recall(index: number): void {
    if (!this.memo.has(index))
      throw new PickleError(`value ${index} is referred to at byte ${this.input.at}, but there is none`)
    this.push(this.memo.get(index))
  }
}
