/** `nn.utils` */
export {
  clipGradNorm_,
  clipGradsWithNorm_,
  clipGradValue_,
  getTotalNorm,
  type NormOptions,
  type Tensors,
} from './clip-grad.js'
export { parametersToVector, vectorToParameters } from './convert-parameters.js'
export {
  type BatchNormLike,
  fuseConvBnEval,
  fuseConvBnWeights,
  fuseLinearBnEval,
  fuseLinearBnWeights,
} from './fusion.js'
export * as parametrizations from './parametrizations.js'
export * as parametrize from './parametrize/index.js'
export * as prune from './prune/index.js'
export * as rnn from './rnn/index.js'
export { skipInit } from './skip-init.js'
export { removeSpectralNorm, type SpectralNormOptions, spectralNorm } from './spectral-norm.js'
export * as stateless from './stateless.js'
export { removeWeightNorm, type WeightNormOptions, weightNorm } from './weight-norm.js'
