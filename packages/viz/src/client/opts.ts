/** The `opts` of visdom's verbs, with visdom's names. */
import type { Json, JsonObject } from '../protocol/types.js'
import type { Values } from '../tensorboard/values.js'

/** Options of every window. */
export interface WindowOpts {
  /** above the plot, and in the bar of the window */
  readonly title?: string | number | null
  /** of the window, in pixels */
  readonly width?: number | null
  readonly height?: number | null
  /** whether the plot fills its window; default true */
  readonly inflate?: boolean
}

/** How an axis is drawn: `xlabel`, `ytype`, `ztickmin`, ... */
export type AxisOpts<Axis extends 'x' | 'y' | 'z'> = {
  readonly [Key in `${Axis}type`]?: 'linear' | 'log' | 'date' | 'category' | (string & {}) | null
} & { readonly [Key in `${Axis}label`]?: string | null } & {
  readonly [Key in `${Axis}tickmin` | `${Axis}tickmax` | `${Axis}tickstep`]?: number | null
} & { readonly [Key in `${Axis}tickvals`]?: readonly number[] | null } & {
  readonly [Key in `${Axis}ticklabels`]?: readonly (string | number)[] | null
} & { readonly [Key in `${Axis}tick`]?: boolean | null } & { readonly [Key in `${Axis}tickfont`]?: JsonObject | null }

/** Options of every plot. */
export interface PlotOpts extends WindowOpts, AxisOpts<'x'>, AxisOpts<'y'> {
  /** names of the lines, bars or boxes */
  readonly legend?: readonly string[] | null
  readonly showlegend?: boolean | null
  /** in pixels; default 60 */
  readonly marginleft?: number
  readonly marginright?: number
  readonly margintop?: number
  readonly marginbottom?: number
  /** more of Plotly's layout: `{ plotly: { legend: { orientation: 'h' } } }` */
  readonly layoutopts?: { readonly plotly?: JsonObject } | null
}

/** More of Plotly's options for traces, by their names: `{ plotly: { train: { line: { shape: 'hv' } } } }`. */
export interface TraceOpts {
  readonly traceopts?: { readonly plotly: Readonly<Record<string, JsonObject>> }
}

/** `opts` of {@link Visdom.scatter}. */
export interface ScatterOpts extends PlotOpts, AxisOpts<'z'>, TraceOpts {
  /** `'markers'`, `'lines'`, `'markers+text'`, ... */
  readonly mode?: string
  readonly markersymbol?: string
  readonly markersize?: number
  readonly markerborderwidth?: number
  /** 0 to 255: opacity (a vector) or red, green, blue (three columns), for each point or each label */
  readonly markercolor?: Values | null
  /** 0 to 255: red, green, blue for each line */
  readonly linecolor?: Values | null
  /** of each line: `'solid'`, `'dot'`, `'dash'`, ... */
  readonly dash?: readonly string[] | null
  /** a text beside each point */
  readonly textlabels?: readonly (string | number)[] | null
  readonly fillarea?: boolean
  /** draws with WebGL, for very many points */
  readonly webgl?: boolean
}

/** `opts` of {@link Visdom.line}. */
export interface LineOpts extends Omit<ScatterOpts, 'mode'> {
  /** shows the points of the line */
  readonly markers?: boolean
}

/** `opts` of {@link Visdom.heatmap}. */
export interface HeatmapOpts extends PlotOpts {
  readonly colormap?: string
  /** the value of the first and the last colour */
  readonly xmin?: number | null
  readonly xmax?: number | null
  readonly columnnames?: readonly (string | number)[] | null
  readonly rownames?: readonly (string | number)[] | null
  /** a colour for NaN, which is transparent without */
  readonly nancolor?: string | null
}

/** `opts` of {@link Visdom.surf} and {@link Visdom.contour}. */
export interface SurfaceOpts extends PlotOpts, AxisOpts<'z'> {
  readonly colormap?: string
  /** the value of the first and the last colour */
  readonly xmin?: number
  readonly xmax?: number
}

/** `opts` of {@link Visdom.bar}. */
export interface BarOpts extends PlotOpts {
  /** names along the x axis */
  readonly rownames?: readonly (string | number)[] | null
  readonly stacked?: boolean
}

/** `opts` of {@link Visdom.histogram}. */
export interface HistogramOpts extends BarOpts {
  /** default 30, but not more than there are values */
  readonly numbins?: number
}

/** `opts` of {@link Visdom.boxplot}. */
export interface BoxplotOpts extends PlotOpts {}

/** `opts` of {@link Visdom.pie}; `legend` has the names of the parts. */
export interface PieOpts extends PlotOpts {}

/** `opts` of {@link Visdom.stem}. */
export interface StemOpts extends Omit<ScatterOpts, 'mode'> {
  readonly colormap?: string
}

/** `opts` of {@link Visdom.quiver}. */
export interface QuiverOpts extends Omit<ScatterOpts, 'mode'> {
  /** the length of the longest arrow */
  readonly normalize?: number | false
  /** default true */
  readonly arrowheads?: boolean
}

/** `opts` of {@link Visdom.mesh}. */
export interface MeshOpts extends PlotOpts, AxisOpts<'z'> {
  readonly color?: string | null
  /** 0 to 1 */
  readonly opacity?: number | null
}

/** `opts` of {@link Visdom.sunburst}. */
export interface SunburstOpts extends PlotOpts {
  /** of the text, in pixels */
  readonly size?: number | null
  readonly font_color?: string | null
  readonly opacity?: number | null
  readonly marker_width?: number | null
}

/** `opts` of {@link Visdom.dualAxisLines}. */
export interface DualAxisOpts extends WindowOpts {
  readonly name_y1?: string
  readonly name_y2?: string
  readonly color_title_y1?: string
  readonly color_tick_y1?: string
  readonly color_title_y2?: string
  readonly color_tick_y2?: string
  readonly side?: 'left' | 'right'
  readonly showlegend?: boolean
  /** margins in pixels */
  readonly top?: number
  readonly bottom?: number
  readonly left?: number
  readonly right?: number
}

/** `opts` of {@link Visdom.image} and {@link Visdom.images}. */
export interface ImageOpts extends WindowOpts {
  readonly caption?: string | null
  /** keeps the images that were in the window before, with a slider */
  readonly store_history?: boolean
  readonly show_slider?: boolean
  /** 1 to 100; checked, but images are always sent as PNG, which loses nothing */
  readonly jpgquality?: number
}

/** `opts` of {@link Visdom.text}, {@link Visdom.svg} and {@link Visdom.properties}. */
export interface TextOpts extends WindowOpts {}

/** `opts` of {@link Visdom.audio}. */
export interface AudioOpts extends WindowOpts {
  /** in Hz; default 44100 */
  readonly sample_frequency?: number
}

/** `opts` of {@link Visdom.video}. */
export interface VideoOpts extends WindowOpts {
  /** frames per second; default 25 */
  readonly fps?: number
  readonly autoplay?: boolean
  readonly loop?: boolean
}

/** `opts` of {@link Visdom.graph}. */
export interface GraphOpts extends WindowOpts {
  readonly directed?: boolean
  readonly showVertexLabels?: boolean
  readonly showEdgeLabels?: boolean
  /** nodes of one colour, or each of its own */
  readonly scheme?: 'same' | 'different'
}

/** `opts` of {@link Visdom.embeddings}. */
export interface EmbeddingsOpts extends WindowOpts {}

/** `opts` while a body is made of them. */
export type Opts = { [key: string]: Json | undefined }
