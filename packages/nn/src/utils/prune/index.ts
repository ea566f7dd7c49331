/** `nn.utils.prune`: parameters with elements that are held at zero. */
export { BasePruningMethod, type PruneOptions, PruningContainer, type PruningType } from './base.js'
export {
  customFromMask,
  globalUnstructured,
  identity,
  isPruned,
  l1Unstructured,
  lnStructured,
  type ModuleParameter,
  randomStructured,
  randomUnstructured,
  remove,
} from './functions.js'
export {
  CustomFromMask,
  Identity,
  L1Unstructured,
  LnStructured,
  RandomStructured,
  RandomUnstructured,
} from './methods.js'
