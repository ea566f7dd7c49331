/** TensorBoard's event files, written and read. */
export type {
  Histogram,
  SummaryAudio,
  SummaryEvent,
  SummaryImage,
  SummaryMetadata,
  SummaryTensor,
  SummaryValue,
  TensorDtype,
} from './event.js'
export type { HistogramBins } from './histogram.js'
export type { Hparam } from './hparams.js'
export { type EventSource, readEvents } from './read-events.js'
export { type Logged, type LoggedByTag, type Run, readRun, readRuns } from './read-run.js'
export {
  type EmbeddingOptions,
  type HistogramOptions,
  type HparamsOptions,
  type ImageOptions,
  type LogOptions,
  type PrCurveOptions,
  SummaryWriter,
  type SummaryWriterOptions,
} from './summary-writer.js'
export type { NestedNumbers, NumberArray, Values } from './values.js'
