import type { Property } from '../protocol/types.js'
import type { Values } from '../tensorboard/values.js'
import { barCall, boxplotCall, histogramCall, pieCall } from './bodies/bars.js'
import { type HeatmapUpdate, heatmapCall } from './bodies/heatmap.js'
import { imageCall, imagesCall } from './bodies/image.js'
import { lineCall } from './bodies/line.js'
import { audioCall, type VideoDim, videoCall } from './bodies/media.js'
import { type GraphLabels, graphCall } from './bodies/network.js'
import { scatterCall, type TraceOptions } from './bodies/scatter.js'
import { dualAxisCall, meshCall, sunburstCall } from './bodies/shapes.js'
import { contourCall, surfCall } from './bodies/surface.js'
import { type PlotlyFigure, plotlyCall, propertiesCall, svgCall, textCall, windowOptsCall } from './bodies/text.js'
import { type QuiverGrid, quiverCall, stemCall } from './bodies/vectors.js'
import type { Call, Target, WindowOptions } from './call.js'
import type {
  AudioOpts,
  BarOpts,
  BoxplotOpts,
  DualAxisOpts,
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
  VideoOpts,
} from './opts.js'

/** What every verb takes last: the window, the environment, and visdom's `opts`. */
export interface DrawOptions<TOpts> extends WindowOptions {
  readonly opts?: TOpts | null | undefined
}

/** What {@link Visdom.line} takes last. */
export interface LineOptions extends DrawOptions<LineOpts>, TraceOptions<LineOpts> {
  /** places on the x axis, for all lines or for each; default: from 0 to 1 */
  readonly X?: Values | null | undefined
}

/** What {@link Visdom.scatter} takes last. */
export interface ScatterOptions extends DrawOptions<ScatterOpts>, TraceOptions<ScatterOpts> {
  /** a label for each point, 1 or more; with `name`, the y values for a vector `X` */
  readonly Y?: Values | null | undefined
}

/** What {@link Visdom.bar} and {@link Visdom.stem} take last. */
export interface PlacedOptions<TOpts> extends DrawOptions<TOpts> {
  /** places on the x axis; default: 1, 2, 3, ... */
  readonly Y?: Values | null | undefined
}

/** What {@link Visdom.mesh} takes last. */
export interface MeshOptions extends DrawOptions<MeshOpts> {
  /** polygons: in each row, the numbers of their corners */
  readonly Y?: Values | null | undefined
}

/** What {@link Visdom.heatmap} takes last. */
export interface HeatmapOptions extends DrawOptions<HeatmapOpts> {
  readonly update?: HeatmapUpdate | null | undefined
}

/** What {@link Visdom.quiver} takes last. */
export interface QuiverOptions extends DrawOptions<QuiverOpts>, QuiverGrid {}

/** What {@link Visdom.sunburst} takes last. */
export interface SunburstOptions extends DrawOptions<SunburstOpts> {
  readonly values?: Values | null | undefined
}

/** What {@link Visdom.images} takes last. */
export interface ImagesOptions extends DrawOptions<ImageOpts> {
  /** images beside each other; default 8 */
  readonly nrow?: number | undefined
  /** pixels around each image; default 2 */
  readonly padding?: number | undefined
}

/** What {@link Visdom.text} takes last. */
export interface TextOptions extends DrawOptions<TextOpts> {
  /** adds a line to the text that is there */
  readonly append?: boolean | undefined
}

/** What {@link Visdom.svg} takes last. */
export interface SvgOptions extends DrawOptions<TextOpts> {
  readonly svgstr?: string | undefined
  /** path of a file; in Node.js */
  readonly svgfile?: string | undefined
}

/** What {@link Visdom.audio} takes last. */
export interface AudioOptions extends DrawOptions<AudioOpts> {
  readonly tensor?: Values | null | undefined
  /** path of a file that ends in wav, mp3, ogg or flac; in Node.js */
  readonly audiofile?: string | undefined
}

