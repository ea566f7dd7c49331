import type { Histogram, SummaryEvent, SummaryMetadata, SummaryTensor, SummaryValue } from './event.js'
import { sessionStates, tensorDtypes } from './event.js'
import { ProtoWriter } from './wire.js'

/** The bytes of an `Event` message, its fields in the order in which Google's library writes them. */
export function encodeEvent(event: SummaryEvent): Uint8Array {
  const out = new ProtoWriter().double(1, event.wallTime).int(2, event.step)
  if (event.fileVersion !== undefined) out.presentBytes(3, event.fileVersion)
  if (event.graphDef !== undefined) out.presentBytes(4, event.graphDef)
  if (event.summary !== undefined) {
    const summary = new ProtoWriter()
    for (const value of event.summary) summary.presentBytes(1, encodeValue(value))
    out.presentBytes(5, summary)
  }
  if (event.sessionLog !== undefined)
    out.presentBytes(7, new ProtoWriter().int(1, sessionStates.indexOf(event.sessionLog.status)))
  if (event.taggedRunMetadata !== undefined) {
    const { tag, runMetadata } = event.taggedRunMetadata
    out.presentBytes(8, new ProtoWriter().bytes(1, tag).bytes(2, runMetadata))
  }
  if (event.sourceWriter !== undefined) out.presentBytes(10, new ProtoWriter().bytes(1, event.sourceWriter))
  return out.finish()
}

function encodeValue({ tag, simpleValue, image, histogram, audio, tensor, metadata }: SummaryValue): ProtoWriter {
  const out = new ProtoWriter().bytes(1, tag)
  if (simpleValue !== undefined) out.presentFloat(2, simpleValue)
  if (image !== undefined) {
    const { height, width, colorspace, encodedImageString } = image
    out.presentBytes(4, new ProtoWriter().int(1, height).int(2, width).int(3, colorspace).bytes(4, encodedImageString))
  }
  if (histogram !== undefined) out.presentBytes(5, encodeHistogram(histogram))
  if (audio !== undefined) {
    const sound = new ProtoWriter()
    if (audio.sampleRate !== 0) sound.presentFloat(1, audio.sampleRate)
    sound.int(2, audio.numChannels).int(3, audio.lengthFrames)
    out.presentBytes(6, sound.bytes(4, audio.encodedAudioString).bytes(5, audio.contentType))
  }
  if (tensor !== undefined) out.presentBytes(8, encodeTensor(tensor))
  if (metadata !== undefined) out.presentBytes(9, encodeMetadata(metadata))
  return out
}

function encodeHistogram(h: Histogram): ProtoWriter {
  return new ProtoWriter()
    .double(1, h.min)
    .double(2, h.max)
    .double(3, h.num)
    .double(4, h.sum)
    .double(5, h.sumSquares)
    .packedDoubles(6, h.bucketLimit)
    .packedDoubles(7, h.bucket)
}

function encodeTensor({ dtype, shape, values, strings = [] }: SummaryTensor): ProtoWriter {
  const out = new ProtoWriter().int(1, tensorDtypes[dtype])
  if (shape !== null) {
    const dims = new ProtoWriter()
    for (const size of shape) dims.presentBytes(2, new ProtoWriter().int(1, size))
    out.presentBytes(2, dims)
  }
  if (dtype === 'DT_STRING') for (const text of strings) out.presentBytes(8, text)
  else if (dtype === 'DT_FLOAT') out.packedFloats(5, values)
  else if (dtype === 'DT_DOUBLE') out.packedDoubles(6, values)
  else if (dtype === 'DT_INT64') out.packedInts(10, values)
  else if (dtype === 'DT_BOOL') out.packedInts(11, values)
  else out.packedInts(7, values)
  return out
}

function encodeMetadata({
  pluginName,
  content,
  displayName,
  summaryDescription,
  dataClass,
}: SummaryMetadata): ProtoWriter {
  const plugin = new ProtoWriter().bytes(1, pluginName).bytes(2, content)
  return new ProtoWriter()
    .presentBytes(1, plugin)
    .bytes(2, displayName ?? '')
    .bytes(3, summaryDescription ?? '')
    .int(4, dataClass ?? 0)
}
