import type { Tensor } from '@tsorch/core'
import { Layer, Module } from '../module.js'

/** A module that takes what the one before gives. */
type Step = Module<never[], unknown>

function numbered(target: Module, modules: Iterable<Step>): void {
  let i = 0
  for (const module of modules) target.registerModule(String(i++), module as Module)
}

/** Modules one after the other. @see https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html */
export class Sequential extends Layer {
  constructor(...modules: Step[]) {
    super()
    numbered(this as unknown as Module, modules)
  }

  forward(x: Tensor): Tensor {
    let out: unknown = x
    for (const module of this.children()) out = (module as unknown as (x: unknown) => unknown)(out)
    return out as Tensor
  }
}

/** Modules in a list. @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html */
export class ModuleList<M extends Step = Step> extends Module<never[], never> {
  constructor(modules: Iterable<M> = []) {
    super()
    numbered(this as unknown as Module, modules)
  }

  forward(): never {
    throw new TypeError('ModuleList is not callable: call its modules')
  }

  get length(): number {
    return [...this.children()].length
  }

  /** The module at `index`; negative ones count from the end. */
  at(index: number): M {
    const all = [...this]
    const module = all[index < 0 ? index + all.length : index]
    if (module === undefined) throw new RangeError(`index ${index} is out of range`)
    return module
  }

  append(module: M): this {
    this.registerModule(String(this.length), module as unknown as Module)
    return this
  }

  [Symbol.iterator](): IterableIterator<M> {
    return this.children() as unknown as IterableIterator<M>
  }
}
