/** The public list of `@tsorch/data`. */
export { type Collated, defaultCollate } from './collate.js'
export { ChainDataset, ConcatDataset, StackDataset, type Stacked, type StackedSample } from './combined.js'
export { CSVDataset, type CSVDatasetOptions, type CsvColumns } from './csv/dataset.js'
export { type CsvDType, type CsvOptions, loadCsv } from './csv/load.js'
export { type LoadtxtOptions, loadtxt } from './csv/loadtxt.js'
export type { MissingRule } from './csv/missing.js'
export type { CsvSource } from './csv/source.js'
export { CsvTable, type CsvTensorOptions } from './csv/table.js'
export { Dataset, IterableDataset, Subset } from './dataset.js'
export { DistributedSampler, type DistributedSamplerOptions } from './distributed-sampler.js'
export { DataLoader, type DataLoaderConstructor, type DataLoaderOptions } from './loader.js'
export type { LoaderState } from './loader-state.js'
export {
  type GeneratorOptions,
  RandomSampler,
  type RandomSamplerOptions,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from './random-samplers.js'
export { randomSplit } from './random-split.js'
export { BatchSampler, type Sampler, SequentialSampler, type Sized } from './samplers.js'
export type { LoaderStats } from './stats.js'
export { TensorDataset } from './tensor-dataset.js'
export type { WorkerSource } from './workers/channel.js'
export { portable } from './workers/portable.js'
export { getWorkerInfo, type WorkerInfo } from './workers/worker-info.js'
