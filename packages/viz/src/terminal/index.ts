/** Training on a terminal: progress, plots and pictures in characters. All but progress give strings. */

export { type HistogramOptions, histogram } from './histogram.js'
export { type LinePlotOptions, linePlot, type Series } from './line-plot.js'
export { type LossWatch, type LossWatchOptions, lossWatch } from './loss-watch.js'
export {
  type CaptionedPicture,
  type ImageLike,
  type Picturable,
  type PictureGridOptions,
  type PictureOptions,
  picture,
  pictureGrid,
  type TensorLike,
} from './picture.js'
export { type AsyncProgress, Progress, type ProgressOptions, progress } from './progress.js'
export { ProgressBar, type ProgressBarOptions, type ProgressMode } from './progress-bar.js'
export type { Metrics, ProgressState } from './progress-line.js'
export { type SparklineOptions, sparkline } from './sparkline.js'
export { type Environment, hasColor, isCI, isInteractive, type TerminalStream } from './stream.js'
export { visibleWidth } from './text.js'
export type { Values } from './values.js'
