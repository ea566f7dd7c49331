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
export * as rnn from './rnn/index.js'
