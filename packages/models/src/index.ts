/** The public list of `@tsorch/models`. */
export type { Builders } from './builders.js'
export { DenselyConnectedNet, type DenselyConnectedNetOptions } from './course/densely-connected-net.js'
export { ConvolutionalNet, DeepConvolutionalNet, FullyConnectedNet } from './course/digits.js'
export { InceptionModule, InceptionNet } from './course/inception-net.js'
export {
  type DiabetesActivation,
  DiabetesNet,
  type DiabetesNetOptions,
  LinearRegression,
  LogisticRegression,
  type RegressionOptions,
} from './course/linear.js'
export { RNNClassifier, type RNNClassifierOptions } from './course/names-classifier.js'
export {
  ConstantScalingBlock,
  ConvShortcutBlock,
  PreActivationBlock,
  ResidualBlock,
  ResidualNet,
  type ResidualNetOptions,
} from './course/residual-net.js'
export {
  EmbeddingModel,
  type EmbeddingModelOptions,
  RNNCellModel,
  RNNModel,
  type RNNModelOptions,
  type SequenceOptions,
} from './course/sequence.js'
export { Conv2dNormActivation, type Conv2dNormActivationOptions } from './layers/conv-norm-activation.js'
export type { ActivationLayer, Maker, NormLayer } from './layers/make.js'
export { MLP, type MlpOptions } from './layers/mlp.js'
export { Permute } from './layers/permute.js'
export type { RecurrentName, RecurrentState } from './layers/recurrent.js'
export { SqueezeExcitation, type SqueezeExcitationOptions } from './layers/squeeze-excitation.js'
export { StochasticDepth } from './layers/stochastic-depth.js'
export { LeNet5, type LeNet5Options, type LeNetActivation, type LeNetPooling } from './lenet.js'
export {
  getModel,
  type ListModelsOptions,
  listModels,
  type ModelName,
  type ModelOf,
  type ModelOptions,
} from './registry.js'
export {
  CharLanguageModel,
  type CharLanguageModelOptions,
  detachState,
  type GenerateOptions,
} from './text/char-language-model.js'
export { Vocabulary } from './text/vocabulary.js'
export { AlexNet, type AlexNetOptions, alexnet } from './vision/alexnet.js'
export {
  ConvNeXt,
  type ConvNeXtOptions,
  type ConvNeXtStage,
  convnextBase,
  convnextLarge,
  convnextSmall,
  convnextTiny,
} from './vision/convnext.js'
export { DenseBlock, type DenseLayerOptions, Transition } from './vision/dense-block.js'
export {
  DenseNet,
  type DenseNetOptions,
  type DenseNetVariantOptions,
  densenet121,
  densenet161,
  densenet169,
  densenet201,
} from './vision/densenet.js'
export { EfficientNet, type EfficientNetOptions } from './vision/efficientnet.js'
export {
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
export { GoogLeNet, type GoogLeNetOptions, type GoogLeNetOutputs, googlenet } from './vision/googlenet.js'
export { Inception3, type Inception3Options, type InceptionOutputs, inceptionV3 } from './vision/inception.js'
export { MaxVit, type MaxVitDesign, type MaxVitOptions, maxvitT } from './vision/maxvit.js'
export type { MBConvStage } from './vision/mbconv.js'
export { MNASNet, type MnasNetOptions, mnasnet0_5, mnasnet0_75, mnasnet1_0, mnasnet1_3 } from './vision/mnasnet.js'
export {
  type InvertedResidualSetting,
  MobileNetV2,
  type MobileNetV2Options,
  mobilenetV2,
} from './vision/mobilenetv2.js'
export {
  MobileNetV3,
  type MobileNetV3Block,
  type MobileNetV3Options,
  type MobileNetV3VariantOptions,
  mobilenetV3Large,
  mobilenetV3Small,
} from './vision/mobilenetv3.js'
export { RegNet, type RegNetOptions } from './vision/regnet.js'
export type { RegNetDesign } from './vision/regnet-stages.js'
export {
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
export {
  BasicBlock,
  Bottleneck,
  ResNet,
  type ResNetBlock,
  type ResNetBlockOptions,
  type ResNetOptions,
} from './vision/resnet.js'
export {
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
export {
  ShuffleNetV2,
  type ShuffleNetV2Options,
  shufflenetV2X0_5,
  shufflenetV2X1_0,
  shufflenetV2X1_5,
  shufflenetV2X2_0,
} from './vision/shufflenetv2.js'
export { SqueezeNet, type SqueezeNetOptions, squeezenet1_0, squeezenet1_1 } from './vision/squeezenet.js'
export {
  type SwinDesign,
  type SwinOptions,
  SwinTransformer,
  swinB,
  swinS,
  swinT,
  swinV2B,
  swinV2S,
  swinV2T,
} from './vision/swin.js'
export { VGG, type VggOptions, vgg11, vgg11Bn, vgg13, vgg13Bn, vgg16, vgg16Bn, vgg19, vgg19Bn } from './vision/vgg.js'
export {
  type ConvStemConfig,
  VisionTransformer,
  type VisionTransformerDesign,
  type VisionTransformerOptions,
  vitB16,
  vitB32,
  vitH14,
  vitL16,
  vitL32,
} from './vision/vision-transformer.js'
