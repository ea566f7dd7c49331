import { bindOptions, type Tensor, ValueError } from '@tsorch/core'
import { type AnyModule, BatchNorm2d, Conv2d, Dropout, init, Layer, Linear, ReLU, Sequential } from '@tsorch/nn'
import { resetLayers } from '../layers/reset-layers.js'
import { makeDivisible } from '../layers/widths.js'

/** The paper's 0.9997 is what remains of the old statistics. */
const momentum = 1 - 0.9997

/** Many channels between two narrow ends: expanded by 1x1, convolved channel by channel, projected by 1x1. */
class InvertedResidual extends Layer {
  layers: Sequential
  private readonly adds: boolean

  constructor(inChannels: number, outChannels: number, kernelSize: number, stride: number, expansion: number) {
    super()
    const hidden = inChannels * expansion
    this.adds = inChannels === outChannels && stride === 1
    this.layers = new Sequential(
      new Conv2d(inChannels, hidden, 1, { bias: false }),
      new BatchNorm2d(hidden, { momentum }),
      new ReLU({ inplace: true }),
      new Conv2d(hidden, hidden, kernelSize, {
        padding: Math.floor(kernelSize / 2),
        stride,
        groups: hidden,
        bias: false,
      }),
      new BatchNorm2d(hidden, { momentum }),
      new ReLU({ inplace: true }),
      new Conv2d(hidden, outChannels, 1, { bias: false }),
      new BatchNorm2d(outChannels, { momentum }),
    )
  }

  override forward(input: Tensor): Tensor {
    return this.adds ? this.layers(input).add(input) : this.layers(input)
  }
}

interface Stack {
  readonly kernelSize: number
  readonly stride: number
  readonly expansion: number
  readonly repeats: number
}

/** Blocks of which the first changes size and channels. */
function stack(from: number, to: number, { kernelSize, stride, expansion, repeats }: Stack): Sequential {
  const blocks = [new InvertedResidual(from, to, kernelSize, stride, expansion)]
  while (blocks.length < repeats) blocks.push(new InvertedResidual(to, to, kernelSize, 1, expansion))
  return new Sequential(...blocks)
}

/** Options of {@link MNASNet}. */
export interface MnasNetOptions {
  /** 1000 if not given. */
  numClasses?: number
  /** Probability before the classifier, 0.2 if not given. */
  dropout?: number
}

/**
 * MNASNet (variant B1), which was found by searching for a net that is fast on a phone.
 *
 * Input [N, 3, H, W] of any size, output [N, numClasses].
 *
 * @param alpha - factor of the number of channels
 * @throws ValueError if `alpha` is not positive
 * @see https://pytorch.org/vision/stable/models/mnasnet.html
 * @see https://arxiv.org/abs/1807.11626
 */
export class MNASNet extends Layer {
  layers: Sequential
  classifier: Sequential

  constructor(alpha: number, options: MnasNetOptions = {}) {
    super()
    const o = bindOptions<MnasNetOptions>('MNASNet', ['numClasses', 'dropout'], [options])
    const { numClasses = 1000, dropout = 0.2 } = o
    if (!(alpha > 0)) throw new ValueError(`alpha should be greater than 0.0 instead of ${alpha}`)
    const [d0, d1, d2, d3, d4, d5, d6, d7] = [32, 16, 24, 40, 80, 96, 192, 320].map((depth) =>
      makeDivisible(depth * alpha, 8),
    ) as [number, number, number, number, number, number, number, number]
    const norm = (channels: number): AnyModule => new BatchNorm2d(channels, { momentum })
    this.layers = new Sequential(
      new Conv2d(3, d0, 3, { padding: 1, stride: 2, bias: false }),
      norm(d0),
      new ReLU({ inplace: true }),
      new Conv2d(d0, d0, 3, { padding: 1, groups: d0, bias: false }),
      norm(d0),
      new ReLU({ inplace: true }),
      new Conv2d(d0, d1, 1, { bias: false }),
      norm(d1),
      stack(d1, d2, { kernelSize: 3, stride: 2, expansion: 3, repeats: 3 }),
      stack(d2, d3, { kernelSize: 5, stride: 2, expansion: 3, repeats: 3 }),
      stack(d3, d4, { kernelSize: 5, stride: 2, expansion: 6, repeats: 3 }),
      stack(d4, d5, { kernelSize: 3, stride: 1, expansion: 6, repeats: 2 }),
      stack(d5, d6, { kernelSize: 5, stride: 2, expansion: 6, repeats: 4 }),
      stack(d6, d7, { kernelSize: 3, stride: 1, expansion: 6, repeats: 1 }),
      new Conv2d(d7, 1280, 1, { bias: false }),
      norm(1280),
      new ReLU({ inplace: true }),
    )
    this.classifier = new Sequential(new Dropout({ p: dropout, inplace: true }), new Linear(1280, numClasses))
    resetLayers(this as never, (weight) => init.kaimingUniform_(weight, { mode: 'fan_out', nonlinearity: 'sigmoid' }))
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.layers(x).mean([2, 3]))
  }
}

/** {@link MNASNet} of half the width: 2.2 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.mnasnet0_5.html */
export function mnasnet0_5(options: MnasNetOptions = {}): MNASNet {
  return new MNASNet(0.5, options)
}

/** {@link MNASNet} of 0.75 times the width: 3.2 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.mnasnet0_75.html */
export function mnasnet0_75(options: MnasNetOptions = {}): MNASNet {
  return new MNASNet(0.75, options)
}

/** {@link MNASNet}: 4.4 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.mnasnet1_0.html */
export function mnasnet1_0(options: MnasNetOptions = {}): MNASNet {
  return new MNASNet(1, options)
}

/** {@link MNASNet} of 1.3 times the width: 6.3 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.mnasnet1_3.html */
export function mnasnet1_3(options: MnasNetOptions = {}): MNASNet {
  return new MNASNet(1.3, options)
}
