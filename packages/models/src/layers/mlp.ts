import { type AnyModule, Dropout, Linear, ReLU, Sequential } from '@tsorch/nn'
import { type ActivationLayer, make, type NormLayer } from './make.js'

/** Options of {@link MLP}. */
export interface MlpOptions {
  /** After each hidden linear layer; none if not given. */
  normLayer?: NormLayer
  /** After each hidden linear layer; ReLU if not given. */
  activationLayer?: ActivationLayer
  /** Whether activations and dropout write into their inputs; their own default if not given. */
  inplace?: boolean
  /** Whether linear layers have a bias; true if not given. */
  bias?: boolean
  /** Probability of dropout after each linear layer, 0 if not given. */
  dropout?: number
}

/**
 * Linear layers with activations and dropout between them: inChannels -> hiddenChannels[0] -> ... -> hiddenChannels.at(-1).
 *
 * @see https://pytorch.org/vision/stable/generated/torchvision.ops.MLP.html
 */
export class MLP extends Sequential {
  constructor(
    inChannels: number,
    hiddenChannels: readonly number[],
    { normLayer, activationLayer = ReLU, inplace, bias = true, dropout = 0 }: MlpOptions = {},
  ) {
    const options = inplace === undefined ? {} : { inplace }
    const layers: AnyModule[] = []
    let width = inChannels
    for (const hidden of hiddenChannels.slice(0, -1)) {
      layers.push(new Linear(width, hidden, { bias }))
      if (normLayer !== undefined) layers.push(make(normLayer, hidden))
      layers.push(inplace === undefined ? make(activationLayer) : make(activationLayer, { inplace }))
      layers.push(new Dropout(dropout, options))
      width = hidden
    }
    layers.push(new Linear(width, hiddenChannels.at(-1)!, { bias }), new Dropout(dropout, options))
    super(...layers)
  }
}
