import type { Tensor } from '@tsorch/core'
import { MultiheadAttention } from '../layers/attention.js'
import { ConvNd } from '../layers/conv.js'
import { Embedding } from '../layers/embedding.js'
import { EmbeddingBag } from '../layers/embedding-bag.js'
import { Bilinear, Linear } from '../layers/linear.js'
import { RNNBase } from '../layers/rnn-base.js'
import { RNNCellBase } from '../layers/rnn-cells.js'
import type { AnyModule } from '../module/module.js'

/**
 * Multiply-adds of a layer that gave `output`: how many parameters it has, biases too, times at how many positions it uses
 * them. What has no parameters has none.
 */
export function multAddsOf(module: AnyModule, output: Tensor): number {
  let parameters = 0
  for (const parameter of module.parameters()) parameters += parameter.count
  if (parameters === 0) return 0
  return parameters * positions(module, output)
}

/** At how many positions the parameters are used. */
function positions(module: AnyModule, output: Tensor): number {
  if (module instanceof ConvNd) return output.count / module.outChannels
  const isRow =
    module instanceof Linear ||
    module instanceof Bilinear ||
    module instanceof RNNBase ||
    module instanceof RNNCellBase ||
    module instanceof MultiheadAttention
  if (isRow) return output.count / (output.shape.at(-1) ?? 1)
  // looking up multiplies nothing
  if (module instanceof Embedding || module instanceof EmbeddingBag) return 0
  // normalisation and the like: once a sample
  return output.shape[0] ?? 1
}
