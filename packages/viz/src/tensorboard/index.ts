/** TensorBoard's event files, written and read. */
export type { CustomChart, CustomScalarsLayout } from './custom-scalars.js'
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
export type { Graph, GraphNode } from './graph.js'
export type { HistogramBins } from './histogram.js'
export type { Hparam } from './hparams.js'
export { type EventSource, readEvents } from './read-events.js'
export { type Logged, type LoggedByTag, type Run, readRun, readRuns } from './read-run.js'
export {
  type AudioOptions,
  type CustomChartOptions,
  type EmbeddingOptions,
  type HistogramOptions,
  type HparamsOptions,
  type ImageOptions,
  type LogOptions,
  type MeshOptions,
  type PrCurveOptions,
  SummaryWriter,
  type SummaryWriterOptions,
  type VideoOptions,
} from './summary-writer.js'
export type { NestedNumbers, NumberArray, Values } from './values.js'