/** What {@link Visdom.video} takes last. */
export interface VideoOptions extends DrawOptions<VideoOpts> {
  readonly tensor?: Values | null | undefined
  /** what the dimensions of the tensor are; default `'LxHxWxC'`: frames, rows, columns, channels */
  readonly dim?: VideoDim | undefined
  /** path of a file that ends in mp4, ogv, avi or webm; in Node.js */
  readonly videofile?: string | undefined
}

/** What {@link Visdom.graph} takes last. */
export interface GraphOptions extends DrawOptions<GraphOpts>, GraphLabels {}

/**
 * The verbs that draw. Each returns the id of its window at once; values are read at the call, so that a loop may change its tensors
 * afterwards. A tensor on a device that cannot be read synchronously is an error: read it first (`await loss.itemAsync()`).
 */
export abstract class Plots {
  /** Where to draw; makes an id if none is given. @internal */
  abstract target(verb: string, options: WindowOptions): Target
  /** Sends what a verb has made. @internal */
  abstract draw(call: Call): void

  /**
   * Draws a line for each column of `Y`, or adds points to one (`update: 'append'`; the window is made if there is none).
   *
   * @returns the id of the window
   * @throws RangeError if `X` and `Y` do not fit
   *
   * @example
   * ```ts
   * import { Hub, Visdom } from '@tsorch/viz'
   *
   * const viz = new Visdom({ server: new Hub() })
   * viz.line([2.3], { X: [0], win: 'loss', opts: { title: 'training loss', xlabel: 'step' } })
   * viz.line([1.9], { X: [1], win: 'loss', update: 'append' })
   * await viz.flush()
   * ```
   */
  line(Y: Values | null, options?: LineOptions): string
  line(Y: Values | null, X: Values | null, options?: LineOptions): string
  line(Y: Values | null, second?: Values | null | LineOptions, third: LineOptions = {}): string {
    const [X, options] = positional('line', second, third, 'X')
    const to = this.target('line', checkWin('line', options))
    this.draw(lineCall(to, Y, X, options))
    return to.win
  }

  /** Draws the rows of `X`, points of 2 or 3 coordinates, in a colour for each label in `Y`. */
  scatter(X: Values | null, options?: ScatterOptions): string
  scatter(X: Values | null, Y: Values | null, options?: ScatterOptions): string
  scatter(X: Values | null, second?: Values | null | ScatterOptions, third: ScatterOptions = {}): string {
    const [Y, options] = positional('scatter', second, third, 'Y')
    const to = this.target('scatter', checkWin('scatter', options))
    this.draw(scatterCall(to, X, Y, options))
    return to.win
  }

  /** Draws a bar for each element of a vector, or a group of bars for each row of a matrix. */
  bar(X: Values, options?: PlacedOptions<BarOpts>): string
  bar(X: Values, Y: Values | null, options?: PlacedOptions<BarOpts>): string
  bar(X: Values, second?: Values | null | PlacedOptions<BarOpts>, third: PlacedOptions<BarOpts> = {}): string {
    const [Y, options] = positional('bar', second, third, 'Y')
    const to = this.target('bar', options)
    this.draw(barCall(to, X, Y, options.opts))
    return to.win
  }

  /** Draws how many of the values lie in each of `opts.numbins` parts of their range. */
  histogram(X: Values, options: DrawOptions<HistogramOpts> = {}): string {
    const to = this.target('histogram', options)
    this.draw(histogramCall(to, X, options.opts))
    return to.win
  }

  /** Draws a box with whiskers for each column of `X`. */
  boxplot(X: Values, options: DrawOptions<BoxplotOpts> = {}): string {
    const to = this.target('boxplot', options)
    this.draw(boxplotCall(to, X, options.opts))
    return to.win
  }

  /**
   * Draws a matrix in colours; its first row is at the bottom. `update` is `'replace'`, `'remove'`, or says where rows or columns are
   * added: `'appendRow'`, `'appendColumn'`, `'prependRow'`, `'prependColumn'`.
   */
  heatmap(X: Values | null, options: HeatmapOptions = {}): string {
    if (options.update === 'remove') checkUpdateWin('heatmap', options)
    const to = this.target('heatmap', options)
    this.draw(heatmapCall(to, X, options))
    return to.win
  }

