/** The public list of `@tsorch/nn`. */
export * as func from './func/index.js'
export * as functional from './functional/index.js'
export * as init from './init/index.js'
export {
  GELU,
  GLU,
  LogSigmoid,
  Mish,
  ReLU,
  Sigmoid,
  SiLU,
  Softplus,
  Softsign,
  Tanh,
} from './layers/activation.js'
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from './layers/adaptive-pool.js'
export {
  AdaptiveLogSoftmaxWithLoss,
  type AdaptiveSoftmaxOptions,
  type AdaptiveSoftmaxOutput,
} from './layers/adaptive-softmax.js'
export { type AttendArguments, MultiheadAttention, type MultiheadAttentionOptions } from './layers/attention.js'
export { BatchNorm1d, BatchNorm2d, BatchNorm3d } from './layers/batch-norm.js'
export { ModuleDict, ModuleList, type NamedModules, Sequential } from './layers/containers.js'
export {
  Conv1d,
  Conv2d,
  Conv3d,
  type ConvLayerOptions,
  type Padding,
  type PaddingMode,
} from './layers/conv.js'
export {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvTransposeLayerOptions,
  type OutputSizeOptions,
} from './layers/conv-transpose.js'
export {
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  NLLLoss,
  NLLLoss2d,
} from './layers/cross-entropy.js'
export { CTCLoss } from './layers/ctc-loss.js'
export { CosineSimilarity, PairwiseDistance } from './layers/distance.js'
export {
  AlphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  type DropoutLayerOptions,
  FeatureAlphaDropout,
} from './layers/dropout.js'
export { Embedding, type EmbeddingLayerOptions, type PretrainedOptions } from './layers/embedding.js'
export {
  type BagArguments,
  type BagLayerOptions,
  EmbeddingBag,
  type PretrainedBagOptions,
} from './layers/embedding-bag.js'
export type { FactoryOptions } from './layers/factory.js'
export { Fold, Unfold } from './layers/fold.js'
export { FractionalMaxPool2d, FractionalMaxPool3d } from './layers/fractional-pool.js'
export {
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  ReLU6,
  Softshrink,
  Tanhshrink,
  Threshold,
} from './layers/hard-activation.js'
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from './layers/instance-norm.js'
export {
  LazyConv1d,
  LazyConv2d,
  LazyConv3d,
  LazyConvTranspose1d,
  LazyConvTranspose2d,
  LazyConvTranspose3d,
} from './layers/lazy-conv.js'
export { LazyLinear } from './layers/lazy-linear.js'
export {
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyBatchNorm3d,
  LazyInstanceNorm1d,
  LazyInstanceNorm2d,
  LazyInstanceNorm3d,
} from './layers/lazy-norm.js'
export { GaussianNLLLoss, KLDivLoss, PoissonNLLLoss } from './layers/likelihood-loss.js'
export {
  Bilinear,
  Flatten,
  type FlattenLayerOptions,
  Identity,
  Linear,
  type LinearOptions,
  Unflatten,
} from './layers/linear.js'
export { LinearCrossEntropyLoss, type LinearCrossEntropyLossOptions } from './layers/linear-cross-entropy.js'
export { CrossMapLRN2d, LocalResponseNorm } from './layers/local-response-norm.js'
export { LPPool1d, LPPool2d, LPPool3d } from './layers/lp-pool.js'
export {
  CosineEmbeddingLoss,
  HingeEmbeddingLoss,
  MarginRankingLoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  SoftMarginLoss,
} from './layers/margin-loss.js'
export type { NormLayerOptions } from './layers/norm-base.js'
export {
  GroupNorm,
  type GroupNormLayerOptions,
  LayerNorm,
  type LayerNormLayerOptions,
  RMSNorm,
  type RmsNormLayerOptions,
} from './layers/normalization.js'
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  type PaddingSizes,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from './layers/padding.js'
export { ParameterDict, ParameterList } from './layers/parameter-containers.js'
export {
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
} from './layers/pool.js'
export {
  CELU,
  ELU,
  LeakyReLU,
  PReLU,
  type PReluLayerOptions,
  RReLU,
  type RReluLayerOptions,
  SELU,
} from './layers/rectifier.js'
export { HuberLoss, type HuberLossOptions, L1Loss, MSELoss, SmoothL1Loss } from './layers/regression-loss.js'
export { GRU, LSTM, RNN } from './layers/rnn.js'
export { type LstmOptions, type RecurrentOptions, RNNBase, type RnnOptions } from './layers/rnn-base.js'
export { type CellOptions, GRUCell, LSTMCell, RNNCell, RNNCellBase, type RnnCellOptions } from './layers/rnn-cells.js'
export { ChannelShuffle, PixelShuffle, PixelUnshuffle } from './layers/shuffle.js'
export { type DimOptions, LogSoftmax, Softmax, Softmax2d, Softmin } from './layers/softmax.js'
export {
  type DecoderCall,
  type DecoderMasks,
  type EncoderCall,
  type EncoderMasks,
  Transformer,
  type TransformerCall,
  TransformerDecoder,
  TransformerEncoder,
  type TransformerEncoderOptions,
  type TransformerMasks,
  type TransformerOptions,
} from './layers/transformer.js'
export {
  type DecoderLayerCall,
  type DecoderLayerMasks,
  type EncoderLayerCall,
  type EncoderLayerMasks,
  type TransformerActivation,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerArguments,
  type TransformerLayerOptions,
} from './layers/transformer-layers.js'
export { TripletMarginLoss, TripletMarginWithDistanceLoss } from './layers/triplet-loss.js'
export {
  MaxUnpool1d,
  MaxUnpool2d,
  MaxUnpool3d,
  type MaxUnpoolLayerOptions,
  type UnpoolOutputSize,
} from './layers/unpool.js'
export {
  Upsample,
  type UpsampleLayerOptions,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
  type UpsamplingSize,
} from './layers/upsample.js'
export {
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  registerModuleFullBackwardHook,
  registerModuleFullBackwardPreHook,
} from './module/global-hooks.js'
export type {
  BackwardHook,
  BackwardPreHook,
  ForwardHook,
  ForwardHookOptions,
  ForwardPreHook,
  HookOptions,
  ModuleGrads,
  RemovableHandle,
} from './module/hooks.js'
export { snakeCase } from './module/keys.js'
export { type AnyModule, Layer, Module, type NamedOptions } from './module/module.js'
export type { LoadOptions, LoadReport, StateDict, StateDictOptions } from './module/state-dict.js'
export { Parameter } from './parameter.js'
export {
  ModelSummary,
  type SummaryInput,
  type SummaryOptions,
  type SummaryRow,
  summary,
} from './summary/summary.js'
export type { SummaryColumn, SummaryTableOptions } from './summary/table.js'
export {
  isLazy,
  type MaterializeOptions,
  UninitializedBuffer,
  type UninitializedOptions,
  UninitializedParameter,
} from './uninitialized.js'
export * as utils from './utils/index.js'
