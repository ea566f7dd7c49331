/** Methods for functions whose first parameter is the tensor. */
import type { Tensor } from '../tensor.js'
import { attach } from './define.js'
import { assign } from './inplace.js'

/** A function of a tensor and further arguments. */
export type TensorFunction = (x: Tensor, ...args: never[]) => unknown

/** For each function the method of its name. */
export function attachMethods(functions: Readonly<Record<string, TensorFunction>>): void {
  for (const [name, fn] of Object.entries(functions)) {
    attach(name, function (this: Tensor, ...args: never[]) {
      return fn(this, ...args)
    })
  }
}

/** For each function the methods `name` and `name_`, which writes the result into the tensor. */
export function attachWithInplace(functions: Readonly<Record<string, (x: Tensor, ...args: never[]) => Tensor>>): void {
  attachMethods(functions)
  for (const [name, fn] of Object.entries(functions)) {
    attach(`${name}_`, function (this: Tensor, ...args: never[]) {
      return assign(this, fn(this, ...args))
    })
  }
}
