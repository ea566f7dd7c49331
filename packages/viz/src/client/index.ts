/** The public list of the client. */
export type { HeatmapUpdate } from './bodies/heatmap.js'
export type { TraceUpdate } from './bodies/scatter.js'
export type { PlotlyFigure } from './bodies/text.js'
export type { WindowOptions } from './call.js'
export type { DeliveryStats } from './delivery.js'
export type { DataGetter } from './embeddings.js'
export { VisdomError } from './errors.js'
export type { LogEntry } from './offline-log.js'
export type { VisdomOptions } from './options.js'
export type {
  AudioOpts,
  AxisOpts,
  BarOpts,
  BoxplotOpts,
  DualAxisOpts,
  EmbeddingsOpts,
  GraphOpts,
  HeatmapOpts,
  HistogramOpts,
  ImageOpts,
  LineOpts,
  MeshOpts,
  PieOpts,
  PlotOpts,
  QuiverOpts,
  ScatterOpts,
  StemOpts,
  SunburstOpts,
  SurfaceOpts,
  TextOpts,
  TraceOpts,
  VideoOpts,
  WindowOpts,
} from './opts.js'
export type {
  AudioOptions,
  DrawOptions,
  GraphOptions,
  HeatmapOptions,
  ImagesOptions,
  LineOptions,
  MeshOptions,
  PlacedOptions,
  QuiverOptions,
  ScatterOptions,
  SunburstOptions,
  SvgOptions,
  TextOptions,
  VideoOptions,
} from './plots.js'
export { type EmbeddingsOptions, type EventHandler, Visdom, type VisdomStats } from './visdom.js'
