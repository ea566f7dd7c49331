import type { ModuleLike } from '../graph/model.js'
import { checkModel } from '../graph/model.js'
import { audioValue } from './audio.js'
import { type CustomScalarsLayout, customScalarsValue } from './custom-scalars.js'
import { type EmbeddingParts, writeEmbedding, writeProjectorConfig } from './embedding.js'
import type { SummaryEvent, SummaryValue } from './event.js'
import { EventFile, type EventFileSettings } from './event-file.js'
import { graphEvents, graphOf } from './graph.js'
import { type HistogramBins, makeHistogram } from './histogram.js'
import { type Hparam, hparamValues } from './hparams.js'
import { type MeshParts, meshValues } from './mesh.js'
import { builtin, pathOf } from './node.js'
import { timeName } from './run-name.js'
import {
  curveValue,
  imageValue,
  prCurveValue,
  type ScalarStyle,
  scalarValue,
  tensorValue,
  textValue,
} from './summaries.js'
import { describe, readValues, type Values } from './values.js'
import { videoValue } from './video.js'

/** Options of {@link SummaryWriter}. */
export interface SummaryWriterOptions {
  /** Added to the name of the default folder. Default: nothing. */
  comment?: string
  /** Where a restarted training goes on: what an earlier file in the folder holds from this step on is no longer shown. */
  purgeStep?: number | null
  /** Records that wait in memory before they are written. Default: 10. */
  maxQueue?: number
  /** Seconds that a record waits at most. Default: 120. */
  flushSecs?: number
  /** Added to the names of event files. Default: nothing. */
  filenameSuffix?: string
}

/** Options of all methods that log something at a step. */
export interface LogOptions {
  /** The step of the training; what is logged without one counts as step 0. */
  globalStep?: number | bigint | null
  /** When it happened, in seconds since 1970. Default: now. */
  walltime?: number | null
}

/** The step by itself, or options. */
type StepOrOptions<Options> = number | bigint | null | (LogOptions & Options)

/** Options of {@link SummaryWriter.addHistogram}. */
export interface HistogramOptions {
  /** `'tensorflow'` (default), a rule of NumPy's, the number of bins, or their edges. */
  bins?: HistogramBins
  /** More bins than this are put together. Default: any number. */
  maxBins?: number | null
}

/** Options of {@link SummaryWriter.addImage} and {@link SummaryWriter.addImages}. */
export interface ImageOptions {
  /** What the dimensions are, a letter each. */
  dataformats?: string
}

/** Options of {@link SummaryWriter.addPrCurve}. */
export interface PrCurveOptions {
  /** Points of the curve, 127 at most. Default: 127. */
  numThresholds?: number
  /** How much each prediction counts. Default: 1. */
  weights?: Values | null
}

/** Options of {@link SummaryWriter.addAudio}. */
export interface AudioOptions {
  /** In Hz. Default: 44100. */
  sampleRate?: number
}

/** Options of {@link SummaryWriter.addVideo}. */
export interface VideoOptions {
  /** Frames a second. Default: 4. */
  fps?: number
}

/** Options of {@link SummaryWriter.addMesh}. */
export interface MeshOptions extends MeshParts {}

/** Options of {@link SummaryWriter.addCustomScalarsMultilinechart} and {@link SummaryWriter.addCustomScalarsMarginchart}. */
export interface CustomChartOptions {
  /** Default: `'default'`. */
  category?: string
  /** Default: `'untitled'`. */
  title?: string
}

/** Options of {@link SummaryWriter.addHparams}. */
export interface HparamsOptions {
  /** All values that a hyperparameter can have. */
  hparamDomainDiscrete?: Readonly<Record<string, readonly (string | number | boolean)[]>>
  /** The folder of this run in that of the writer. Default: the time. */
  runName?: string | null
  globalStep?: number | bigint | null
}

/** Options of {@link SummaryWriter.addEmbedding}. */
export interface EmbeddingOptions extends Partial<EmbeddingParts> {
  globalStep?: number | null
  /** The name of the embedding. Default: `'default'`. */
  tag?: string
}

