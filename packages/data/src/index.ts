/** The public list of `@tsorch/data`. */
export { defaultCollate } from './collate.js'
export { Dataset, Subset, TensorDataset } from './dataset.js'
export { DataLoader, type DataLoaderOptions } from './loader.js'
export { BatchSampler, RandomSampler, type Sampler, SequentialSampler, type Sized } from './samplers.js'
