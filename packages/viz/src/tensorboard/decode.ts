import type {
  Histogram,
  SummaryAudio,
  SummaryEvent,
  SummaryImage,
  SummaryMetadata,
  SummaryTensor,
  SummaryValue,
  TensorDtype,
} from './event.js'
import { sessionStates, tensorDtypes } from './event.js'
import { ProtoReader } from './wire.js'

/** An object whose fields are filled in one by one. */
type Draft<T> = { -readonly [K in keyof T]: T[K] }

/** Reads an `Event` message; fields that are not known are passed over. @throws Error if it is damaged */
export function decodeEvent(bytes: Uint8Array): SummaryEvent {
  const reader = new ProtoReader(bytes)
  const event: Draft<SummaryEvent> = { wallTime: 0, step: 0 }
  while (reader.next()) {
    if (reader.field === 1) event.wallTime = reader.double()
    else if (reader.field === 2) event.step = reader.int()
    else if (reader.field === 3) event.fileVersion = reader.string()
    else if (reader.field === 4) event.graphDef = reader.bytes().slice()
    else if (reader.field === 5) event.summary = decodeSummary(reader.message())
    else if (reader.field === 7)
      event.sessionLog = { status: sessionStates[statusOf(reader.message())] ?? 'unspecified' }
    else if (reader.field === 8) event.taggedRunMetadata = decodeRunMetadata(reader.message())
    else if (reader.field === 10) event.sourceWriter = firstString(reader.message())
  }
  return event
}

function statusOf(reader: ProtoReader): number {
  let status = 0
  while (reader.next()) if (reader.field === 1) status = reader.int()
  return status
}

function firstString(reader: ProtoReader): string {
  let text = ''
  while (reader.next()) if (reader.field === 1) text = reader.string()
  return text
}

function decodeRunMetadata(reader: ProtoReader): NonNullable<SummaryEvent['taggedRunMetadata']> {
  let tag = ''
  let runMetadata: Uint8Array = new Uint8Array(0)
  while (reader.next()) {
    if (reader.field === 1) tag = reader.string()
    else if (reader.field === 2) runMetadata = reader.bytes().slice()
  }
  return { tag, runMetadata }
}

function decodeSummary(reader: ProtoReader): SummaryValue[] {
  const values: SummaryValue[] = []
  while (reader.next()) if (reader.field === 1) values.push(decodeValue(reader.message()))
  return values
}

function decodeValue(reader: ProtoReader): SummaryValue {
  const value: Draft<SummaryValue> = { tag: '' }
  while (reader.next()) {
    if (reader.field === 1) value.tag = reader.string()
    else if (reader.field === 2) value.simpleValue = reader.float()
    else if (reader.field === 4) value.image = decodeImage(reader.message())
    else if (reader.field === 5) value.histogram = decodeHistogram(reader.message())
    else if (reader.field === 6) value.audio = decodeAudio(reader.message())
    else if (reader.field === 8) {
      const tensor = decodeTensor(reader.message())
      if (tensor !== null) value.tensor = tensor
    } else if (reader.field === 9) value.metadata = decodeMetadata(reader.message())
  }
  return value
}

function decodeImage(reader: ProtoReader): SummaryImage {
  const image: Draft<SummaryImage> = { height: 0, width: 0, colorspace: 0, encodedImageString: new Uint8Array(0) }
  while (reader.next()) {
    if (reader.field === 1) image.height = reader.int()
    else if (reader.field === 2) image.width = reader.int()
    else if (reader.field === 3) image.colorspace = reader.int()
    else if (reader.field === 4) image.encodedImageString = reader.bytes().slice()
  }
  return image
}

function decodeAudio(reader: ProtoReader): SummaryAudio {
  const encodedAudioString = new Uint8Array(0)
  const audio: Draft<SummaryAudio> = {
    sampleRate: 0,
    numChannels: 0,
    lengthFrames: 0,
    encodedAudioString,
    contentType: '',
  }
  while (reader.next()) {
    if (reader.field === 1) audio.sampleRate = reader.float()
    else if (reader.field === 2) audio.numChannels = reader.int()
    else if (reader.field === 3) audio.lengthFrames = reader.int()
    else if (reader.field === 4) audio.encodedAudioString = reader.bytes().slice()
    else if (reader.field === 5) audio.contentType = reader.string()
  }
  return audio
}

