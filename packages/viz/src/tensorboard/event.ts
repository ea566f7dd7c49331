/** What event files hold: TensorBoard's messages `Event` and `Summary` as plain objects, with the fields' names in camelCase. */

/** One record of an event file. */
export interface SummaryEvent {
  /** When it was written, in seconds since 1970. */
  readonly wallTime: number
  /** The step of the training, 0 if none was given. */
  readonly step: number
  /** `'brain.Event:2'`, in the first record of a file. */
  readonly fileVersion?: string
  /** The program that wrote the file, in its first record. */
  readonly sourceWriter?: string
  /** What was logged. */
  readonly summary?: readonly SummaryValue[]
  /** A graph, as the bytes of a `GraphDef`. */
  readonly graphDef?: Uint8Array
  /** Where a restarted training went on: what is older and has this step or a later one does not count. */
  readonly sessionLog?: { readonly status: 'unspecified' | 'start' | 'stop' | 'checkpoint' }
  /** What goes with a graph, as the bytes of a `RunMetadata`. */
  readonly taggedRunMetadata?: { readonly tag: string; readonly runMetadata: Uint8Array }
}

/** One logged value: a tag, and one of the other fields. Tensors of types that {@link TensorDtype} does not name are left out. */
export interface SummaryValue {
  readonly tag: string
  readonly simpleValue?: number
  readonly image?: SummaryImage
  readonly histogram?: Histogram
  readonly audio?: SummaryAudio
  readonly tensor?: SummaryTensor
  readonly metadata?: SummaryMetadata
}

/** Which of TensorBoard's plugins a value is for. */
export interface SummaryMetadata {
  /** `'text'`, `'scalars'`, `'hparams'`, `'pr_curves'`, ... */
  readonly pluginName: string
  /** The plugin's own data, a message. */
  readonly content: Uint8Array
  readonly displayName?: string
  readonly summaryDescription?: string
  readonly dataClass?: number
}

/** An image: its size, its number of channels, and a PNG file. */
export interface SummaryImage {
  readonly height: number
  readonly width: number
  readonly colorspace: number
  readonly encodedImageString: Uint8Array
}

/** A sound: `encodedAudioString` is a WAV file. */
export interface SummaryAudio {
  readonly sampleRate: number
  readonly numChannels: number
  readonly lengthFrames: number
  readonly encodedAudioString: Uint8Array
  readonly contentType: string
}

/** Counts of values: `bucket[i]` of them lie between `bucketLimit[i - 1]` and `bucketLimit[i]`. */
export interface Histogram {
  readonly min: number
  readonly max: number
  /** How many values there were. */
  readonly num: number
  readonly sum: number
  readonly sumSquares: number
  readonly bucketLimit: readonly number[]
  readonly bucket: readonly number[]
}

/** A tensor; `values` are its elements in row-major order, of a tensor of strings `strings`. */
export interface SummaryTensor {
  /** `'DT_FLOAT'`, `'DT_STRING'`, ... */
  readonly dtype: TensorDtype
  /** Sizes of its dimensions; `null` if the message has none, which means a single value. */
  readonly shape: readonly number[] | null
  readonly values: ArrayLike<number>
  /** bytes where they are no text */
  readonly strings?: readonly (string | Uint8Array)[]
}

/** Data types of tensors that are read and written, by TensorFlow's names. */
export type TensorDtype =
  | 'DT_FLOAT'
  | 'DT_DOUBLE'
  | 'DT_INT32'
  | 'DT_UINT8'
  | 'DT_INT16'
  | 'DT_INT8'
  | 'DT_STRING'
  | 'DT_INT64'
  | 'DT_BOOL'

/** Their numbers in messages. */
export const tensorDtypes: Readonly<Record<TensorDtype, number>> = {
  DT_FLOAT: 1,
  DT_DOUBLE: 2,
  DT_INT32: 3,
  DT_UINT8: 4,
  DT_INT16: 5,
  DT_INT8: 6,
  DT_STRING: 7,
  DT_INT64: 9,
  DT_BOOL: 10,
}

export const sessionStates: readonly ['unspecified', 'start', 'stop', 'checkpoint'] = [
  'unspecified',
  'start',
  'stop',
  'checkpoint',
]