/** `runs/May04_22-14-54_HOST`, with the comment at its end. */
function defaultLogDir(comment: string): string {
  const host = builtin('node:os', 'SummaryWriter').hostname()
  const name = `${timeName(new Date())}_${host}${comment}`
  return builtin('node:path', 'SummaryWriter').join('runs', name)
}

/**
 * Logs a training for TensorBoard: scalars, histograms, images, text and more, in an event file that `tensorboard --logdir runs`
 * shows while it grows. The methods return at once; records are written in the background, and by {@link flush},
 * {@link close} and the end of the program. Values may be tensors (of any device that can be read synchronously) or arrays.
 *
 * @example
 * ```ts
 * import { SummaryWriter } from '@tsorch/viz'
 *
 * const writer = new SummaryWriter('runs/digits')
 * for (let step = 0; step < 100; step++) writer.addScalar('loss/train', 1 / (step + 1), step)
 * writer.close()
 * ```
 * @see https://docs.pytorch.org/docs/stable/tensorboard.html
 */
export class SummaryWriter {
  /** The folder of the run. */
  readonly logDir: string
  readonly #settings: EventFileSettings
  #purgeStep: number | null
  /** The writer's own file and, by their folders, those of {@link addScalars}. */
  #files: Map<string, EventFile> | null = null
  readonly #embeddings: string[] = []

  /**
   * Creates the folder and an event file in it.
   *
   * @param logDir default: `runs/DATE_HOST`, a new folder for each run
   * @throws Error where there are no files (in browsers), or from the file system
   */
  constructor(logDir?: string | URL | null | SummaryWriterOptions, options: SummaryWriterOptions = {}) {
    const isPath = typeof logDir === 'string' || logDir instanceof URL
    const o = isPath || logDir === null || logDir === undefined ? options : logDir
    const { comment = '', purgeStep = null, maxQueue = 10, flushSecs = 120, filenameSuffix = '' } = o
    this.logDir = isPath && logDir !== '' ? pathOf(logDir) : defaultLogDir(comment)
    this.#settings = { maxQueue, flushSecs, filenameSuffix }
    this.#purgeStep = purgeStep
    this.#file()
  }

  /** The folder of the run. */
  getLogdir(): string {
    return this.logDir
  }

  /**
   * Logs a number.
   *
   * @param value a number or a tensor of one element
   * @throws TypeError for anything else
   */
  addScalar(tag: string, value: Values | bigint, step?: StepOrOptions<Partial<ScalarStyle>>): void {
    const { newStyle = false, doublePrecision = false } = optionsOf(step)
    this.#add('addScalar', step, scalarValue('addScalar', tag, value, { newStyle, doublePrecision }))
  }

