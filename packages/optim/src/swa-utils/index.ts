/** Averages over a training, `torch.optim.swa_utils`. */
export {
  type AvgFn,
  getEmaAvgFn,
  getEmaMultiAvgFn,
  getSwaAvgFn,
  getSwaMultiAvgFn,
  type MultiAvgFn,
  type NumAveraged,
} from './average.js'
export { AveragedModel, type AveragedModelOptions, type LoadReport, type Model } from './averaged-model.js'
export { SWALR, type SWALROptions } from './swa-lr.js'
export { type Normalised, updateBn } from './update-bn.js'
