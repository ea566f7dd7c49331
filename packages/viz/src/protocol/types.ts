/**
 * What is sent between clients, server and page: visdom's protocol, with tsorch's additions marked.
 *
 * @see https://github.com/fossasia/visdom
 */

/** Any JSON value; numbers may be NaN and infinite, see `json.ts`. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }
/** A JSON object, such as a body. */
export type JsonObject = { readonly [key: string]: Json | undefined }

/** A cell of an axis: a number, a category or a date as text, `null` for a gap. */
export type Cell = number | string | null

/** A trace of Plotly's, as far as the server and the page look into it. */
export interface Trace {
  readonly type?: string
  readonly name?: string
  readonly x?: readonly Cell[] | null
  readonly y?: readonly Cell[] | null
  readonly z?: readonly Cell[] | readonly (readonly Cell[])[] | null
  readonly mode?: string
  /** addition: when each point was logged, in seconds since 1970 */
  readonly t?: readonly (number | null)[]
  /** addition: the epoch of each point, which need not be whole */
  readonly epoch?: readonly (number | null)[]
  readonly [key: string]: unknown
}

/**
 * Addition: how values were distributed at each step. Histogram `i` has `counts[i].length` bars; bar `k` lies between `edges[i][k]` and
 * `edges[i][k + 1]`.
 */
export interface HistogramsTrace extends Trace {
  readonly type: 'histograms'
  readonly steps: readonly number[]
  readonly edges: readonly (readonly number[])[]
  readonly counts: readonly (readonly number[])[]
}

/** The content of a window of type `plot`. */
export interface PlotContent {
  readonly data: readonly Trace[]
  readonly layout: JsonObject
}

/** The content of a window of type `image`, and one entry of an `image_history`. */
export interface ImageContent {
  /** a data URL */
  readonly src: string
  readonly caption?: string | null
}

/** One row of a window of type `properties`. */
export interface Property {
  readonly type: 'text' | 'number' | 'button' | 'checkbox' | 'select'
  readonly name: string
  readonly value: Json
  /** the choices of a `select` */
  readonly values?: readonly Json[]
}

/** A node of a window of type `network`. The fields after `label` are additions: a module in the tree of a model. */
export interface NetworkNode {
  readonly name: number | string
  readonly label?: string
  readonly club?: string
  /** path in the model: `layer1.0.conv1`; the model itself has `''` */
  readonly path?: string
  /** class: `Conv2d` */
  readonly kind?: string
  /** what the layer was made with: `1, 10, kernelSize=5` */
  readonly config?: string
  readonly inputShapes?: readonly (readonly number[])[]
  readonly outputShapes?: readonly (readonly number[])[]
  /** elements of the parameters of the module and what is in it */
  readonly parameters?: number
  /** of those, how many are trained */
  readonly trainable?: number
}

/** The content of a window of type `network`. Edges name their nodes. */
export interface NetworkContent {
  readonly nodes: readonly NetworkNode[]
  readonly edges: readonly {
    readonly source: number | string
    readonly target: number | string
    readonly label?: string
  }[]
}

/** Body of `POST /events`: a window, made or made anew. */
export interface EventsBody {
  readonly data: readonly JsonObject[]
  readonly win?: string | null
  readonly eid?: string | null
  readonly layout?: JsonObject
  readonly opts?: JsonObject
}

/** Body of `POST /update`. */
export interface UpdateBody extends EventsBody {
  /** the trace that is meant; without it all, by their places */
  readonly name?: string | null
  readonly append?: boolean
  readonly delete?: boolean
  readonly updateDir?: 'replace' | 'appendRow' | 'appendColumn' | 'prependRow' | 'prependColumn'
}

/** What a window shows. */
export type WindowType = 'plot' | 'image' | 'image_history' | 'text' | 'properties' | 'network' | 'embeddings'

/** A window as the server keeps it, saves it and sends it. */
export interface Window {
  readonly command: 'window'
  readonly version: number
  readonly id: string
  readonly title: string
  readonly inflate: boolean
  readonly width: number | null
  readonly height: number | null
  /** changes with the content */
  readonly contentID: string
  readonly content: unknown
  readonly type: WindowType
  /** its place among the windows of its environment */
  readonly i: number
  /** image_history: which is shown, and whether there is a slider */
  readonly selected?: number
  readonly show_slider?: boolean
  readonly [key: string]: unknown
}

/**
 * An operation of a JSON patch, and as an addition `append`, which lengthens a string or a list: the hub uses it for text that is long and
 * for many cells at once.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6902
 */
export type PatchOp =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'append'; readonly path: string; readonly value: string | readonly unknown[] }
  | { readonly op: 'remove'; readonly path: string }

/** What the server sends to a page. */
export type PageMessage =
  | { readonly command: 'register'; readonly data: string; readonly readonly: boolean }
  | { readonly command: 'layout_update'; readonly data: string }
  | { readonly command: 'env_update'; readonly data: readonly string[] }
  | { readonly command: 'reload'; readonly data: JsonObject }
  | { readonly command: 'layout' }
  | { readonly command: 'close'; readonly data: string }
  | Window
  | {
      readonly command: 'window_update'
      readonly win: string
      readonly env: string
      readonly content: readonly PatchOp[]
      readonly version: number
    }

/** What a page sends over its socket. */
export type PageCommand =
  | { readonly cmd: 'close'; readonly data: string; readonly eid: string }
  | { readonly cmd: 'save'; readonly data: JsonObject; readonly prev_eid: string; readonly eid: string }
  | { readonly cmd: 'delete_env'; readonly prev_eid: string; readonly eid: string }
  | { readonly cmd: 'save_layouts'; readonly data: string }
  | { readonly cmd: 'layout_item_update'; readonly eid: string; readonly win: string; readonly data: JsonObject }
  | { readonly cmd: 'forward_to_vis'; readonly data: VisEvent }
  | {
      readonly cmd: 'pop_embeddings_pane'
      readonly data: { readonly target: string; readonly eid: string; readonly pane_data?: false }
    }
  | { readonly cmd: 'echo'; readonly [key: string]: Json }

/** What a user did in a window, for the callbacks of clients. */
export interface VisEvent {
  readonly event_type: string
  /** the window */
  readonly target: string
  readonly eid: string
  readonly pane_data?: unknown
  readonly [key: string]: unknown
}

/** Addition: what `POST /runs` answers about an environment, for the table of runs. */
export interface RunSummary {
  readonly env: string
  readonly hparams: Readonly<Record<string, Json>>
  /** by window title and, where a window has several lines, `title/name` */
  readonly metrics: Readonly<Record<string, MetricSummary>>
  /** seconds since 1970 of the first and last change that is known; null if none is */
  readonly started: number | null
  readonly updated: number | null
}

/** What the endpoint `runs` tells of a line. */
export interface MetricSummary {
  readonly count: number
  /** the latest value; as text where it is not finite: `"NaN"`, `"Infinity"` or `"-Infinity"` */
  readonly last: Cell
  readonly lastStep: Cell
  readonly min: number | null
  readonly max: number | null
  /** values that are NaN or infinite */
  readonly notFinite: number
}