  /**
   * Logs numbers that TensorBoard shows in one chart. Each of them gets a run of its own, in a folder `MAINTAG_TAG` of the
   * writer's.
   */
  addScalars(mainTag: string, values: Readonly<Record<string, Values | bigint>>, step?: StepOrOptions<unknown>): void {
    const style = { newStyle: false, doublePrecision: false }
    const event = eventAt('addScalars', step)
    const logged = Object.entries(values).map(
      ([tag, value]) => [tag, scalarValue('addScalars', mainTag, value, style)] as const,
    )
    this.#file()
    const files = this.#files!
    for (const [tag, value] of logged) {
      const folder = `${this.logDir}/${mainTag.replaceAll('/', '_')}_${tag}`
      let file = files.get(folder)
      if (file === undefined) {
        file = new EventFile(folder, this.#settings)
        files.set(folder, file)
      }
      file.add({ ...event, summary: [value] })
    }
  }

  /**
   * Logs how values are distributed.
   *
   * @throws RangeError if there are no values, or no bins can be made of them
   */
  addHistogram(tag: string, values: Values, step?: StepOrOptions<HistogramOptions>): void {
    const { bins = 'tensorflow', maxBins = null } = optionsOf(step)
    const { data } = readValues('addHistogram', values)
    this.#add('addHistogram', step, { tag, histogram: makeHistogram(data, bins, maxBins) })
  }

  /**
   * Logs a histogram that is there already: `bucketCounts[i]` values lie between `bucketLimits[i - 1]` and `bucketLimits[i]`.
   *
   * @throws RangeError if limits and counts are not as many
   */
  addHistogramRaw(
    tag: string,
    histogram: {
      min: number
      max: number
      num: number
      sum: number
      sumSquares: number
      bucketLimits: ArrayLike<number>
      bucketCounts: ArrayLike<number>
    },
    step?: StepOrOptions<unknown>,
  ): void {
    const { bucketLimits, bucketCounts, min, max, num, sum, sumSquares } = histogram
    if (bucketLimits.length !== bucketCounts.length)
      throw new RangeError(
        `addHistogramRaw: len(bucketLimits) != len(bucketCounts): ${bucketLimits.length} and ${bucketCounts.length}`,
      )
    const [bucketLimit, bucket] = [Array.from(bucketLimits), Array.from(bucketCounts)]
    this.#add('addHistogramRaw', step, { tag, histogram: { min, max, num, sum, sumSquares, bucketLimit, bucket } })
  }

  /**
   * Logs an image: of uint8 with values to 255, of any other type with values from 0 to 1.
   *
   * @param image shape `[C, H, W]` with 1, 3 or 4 channels, or what `dataformats` says: `'HWC'`, `'HW'`
   * @throws RangeError if the shape does not fit
   */
  addImage(tag: string, image: Values, step?: StepOrOptions<ImageOptions>): void {
    const { dataformats = 'CHW' } = optionsOf(step)
    this.#add('addImage', step, imageValue('addImage', tag, image, dataformats))
  }

  /**
   * Logs images in a grid, eight in a row.
   *
   * @param images shape `[N, C, H, W]` with 1 or 3 channels, or what `dataformats` says: `'NHWC'`
   */
  addImages(tag: string, images: Values, step?: StepOrOptions<ImageOptions>): void {
    const { dataformats = 'NCHW' } = optionsOf(step)
    this.#add('addImages', step, imageValue('addImages', tag, images, dataformats))
  }

  /**
   * Logs a sound.
   *
   * @param sound shape `[1, L]` or `[L]`, values from -1 to 1; what is outside of that is cut off
   * @throws RangeError for more channels than one
   */
  addAudio(tag: string, sound: Values, step?: StepOrOptions<AudioOptions>): void {
    const { sampleRate = 44100 } = optionsOf(step)
    this.#add('addAudio', step, audioValue(tag, sound, sampleRate))
  }

  /**
   * Logs a film as an animated GIF. Several films are put side by side.
   *
   * @param video shape `[N, T, C, H, W]`, with 1 or 3 channels; of uint8 with values to 255, of any other type with values from 0 to 1
   * @throws RangeError if the shape does not fit
   */
  addVideo(tag: string, video: Values, step?: StepOrOptions<VideoOptions>): void {
    const { fps = 4 } = optionsOf(step)
    this.#add('addVideo', step, videoValue(tag, video, fps))
  }

  /**
   * Logs meshes, or clouds of points if there are no faces.
   *
   * @param vertices shape `[B, N, 3]`
   * @throws RangeError if a shape does not fit
   */
  addMesh(tag: string, vertices: Values, step?: StepOrOptions<MeshOptions>): void {
    this.#file().add({ ...eventAt('addMesh', step), summary: meshValues(tag, vertices, optionsOf(step)) })
  }

  /** Logs text, which TensorBoard shows as Markdown. */
  addText(tag: string, text: string, step?: StepOrOptions<unknown>): void {
    this.#add('addText', step, textValue(tag, text))
  }

  /** Logs a whole tensor. @throws TypeError for float16 and bfloat16 */
  addTensor(tag: string, tensor: Values, step?: StepOrOptions<unknown>): void {
    this.#add('addTensor', step, tensorValue(tag, tensor))
  }

  /**
   * Logs the precision-recall curve of a classifier of two classes.
   *
   * @param labels 0 or 1 for each element
   * @param predictions how probable 1 is, between 0 and 1
   * @throws RangeError if they are not as many
   */
  addPrCurve(tag: string, labels: Values, predictions: Values, step?: StepOrOptions<PrCurveOptions>): void {
    const { numThresholds = 127, weights = null } = optionsOf(step)
    this.#add('addPrCurve', step, prCurveValue(tag, labels, predictions, numThresholds, weights))
  }

  /** Logs a precision-recall curve that is there already, each part with one number a threshold. */
  addPrCurveRaw(
    tag: string,
    curve: {
      truePositiveCounts: Values
      falsePositiveCounts: Values
      trueNegativeCounts: Values
      falseNegativeCounts: Values
      precision: Values
      recall: Values
    },
    step?: StepOrOptions<unknown>,
  ): void {
    const row = (values: Values): Float64Array => Float64Array.from(readValues('addPrCurveRaw', values).data)
    const value = curveValue(tag, {
      truePositives: row(curve.truePositiveCounts),
      falsePositives: row(curve.falsePositiveCounts),
      trueNegatives: row(curve.trueNegativeCounts),
      falseNegatives: row(curve.falseNegativeCounts),
      precision: row(curve.precision),
      recall: row(curve.recall),
    })
    this.#add('addPrCurveRaw', step, value)
  }

  /**
   * Logs hyperparameters and what came of them, as a run of its own in a folder of the writer's. TensorBoard compares such runs.
   *
   * @param metrics names should be others than those of {@link addScalar}
   * @throws TypeError for values that are neither numbers nor strings nor booleans
   */
  addHparams(
    hparams: Readonly<Record<string, Hparam>>,
    metrics: Readonly<Record<string, Values | bigint>>,
    options: HparamsOptions = {},
  ): void {
    for (const given of [hparams, metrics])
      if (typeof given !== 'object' || given === null || Array.isArray(given))
        throw new TypeError(`addHparams: hparams and metrics should be objects, but got ${describe(given)}`)
    const { hparamDomainDiscrete = {}, runName = null, globalStep = null } = options
    const values = hparamValues(hparams, Object.keys(metrics), hparamDomainDiscrete)
    const style = { newStyle: false, doublePrecision: false }
    for (const [tag, metric] of Object.entries(metrics)) values.push(scalarValue('addHparams', tag, metric, style))
    const folder = runName || String(Date.now() / 1000)
    this.#file()
    const writer = new SummaryWriter(builtin('node:path', 'SummaryWriter').join(this.logDir, folder))
    for (const value of values) writer.#add('addHparams', globalStep, value)
    writer.close()
  }

  /**
   * Logs a model as a graph: its modules, and the operations between them. The model is called once with copies of the inputs, in
   * evaluation mode; modes, buffers and gradients stay as they were. Operations are those that autograd records.
   *
   * @param inputs the arguments of the call, a tensor by itself if it is the only one
   * @throws TypeError if `model` is no module; whatever the model throws
   * @example
   * ```ts
   * import { SummaryWriter } from '@tsorch/viz'
   * import { nn, randn } from 'tsorch'
   *
   * const writer = new SummaryWriter('runs/digits')
   * writer.addGraph(new nn.Conv2d(1, 10, 5), randn([1, 1, 28, 28]))
   * writer.close()
   * ```
   */
  addGraph(model: ModuleLike, inputs: unknown, options: Pick<LogOptions, 'walltime'> = {}): void {
    checkModel('addGraph', model)
    if (inputs === undefined || inputs === null)
      throw new TypeError(`addGraph: expected inputs to call the model with, but got ${describe(inputs)}`)
    const { wallTime } = eventAt('addGraph', options)
    const graph = graphOf(model, Array.isArray(inputs) ? inputs : [inputs])
    for (const event of graphEvents(graph, wallTime)) this.#file().add(event)
  }

  /**
   * Says which tags TensorBoard puts together in charts of its page "custom scalars". The last call counts.
   *
   * @throws TypeError for what is no layout, RangeError for a margin chart without its three tags
   * @example
   * ```ts
   * import { SummaryWriter } from '@tsorch/viz'
   *
   * const writer = new SummaryWriter('runs/digits')
   * writer.addCustomScalars({ losses: { both: ['Multiline', ['loss/train', 'loss/test']] } })
   * writer.close()
   * ```
   */
  addCustomScalars(layout: CustomScalarsLayout): void {
    this.#add('addCustomScalars', null, customScalarsValue('addCustomScalars', layout))
  }

  /** Puts tags together in one chart: a short {@link addCustomScalars}. */
  addCustomScalarsMultilinechart(tags: readonly string[], options: CustomChartOptions = {}): void {
    const { category = 'default', title = 'untitled' } = options
    const layout: CustomScalarsLayout = { [category]: { [title]: ['Multiline', tags] } }
    this.#add('addCustomScalars', null, customScalarsValue('addCustomScalarsMultilinechart', layout))
  }

  /** Draws the first tag with the second and third as margins below and above: a short {@link addCustomScalars}. */
  addCustomScalarsMarginchart(
    tags: readonly [value: string, lower: string, upper: string],
    options: CustomChartOptions = {},
  ): void {
    const { category = 'default', title = 'untitled' } = options
    const layout: CustomScalarsLayout = { [category]: { [title]: ['Margin', tags] } }
    this.#add('addCustomScalars', null, customScalarsValue('addCustomScalarsMarginchart', layout))
  }

  /**
   * Writes points for TensorBoard's projector, with labels and images.
   *
   * @param mat shape `[N, D]`, a point a row
   * @throws RangeError if it is no matrix, or labels or images are not as many as points
   */
  addEmbedding(mat: Values, options: EmbeddingOptions = {}): void {
    const { metadata = null, labelImg = null, metadataHeader = null, globalStep, tag = 'default' } = options
    this.#file()
    const parts = { metadata, labelImg, metadataHeader }
    this.#embeddings.push(writeEmbedding(this.logDir, mat, tag, globalStep ?? 0, parts))
    writeProjectorConfig(this.logDir, this.#embeddings)
  }

  /** Writes everything before it returns. @throws Error from the file system */
  flush(): void {
    for (const file of this.#files?.values() ?? []) file.flush()
  }

  /** Writes everything and closes the files. What is logged later goes into a new file. */
  close(): void {
    const files = this.#files
    this.#files = null
    for (const file of files?.values() ?? []) file.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #add(name: string, step: StepOrOptions<unknown> | undefined, value: SummaryValue): void {
    this.#file().add({ ...eventAt(name, step), summary: [value] })
  }

  #file(): EventFile {
    const found = this.#files?.get(this.logDir)
    if (found !== undefined) return found
    const file = new EventFile(this.logDir, this.#settings)
    this.#files = new Map([[this.logDir, file]])
    if (this.#purgeStep !== null) {
      const event = { wallTime: Date.now() / 1000, step: this.#purgeStep }
      file.add({ ...event, fileVersion: 'brain.Event:2' })
      file.add({ ...event, sessionLog: { status: 'start' } })
      this.#purgeStep = null
    }
    return file
  }
}

function optionsOf<Options>(step: StepOrOptions<Options> | undefined): Partial<Options> & LogOptions {
  return (typeof step === 'object' && step !== null ? step : {}) as Partial<Options> & LogOptions
}

/** @throws TypeError for a step or a time that is no number */
function eventAt(name: string, step: StepOrOptions<unknown> | undefined): SummaryEvent {
  const { globalStep = null, walltime = null } =
    typeof step === 'number' || typeof step === 'bigint' ? { globalStep: step } : optionsOf(step)
  const at = globalStep === null ? 0 : Number(globalStep)
  if (!Number.isFinite(at)) throw new TypeError(`${name}: expected globalStep to be an integer, but got ${globalStep}`)
  if (walltime !== null && typeof walltime !== 'number')
    throw new TypeError(`${name}: expected walltime in seconds, but got ${describe(walltime)}`)
  return { wallTime: walltime ?? Date.now() / 1000, step: Math.trunc(at) }
}
