/** The residual networks by name. */
import { withFixed } from '../layers/make.js'
import { BasicBlock, Bottleneck, ResNet, type ResNetOptions } from './resnet.js'

/**
 * ResNet-18: 11.7 million parameters.
 *
 * @example
 * ```ts
 * const model = resnet18({ numClasses: 10 })
 * model(randn([2, 3, 224, 224])) // shape [2, 10]
 * ```
 * @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet18.html
 */
export function resnet18(options: ResNetOptions = {}): ResNet {
  return new ResNet(BasicBlock, [2, 2, 2, 2], options)
}

/** ResNet-34: 21.8 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet34.html */
export function resnet34(options: ResNetOptions = {}): ResNet {
  return new ResNet(BasicBlock, [3, 4, 6, 3], options)
}

/** ResNet-50: 25.6 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet50.html */
export function resnet50(options: ResNetOptions = {}): ResNet {
  return new ResNet(Bottleneck, [3, 4, 6, 3], options)
}

/** ResNet-101: 44.5 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet101.html */
export function resnet101(options: ResNetOptions = {}): ResNet {
  return new ResNet(Bottleneck, [3, 4, 23, 3], options)
}

/** ResNet-152: 60.2 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet152.html */
export function resnet152(options: ResNetOptions = {}): ResNet {
  return new ResNet(Bottleneck, [3, 8, 36, 3], options)
}

function resnext(
  layers: readonly [number, number, number, number],
  groups: number,
  widthPerGroup: number,
  options: ResNetOptions,
): ResNet {
  return new ResNet(Bottleneck, layers, withFixed(withFixed(options, 'groups', groups), 'widthPerGroup', widthPerGroup))
}

/**
 * ResNeXt-50 32x4d: 25 million parameters; the 3x3 convolutions in 32 groups.
 *
 * @throws ValueError for other `groups` or `widthPerGroup`
 * @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnext50_32x4d.html
 * @see https://arxiv.org/abs/1611.05431
 */
export function resnext50_32x4d(options: ResNetOptions = {}): ResNet {
  return resnext([3, 4, 6, 3], 32, 4, options)
}

/** ResNeXt-101 32x8d: 88.8 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnext101_32x8d.html */
export function resnext101_32x8d(options: ResNetOptions = {}): ResNet {
  return resnext([3, 4, 23, 3], 32, 8, options)
}

/** ResNeXt-101 64x4d: 83.5 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnext101_64x4d.html */
export function resnext101_64x4d(options: ResNetOptions = {}): ResNet {
  return resnext([3, 4, 23, 3], 64, 4, options)
}

/**
 * Wide ResNet-50-2: 68.9 million parameters; the 3x3 convolutions of twice as many channels.
 *
 * @throws ValueError for another `widthPerGroup`
 * @see https://pytorch.org/vision/stable/models/generated/torchvision.models.wide_resnet50_2.html
 * @see https://arxiv.org/abs/1605.07146
 */
export function wideResnet50_2(options: ResNetOptions = {}): ResNet {
  return new ResNet(Bottleneck, [3, 4, 6, 3], withFixed(options, 'widthPerGroup', 128))
}

/** Wide ResNet-101-2: 126.9 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.wide_resnet101_2.html */
export function wideResnet101_2(options: ResNetOptions = {}): ResNet {
  return new ResNet(Bottleneck, [3, 4, 23, 3], withFixed(options, 'widthPerGroup', 128))
}
