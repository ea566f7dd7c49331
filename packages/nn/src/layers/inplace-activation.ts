import { bindOptions } from '@tsorch/core'
import type { InplaceOptions } from '../functional/activation.js'
import { Layer } from '../module/module.js'

/** An activation whose only choice is whether it writes into its input. */
export abstract class InplaceActivation extends Layer {
  inplace: boolean

  constructor(inplace?: boolean | InplaceOptions) {
    super()
    this.inplace = bindOptions<InplaceOptions>(this.constructor.name, ['inplace'], [inplace]).inplace ?? false
  }

  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : ''
  }
}
