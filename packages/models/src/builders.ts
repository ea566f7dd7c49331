/** Networks by the names that torchvision gives them. */
import { alexnet } from './vision/alexnet.js'
import { convnextBase, convnextLarge, convnextSmall, convnextTiny } from './vision/convnext.js'
import { densenet121, densenet161, densenet169, densenet201 } from './vision/densenet.js'
import {
  efficientnetB0,
  efficientnetB1,
  efficientnetB2,
  efficientnetB3,
  efficientnetB4,
  efficientnetB5,
  efficientnetB6,
  efficientnetB7,
  efficientnetV2L,
  efficientnetV2M,
  efficientnetV2S,
} from './vision/efficientnets.js'
import { googlenet } from './vision/googlenet.js'
import { inceptionV3 } from './vision/inception.js'
import { maxvitT } from './vision/maxvit.js'
import { mnasnet0_5, mnasnet0_75, mnasnet1_0, mnasnet1_3 } from './vision/mnasnet.js'
import { mobilenetV2 } from './vision/mobilenetv2.js'
import { mobilenetV3Large, mobilenetV3Small } from './vision/mobilenetv3.js'
import {
  regnetX1_6gf,
  regnetX3_2gf,
  regnetX8gf,
  regnetX16gf,
  regnetX32gf,
  regnetX400mf,
  regnetX800mf,
  regnetY1_6gf,
  regnetY3_2gf,
  regnetY8gf,
  regnetY16gf,
  regnetY32gf,
  regnetY128gf,
  regnetY400mf,
  regnetY800mf,
} from './vision/regnets.js'
import {
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  resnext50_32x4d,
  resnext101_32x8d,
  resnext101_64x4d,
  wideResnet50_2,
  wideResnet101_2,
} from './vision/resnets.js'
import { shufflenetV2X0_5, shufflenetV2X1_0, shufflenetV2X1_5, shufflenetV2X2_0 } from './vision/shufflenetv2.js'
import { squeezenet1_0, squeezenet1_1 } from './vision/squeezenet.js'
import { swinB, swinS, swinT, swinV2B, swinV2S, swinV2T } from './vision/swin.js'
import { vgg11, vgg11Bn, vgg13, vgg13Bn, vgg16, vgg16Bn, vgg19, vgg19Bn } from './vision/vgg.js'
import { vitB16, vitB32, vitH14, vitL16, vitL32 } from './vision/vision-transformer.js'

/** What builds each network. */
export interface Builders {
  readonly alexnet: typeof alexnet
  readonly vgg11: typeof vgg11
  readonly vgg11_bn: typeof vgg11Bn
  readonly vgg13: typeof vgg13
  readonly vgg13_bn: typeof vgg13Bn
  readonly vgg16: typeof vgg16
  readonly vgg16_bn: typeof vgg16Bn
  readonly vgg19: typeof vgg19
  readonly vgg19_bn: typeof vgg19Bn
  readonly googlenet: typeof googlenet
  readonly inception_v3: typeof inceptionV3
  readonly resnet18: typeof resnet18
  readonly resnet34: typeof resnet34
  readonly resnet50: typeof resnet50
  readonly resnet101: typeof resnet101
  readonly resnet152: typeof resnet152
  readonly resnext50_32x4d: typeof resnext50_32x4d
  readonly resnext101_32x8d: typeof resnext101_32x8d
  readonly resnext101_64x4d: typeof resnext101_64x4d
  readonly wide_resnet50_2: typeof wideResnet50_2
  readonly wide_resnet101_2: typeof wideResnet101_2
  readonly squeezenet1_0: typeof squeezenet1_0
  readonly squeezenet1_1: typeof squeezenet1_1
  readonly densenet121: typeof densenet121
  readonly densenet161: typeof densenet161
  readonly densenet169: typeof densenet169
  readonly densenet201: typeof densenet201
  readonly mobilenet_v2: typeof mobilenetV2
  readonly mobilenet_v3_large: typeof mobilenetV3Large
  readonly mobilenet_v3_small: typeof mobilenetV3Small
  readonly shufflenet_v2_x0_5: typeof shufflenetV2X0_5
  readonly shufflenet_v2_x1_0: typeof shufflenetV2X1_0
  readonly shufflenet_v2_x1_5: typeof shufflenetV2X1_5
  readonly shufflenet_v2_x2_0: typeof shufflenetV2X2_0
  readonly mnasnet0_5: typeof mnasnet0_5
  readonly mnasnet0_75: typeof mnasnet0_75
  readonly mnasnet1_0: typeof mnasnet1_0
  readonly mnasnet1_3: typeof mnasnet1_3
  readonly efficientnet_b0: typeof efficientnetB0
  readonly efficientnet_b1: typeof efficientnetB1
  readonly efficientnet_b2: typeof efficientnetB2
  readonly efficientnet_b3: typeof efficientnetB3
  readonly efficientnet_b4: typeof efficientnetB4
  readonly efficientnet_b5: typeof efficientnetB5
  readonly efficientnet_b6: typeof efficientnetB6
  readonly efficientnet_b7: typeof efficientnetB7
  readonly efficientnet_v2_s: typeof efficientnetV2S
  readonly efficientnet_v2_m: typeof efficientnetV2M
  readonly efficientnet_v2_l: typeof efficientnetV2L
  readonly regnet_y_400mf: typeof regnetY400mf
  readonly regnet_y_800mf: typeof regnetY800mf
  readonly regnet_y_1_6gf: typeof regnetY1_6gf
  readonly regnet_y_3_2gf: typeof regnetY3_2gf
  readonly regnet_y_8gf: typeof regnetY8gf
  readonly regnet_y_16gf: typeof regnetY16gf
  readonly regnet_y_32gf: typeof regnetY32gf
  readonly regnet_y_128gf: typeof regnetY128gf
  readonly regnet_x_400mf: typeof regnetX400mf
  readonly regnet_x_800mf: typeof regnetX800mf
  readonly regnet_x_1_6gf: typeof regnetX1_6gf
  readonly regnet_x_3_2gf: typeof regnetX3_2gf
  readonly regnet_x_8gf: typeof regnetX8gf
  readonly regnet_x_16gf: typeof regnetX16gf
  readonly regnet_x_32gf: typeof regnetX32gf
  readonly convnext_tiny: typeof convnextTiny
  readonly convnext_small: typeof convnextSmall
  readonly convnext_base: typeof convnextBase
  readonly convnext_large: typeof convnextLarge
  readonly vit_b_16: typeof vitB16
  readonly vit_b_32: typeof vitB32
  readonly vit_l_16: typeof vitL16
  readonly vit_l_32: typeof vitL32
  readonly vit_h_14: typeof vitH14
  readonly swin_t: typeof swinT
  readonly swin_s: typeof swinS
  readonly swin_b: typeof swinB
  readonly swin_v2_t: typeof swinV2T
  readonly swin_v2_s: typeof swinV2S
  readonly swin_v2_b: typeof swinV2B
  readonly maxvit_t: typeof maxvitT
}