  /** Draws lines of equal value over a plane. */
  contour(X: Values, options: DrawOptions<SurfaceOpts> = {}): string {
    const to = this.target('contour', options)
    this.draw(contourCall(to, X, options.opts))
    return to.win
  }

  /** Draws a matrix as heights over a plane. */
  surf(X: Values, options: DrawOptions<SurfaceOpts> = {}): string {
    const to = this.target('surf', options)
    this.draw(surfCall(to, X, options.opts))
    return to.win
  }

  /** Draws a stem for each value of each column of `X`, at the places `Y`. */
  stem(X: Values, options?: PlacedOptions<StemOpts>): string
  stem(X: Values, Y: Values | null, options?: PlacedOptions<StemOpts>): string
  stem(X: Values, second?: Values | null | PlacedOptions<StemOpts>, third: PlacedOptions<StemOpts> = {}): string {
    const [Y, options] = positional('stem', second, third, 'Y')
    const to = this.target('stem', options)
    this.draw(stemCall(to, X, Y, options.opts))
    return to.win
  }

  /** Draws an arrow for each element of two matrices. */
  quiver(X: Values, Y: Values, options: QuiverOptions = {}): string {
    const to = this.target('quiver', options)
    this.draw(quiverCall(to, X, Y, options, options.opts))
    return to.win
  }

  /** Draws parts of a whole. */
  pie(X: Values, options: DrawOptions<PieOpts> = {}): string {
    const to = this.target('pie', options)
    this.draw(pieCall(to, X, options.opts))
    return to.win
  }

  /** Draws a mesh of the corners in the rows of `X`, and the polygons in the rows of `Y`. */
  mesh(X: Values, options?: MeshOptions): string
  mesh(X: Values, Y: Values | null, options?: MeshOptions): string
  mesh(X: Values, second?: Values | null | MeshOptions, third: MeshOptions = {}): string {
    const [Y, options] = positional('mesh', second, third, 'Y')
    const to = this.target('mesh', options)
    this.draw(meshCall(to, X, Y, options.opts))
    return to.win
  }

  /** Draws rings of parts within parts: `parents` names for each label what it is part of, `''` for the whole. */
  sunburst(labels: readonly string[], parents: readonly string[], options: SunburstOptions = {}): string {
    const to = this.target('sunburst', options)
    this.draw(sunburstCall(to, labels, parents, options.values ?? null, options.opts))
    return to.win
  }

  /** Draws two lines over one x axis, with a y axis each. */
  dualAxisLines(X: Values, Y1: Values, Y2: Values, options: DrawOptions<DualAxisOpts> = {}): string {
    const to = this.target('dualAxisLines', options)
    this.draw(dualAxisCall(to, X, Y1, Y2, options.opts))
    return to.win
  }

  /**
   * Shows an image of shape `[channels, rows, columns]` or `[rows, columns]`: bytes (uint8 and other integers), or numbers from 0 to 1.
   * Numbers above 1 are taken as bytes, and what no byte can hold wraps around, as in visdom. It is sent as PNG.
   */
  image(img: Values, options: DrawOptions<ImageOpts> = {}): string {
    const to = this.target('image', options)
    this.draw(imageCall(to, img, options.opts))
    return to.win
  }

  /** Shows images of shape `[count, channels, rows, columns]`, or an array of images, in a grid. */
  images(tensor: Values | readonly Values[], options: ImagesOptions = {}): string {
    const to = this.target('images', options)
    this.draw(imagesCall(to, tensor, options, options.opts))
    return to.win
  }

  /** Shows HTML. */
  text(text: string, options: TextOptions = {}): string {
    const to = this.target('text', options)
    this.draw(textCall(to, text, options.append ?? false, options.opts))
    return to.win
  }

  /** Shows a form; {@link Visdom.registerEventHandler} hears of what users change in it. */
  properties(data: readonly Property[], options: DrawOptions<TextOpts> = {}): string {
    const to = this.target('properties', options)
    this.draw(propertiesCall(to, data, options.opts))
    return to.win
  }

