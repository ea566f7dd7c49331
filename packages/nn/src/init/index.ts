/** `nn.init`: initialisation of parameters in place, with PyTorch's numbers for a seed. */
export {
  constant_,
  type GeneratorOptions,
  type NormalInitOptions,
  normal_,
  ones_,
  type UniformOptions,
  uniform_,
  zeros_,
} from './fill.js'
export { dirac_, eye_, orthogonal_, type SparseOptions, sparse_ } from './matrix.js'
export { type TruncNormalOptions, truncNormal_ } from './truncated.js'
export {
  calculateFanInAndFanOut,
  calculateFanInAndFanOut as _calculateFanInAndFanOut,
  calculateGain,
  type KaimingOptions,
  kaimingNormal_,
  kaimingUniform_,
  type Nonlinearity,
  type XavierOptions,
  xavierNormal_,
  xavierUniform_,
} from './variance.js'
