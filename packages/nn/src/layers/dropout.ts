/** Dropout and its kin: they act while training, and pass on what they get in evaluation. */
import {
  alphaDropout,
  bindOptions,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  featureAlphaDropout,
  type Tensor,
  ValueError,
} from '@tsorch/core'
import { Layer } from '../module/module.js'
import { bool, float } from './python-text.js'

/** Options of the dropout layers. */
export interface DropoutLayerOptions {
  /** Probability of an element (or channel) to be zeroed, 0.5 if not given. */
  p?: number
  /** Writes into the input. */
  inplace?: boolean
}

/** What all dropout layers have in common. */
export abstract class DropoutNd extends Layer {
  p: number
  inplace: boolean

  constructor(p?: number | DropoutLayerOptions, inplace?: boolean | DropoutLayerOptions) {
    super()
    const o = bindOptions<DropoutLayerOptions>(this.constructor.name, ['p', 'inplace'], [p, inplace])
    this.p = o.p ?? 0.5
    this.inplace = o.inplace ?? false
    if (!(this.p >= 0 && this.p <= 1))
      throw new ValueError(`dropout probability has to be between 0 and 1, but got ${this.p}`)
  }

  override extraRepr(): string {
    return `p=${float(this.p)}, inplace=${bool(this.inplace)}`
  }
}

/**
 * Zeroes elements with probability `p`, and scales the others by `1 / (1 - p)`.
 *
 * @throws ValueError for `p` outside [0, 1]
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 */
export class Dropout extends DropoutNd {
  override forward(input: Tensor): Tensor {
    return dropout(input, this.p, this.training, this.inplace)
  }
}

/** Zeroes whole channels of [N, C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout1d.html */
export class Dropout1d extends DropoutNd {
  override forward(input: Tensor): Tensor {
    return dropout1d(input, this.p, this.training, this.inplace)
  }
}

/** Zeroes whole channels of [N, C, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html */
export class Dropout2d extends DropoutNd {
  override forward(input: Tensor): Tensor {
    return dropout2d(input, this.p, this.training, this.inplace)
  }
}

/** Zeroes whole channels of [N, C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout3d.html */
export class Dropout3d extends DropoutNd {
  override forward(input: Tensor): Tensor {
    return dropout3d(input, this.p, this.training, this.inplace)
  }
}

/** Dropout that keeps mean and variance of SELU networks. @see https://pytorch.org/docs/stable/generated/torch.nn.AlphaDropout.html */
export class AlphaDropout extends DropoutNd {
  override forward(input: Tensor): Tensor {
    return alphaDropout(input, this.p, this.training, this.inplace)
  }
}

/** {@link AlphaDropout} of whole channels. @see https://pytorch.org/docs/stable/generated/torch.nn.FeatureAlphaDropout.html */
export class FeatureAlphaDropout extends DropoutNd {
  override forward(input: Tensor): Tensor {
    return featureAlphaDropout(input, this.p, this.training, this.inplace)
  }
}