/** All of them. */
export const builders: Builders = {
  alexnet,
  vgg11,
  vgg11_bn: vgg11Bn,
  vgg13,
  vgg13_bn: vgg13Bn,
  vgg16,
  vgg16_bn: vgg16Bn,
  vgg19,
  vgg19_bn: vgg19Bn,
  googlenet,
  inception_v3: inceptionV3,
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  resnext50_32x4d,
  resnext101_32x8d,
  resnext101_64x4d,
  wide_resnet50_2: wideResnet50_2,
  wide_resnet101_2: wideResnet101_2,
  squeezenet1_0,
  squeezenet1_1,
  densenet121,
  densenet161,
  densenet169,
  densenet201,
  mobilenet_v2: mobilenetV2,
  mobilenet_v3_large: mobilenetV3Large,
  mobilenet_v3_small: mobilenetV3Small,
  shufflenet_v2_x0_5: shufflenetV2X0_5,
  shufflenet_v2_x1_0: shufflenetV2X1_0,
  shufflenet_v2_x1_5: shufflenetV2X1_5,
  shufflenet_v2_x2_0: shufflenetV2X2_0,
  mnasnet0_5,
  mnasnet0_75,
  mnasnet1_0,
  mnasnet1_3,
  efficientnet_b0: efficientnetB0,
  efficientnet_b1: efficientnetB1,
  efficientnet_b2: efficientnetB2,
  efficientnet_b3: efficientnetB3,
  efficientnet_b4: efficientnetB4,
  efficientnet_b5: efficientnetB5,
  efficientnet_b6: efficientnetB6,
  efficientnet_b7: efficientnetB7,
  efficientnet_v2_s: efficientnetV2S,
  efficientnet_v2_m: efficientnetV2M,
  efficientnet_v2_l: efficientnetV2L,
  regnet_y_400mf: regnetY400mf,
  regnet_y_800mf: regnetY800mf,
  regnet_y_1_6gf: regnetY1_6gf,
  regnet_y_3_2gf: regnetY3_2gf,
  regnet_y_8gf: regnetY8gf,
  regnet_y_16gf: regnetY16gf,
  regnet_y_32gf: regnetY32gf,
  regnet_y_128gf: regnetY128gf,
  regnet_x_400mf: regnetX400mf,
  regnet_x_800mf: regnetX800mf,
  regnet_x_1_6gf: regnetX1_6gf,
  regnet_x_3_2gf: regnetX3_2gf,
  regnet_x_8gf: regnetX8gf,
  regnet_x_16gf: regnetX16gf,
  regnet_x_32gf: regnetX32gf,
  convnext_tiny: convnextTiny,
  convnext_small: convnextSmall,
  convnext_base: convnextBase,
  convnext_large: convnextLarge,
  vit_b_16: vitB16,
  vit_b_32: vitB32,
  vit_l_16: vitL16,
  vit_l_32: vitL32,
  vit_h_14: vitH14,
  swin_t: swinT,
  swin_s: swinS,
  swin_b: swinB,
  swin_v2_t: swinV2T,
  swin_v2_s: swinV2S,
  swin_v2_b: swinV2B,
  maxvit_t: maxvitT,
}
