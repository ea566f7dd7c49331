/** Moving and casting of whole models. */
import { DType, type DTypeLike, noGrad, promoteTypes, Tensor, type ToOptions } from '@tsorch/core'
import type { Parameter } from '../parameter.js'
import { convertLazy, isLazy } from '../uninitialized.js'
import { ownBuffers, ownParameters, setMember } from './entries.js'
import type { AnyModule } from './module.js'

/** Replaces the memory of a parameter, which stays the object that optimizers hold. */
function exchange(parameter: Parameter, convert: (x: Tensor) => Tensor): void {
  const { grad } = parameter
  const now = parameter.detach()
  const moved = noGrad(() => convert(now))
  if (moved === now) return
  parameter.data = moved
  if (grad !== null) parameter.grad = noGrad(() => convert(grad))
}

/** Applies `convert` to the parameters and buffers of a module and, with `recurse`, those below it. */
export function convertModule(module: AnyModule, convert: (x: Tensor) => Tensor, recurse = true): void {
  const seen = new Set<Tensor>()
  for (const part of recurse ? module.modules() : [module]) {
    for (const { value } of ownParameters(part)) {
      if (!seen.has(value)) {
        if (isLazy(value)) convertLazy(value, convert)
        else exchange(value, convert)
      }
      seen.add(value)
    }
    for (const { property, value } of ownBuffers(part)) {
      if (isLazy(value)) {
        convertLazy(value, convert)
        continue
      }
      setMember(
        part,
        property,
        noGrad(() => convert(value)),
      )
    }
  }
}

/** The dtype that a string names, null if it names none. */
function dtypeNamed(name: string): DType | null {
  try {
    return promoteTypes(name as DTypeLike, name as DTypeLike)
  } catch {
    return null
  }
}

/**
 * What `module.to(...)` does to a tensor: the device for all, the dtype only for floating-point ones.
 *
 * @throws TypeError for a dtype that is not floating point
 */
export function conversion(target: DTypeLike | string | Tensor | ToOptions, options: ToOptions): (x: Tensor) => Tensor {
  let { dtype, device } = options as { dtype?: DTypeLike; device?: string }
  if (target instanceof Tensor) {
    dtype = target.dtype
    device = target.device
  } else if (target instanceof DType) {
    dtype = target
  } else if (typeof target === 'string') {
    const named = dtypeNamed(target)
    if (named === null) device = target
    else dtype = named
  } else {
    ;({ dtype = dtype, device = device } = target as { dtype?: DTypeLike; device?: string })
  }
  const type = dtype === undefined ? undefined : promoteTypes(dtype, dtype)
  if (type !== undefined && !type.isFloatingPoint)
    throw new TypeError(
      `nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=${type.toString()}`,
    )
  const place = device === undefined ? {} : { device }
  return (x) => x.to(type === undefined || !x.isFloatingPoint() ? place : { ...place, dtype: type })
}