function decodeHistogram(reader: ProtoReader): Histogram {
  const bucketLimit: number[] = []
  const bucket: number[] = []
  const histogram: Draft<Histogram> = { min: 0, max: 0, num: 0, sum: 0, sumSquares: 0, bucketLimit, bucket }
  while (reader.next()) {
    if (reader.field === 1) histogram.min = reader.double()
    else if (reader.field === 2) histogram.max = reader.double()
    else if (reader.field === 3) histogram.num = reader.double()
    else if (reader.field === 4) histogram.sum = reader.double()
    else if (reader.field === 5) histogram.sumSquares = reader.double()
    else if (reader.field === 6) reader.doubles(bucketLimit)
    else if (reader.field === 7) reader.doubles(bucket)
  }
  return histogram
}

function decodeMetadata(reader: ProtoReader): SummaryMetadata {
  const metadata: Draft<SummaryMetadata> = { pluginName: '', content: new Uint8Array(0) }
  while (reader.next()) {
    if (reader.field === 1) {
      const plugin = reader.message()
      while (plugin.next()) {
        if (plugin.field === 1) metadata.pluginName = plugin.string()
        else if (plugin.field === 2) metadata.content = plugin.bytes().slice()
      }
    } else if (reader.field === 2) metadata.displayName = reader.string()
    else if (reader.field === 3) metadata.summaryDescription = reader.string()
    else if (reader.field === 4) metadata.dataClass = reader.int()
  }
  return metadata
}

const dtypeNames = new Map<number, TensorDtype>()
for (const [name, number] of Object.entries(tensorDtypes)) dtypeNames.set(number, name as TensorDtype)

/** Elements of a tensor that are read at most: a short record may claim any number of them. */
const MAX_ELEMENTS = 2 ** 26

function decodeTensor(reader: ProtoReader): SummaryTensor | null {
  let number = 0
  let shape: number[] | null = null
  let values: number[] = []
  const strings: (string | Uint8Array)[] = []
  let content: Uint8Array | null = null
  while (reader.next()) {
    if (reader.field === 1) number = reader.int()
    else if (reader.field === 2) shape = decodeShape(reader.message())
    else if (reader.field === 4) content = reader.bytes()
    else if (reader.field === 5) reader.floats(values)
    else if (reader.field === 6) reader.doubles(values)
    else if (reader.field === 8) strings.push(textOrBytes(reader.bytes()))
    else if (reader.field === 7 || reader.field === 10 || reader.field === 11) reader.ints(values)
  }
  const dtype = dtypeNames.get(number)
  if (dtype === undefined) return null
  if (content !== null && content.length > 0) values = valuesOf(content, dtype)
  // fewer values than elements: the last one stands for the rest
  const count = (shape ?? []).reduce((product, size) => product * size, 1)
  if (count > MAX_ELEMENTS) throw new Error(`a tensor has ${count} elements, more than can be read`)
  while (values.length > 0 && values.length < count) values.push(values.at(-1)!)
  return dtype === 'DT_STRING' ? { dtype, shape, values, strings } : { dtype, shape, values }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return strict.decode(bytes)
  } catch {
    return bytes.slice()
  }
}

function decodeShape(reader: ProtoReader): number[] {
  const shape: number[] = []
  while (reader.next()) {
    if (reader.field !== 2) continue
    const dim = reader.message()
    let size = 0
    while (dim.next()) if (dim.field === 1) size = dim.int()
    shape.push(size)
  }
  return shape
}

/** The elements of a tensor that was stored as its memory, little-endian. */
function valuesOf(content: Uint8Array, dtype: TensorDtype): number[] {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  const readers: Partial<Record<TensorDtype, [size: number, read: (at: number) => number]>> = {
    DT_FLOAT: [4, (at) => view.getFloat32(at, true)],
    DT_DOUBLE: [8, (at) => view.getFloat64(at, true)],
    DT_INT32: [4, (at) => view.getInt32(at, true)],
    DT_INT16: [2, (at) => view.getInt16(at, true)],
    DT_INT8: [1, (at) => view.getInt8(at)],
    DT_UINT8: [1, (at) => view.getUint8(at)],
    DT_BOOL: [1, (at) => view.getUint8(at)],
    DT_INT64: [8, (at) => Number(view.getBigInt64(at, true))],
  }
  const reader = readers[dtype]
  if (reader === undefined) throw new Error(`a tensor of type ${dtype} cannot be stored as bytes`)
  const [size, read] = reader
  return Array.from({ length: Math.floor(content.length / size) }, (_, i) => read(i * size))
}
