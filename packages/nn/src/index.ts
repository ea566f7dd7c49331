/** The public list of `@tsorch/nn`. */
export * as functional from './functional/index.js'
export * as init from './init/index.js'
export {
  type DimOptions,
  LeakyReLU,
  type LeakyReluLayerOptions,
  LogSoftmax,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softmax2d,
  Softmin,
  Tanh,
} from './layers/activation.js'
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
  AlphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  type DropoutLayerOptions,
  FeatureAlphaDropout,
} from './layers/dropout.js'
export { Embedding, type EmbeddingLayerOptions, type PretrainedOptions } from './layers/embedding.js'
export type { FactoryOptions } from './layers/factory.js'
export {
  Bilinear,
  Flatten,
  type FlattenLayerOptions,
  Identity,
  Linear,
  type LinearOptions,
  Unflatten,
} from './layers/linear.js'
export {
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  L1Loss,
  MSELoss,
  NLLLoss,
  NLLLoss2d,
} from './layers/loss.js'
export { ParameterDict, ParameterList } from './layers/parameter-containers.js'
export { AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d } from './layers/pool.js'
export { GRU, LSTM, RNN } from './layers/rnn.js'
export { type LstmOptions, type RecurrentOptions, RNNBase, type RnnOptions } from './layers/rnn-base.js'
export { type CellOptions, GRUCell, LSTMCell, RNNCell, RNNCellBase, type RnnCellOptions } from './layers/rnn-cells.js'
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
export * as utils from './utils/index.js'
