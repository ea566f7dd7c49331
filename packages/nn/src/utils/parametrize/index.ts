/** `nn.utils.parametrize`: tensors that are computed from others. */
export { type Parametrization, ParametrizationList } from './list.js'
export {
  cached,
  isParametrized,
  registerParametrization,
  removeParametrizations,
  transferParametrizationsAndParams,
  typeBeforeParametrizations,
} from './register.js'
