import { type AnyModule, BatchNorm2d, Conv2d, GroupNorm, init, Linear, type Parameter } from '@tsorch/nn'
import { zeroBias } from './zero-bias.js'

/**
 * How most small convolutional networks of torchvision begin: convolutions by He et al.'s normal distribution of their fan out,
 * normalisation as always, fully connected layers as `draw` says, biases at zero.
 *
 * @see https://arxiv.org/abs/1502.01852
 */
export function resetLayers(model: AnyModule, draw: (weight: Parameter) => void): void {
  for (const m of model.modules()) {
    if (m instanceof Conv2d) {
      init.kaimingNormal_(m.weight, { mode: 'fan_out' })
      zeroBias(m)
    } else if (m instanceof BatchNorm2d || m instanceof GroupNorm) {
      m.resetParameters()
    } else if (m instanceof Linear) {
      draw(m.weight)
      zeroBias(m)
    }
  }
}
