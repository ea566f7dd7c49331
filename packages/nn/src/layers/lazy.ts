/** What the lazy layers have in common: they wait for their first input to know their sizes. */
import { noGrad, type Shape, type Tensor } from '@tsorch/core'
import type { AnyModule } from '../module/module.js'
import type { Parameter } from '../parameter.js'
import { isLazy, UninitializedBuffer, UninitializedParameter } from '../uninitialized.js'

/** A parameter without shape in the place of an empty one; null stays null. */
export function lazyParameter<T extends Parameter | null>(empty: T): T {
  if (empty === null) return empty
  return new UninitializedParameter({ device: empty.device, dtype: empty.dtype }) as never
}

/** A buffer without shape in the place of an empty one; null stays null. */
export function lazyBuffer(empty: Tensor | null): Tensor | null {
  return empty === null ? null : new UninitializedBuffer({ device: empty.device, dtype: empty.dtype })
}

/** Gives shapes to what has none yet; what was loaded has one. Says whether there was any. */
export function materializeAll(shapes: Iterable<readonly [Tensor | null, Shape]>): boolean {
  let any = false
  noGrad(() => {
    for (const [x, shape] of shapes) {
      if (!isLazy(x)) continue
      x.materialize(shape)
      any = true
    }
  })
  return any
}

/** Makes a lazy layer, which knows its sizes now, an ordinary one. */
export function become(layer: AnyModule, type: { readonly prototype: object }): void {
  Object.setPrototypeOf(layer, type.prototype)
}