  /** Shows a drawing: `viz.svg('<svg ...>')`, or `viz.svg({ svgfile: 'net.svg' })`. */
  svg(svgstr: string, options?: DrawOptions<TextOpts>): string
  svg(options: SvgOptions): string
  svg(first: string | SvgOptions, second: DrawOptions<TextOpts> = {}): string {
    const options: SvgOptions = typeof first === 'string' ? { ...second, svgstr: first } : first
    const to = this.target('svg', options)
    this.draw(svgCall(to, options.svgstr, options.svgfile, options.opts))
    return to.win
  }

  /** Plays sound: samples of shape `[n]` or `[n, 2]`, or `viz.audio({ audiofile: 'a.mp3' })`. */
  audio(tensor: Values, options?: AudioOptions): string
  audio(options: AudioOptions): string
  audio(first: Values | AudioOptions, second: AudioOptions = {}): string {
    const [tensor, options] = isValues(first) ? [first, second] : [first.tensor ?? null, first]
    const to = this.target('audio', options)
    this.draw(audioCall(to, tensor, options.audiofile ?? null, options.opts))
    return to.win
  }

  /**
   * Plays a film: frames with the channels blue, green, red, of bytes or numbers from 0 to 1, or `viz.video({ videofile: 'a.mp4' })`. Frames
   * are sent as an animated GIF, which begins at once, runs for ever, and has 256 colours in each frame.
   */
  video(tensor: Values, options?: VideoOptions): string
  video(options: VideoOptions): string
  video(first: Values | VideoOptions, second: VideoOptions = {}): string {
    const [tensor, options] = isValues(first) ? [first, second] : [first.tensor ?? null, first]
    const to = this.target('video', options)
    this.draw(videoCall(to, tensor, options.dim ?? 'LxHxWxC', options.videofile ?? null, options.opts))
    return to.win
  }

  /** Draws nodes, numbered from 0, and edges between them: `[[0, 1], [1, 2]]`. */
  graph(edges: readonly (readonly number[])[], options: GraphOptions = {}): string {
    const to = this.target('graph', options)
    this.draw(graphCall(to, edges, options, options.opts))
    return to.win
  }

  /** Shows a figure of Plotly's: `{ data, layout }`. */
  plotlyplot(figure: PlotlyFigure, options: WindowOptions = {}): string {
    const to = this.target('plotlyplot', options)
    this.draw(plotlyCall(to, figure))
    return to.win
  }

  /** Changes title, axes and the like of a window that is there. */
  updateWindowOpts(
    win: string,
    opts: PlotOpts & Readonly<Record<string, unknown>>,
    { env }: { env?: string | null } = {},
  ): string {
    const to = this.target('updateWindowOpts', { win, env })
    this.draw(windowOptsCall(to, opts))
    return to.win
  }
}

/** An optional argument that people write by its place, or in the options. */
function positional<Name extends 'X' | 'Y', O extends { readonly [K in Name]?: Values | null | undefined }>(
  verb: string,
  second: Values | null | undefined | O,
  third: O,
  name: Name,
): [Values | null, O] {
  if (second === undefined || second === null) return [third[name] ?? null, third]
  if (isValues(second)) return [second, third]
  if (typeof second !== 'object')
    throw new TypeError(`${verb}: expected ${name} or options, but got a ${typeof second}`)
  return [second[name] ?? null, second]
}

function isValues(value: unknown): value is Values {
  if (typeof value !== 'object' || value === null) return typeof value === 'number' || typeof value === 'boolean'
  return (
    Array.isArray(value) ||
    ArrayBuffer.isView(value) ||
    'toTypedArray' in value ||
    ('data' in value && 'shape' in value)
  )
}

/** An update means a window. */
function checkWin<O extends WindowOptions & { readonly update?: string | null | undefined }>(
  verb: string,
  options: O,
): O {
  if ((options.update ?? null) !== null) checkUpdateWin(verb, options)
  return options
}

function checkUpdateWin(verb: string, { win }: WindowOptions): void {
  if ((win ?? null) === null) throw new TypeError(`${verb}: an update needs win, the window to change`)
}
