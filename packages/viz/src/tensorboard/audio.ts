/** Sound as a WAV file of 16-bit samples. */
import type { SummaryValue } from './event.js'
import { readValues, type Values } from './values.js'

/** @throws RangeError for sound of more than one channel, or none at all */
export function audioValue(tag: string, sound: Values, sampleRate: number): SummaryValue {
  const { data, shape, dtype } = readValues('addAudio', sound)
  const sizes = shape.filter((size) => size !== 1)
  if (sizes.length > 1 || data.length === 0)
    throw new RangeError(`addAudio: expected one channel, shape [1, L], but got [${shape.join(', ')}]`)
  if (!Number.isInteger(sampleRate) || sampleRate < 1)
    throw new RangeError(`addAudio: expected sampleRate in Hz, but got ${sampleRate}`)
  const audio = {
    sampleRate,
    numChannels: 1,
    lengthFrames: data.length,
    encodedAudioString: encodeWav(data, sampleRate, dtype === 'float32'),
    contentType: 'audio/wav',
  }
  return { tag, audio }
}

const HEADER = 44

/** What is outside of [-1, 1] is cut off; NaN is silence. */
function encodeWav(samples: ArrayLike<number>, sampleRate: number, isSingle: boolean): Uint8Array {
  const bytes = samples.length * 2
  const view = new DataView(new ArrayBuffer(HEADER + bytes))
  const text = (at: number, letters: string): void => {
    for (const [i, letter] of [...letters].entries()) view.setUint8(at + i, letter.charCodeAt(0))
  }
  text(0, 'RIFF')
  view.setUint32(4, HEADER - 8 + bytes, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  // PCM, one channel, two bytes a sample
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, bytes, true)
  for (let i = 0; i < samples.length; i++) {
    const scaled = Math.min(Math.max(samples[i]!, -1), 1) * 32767
    // float32 samples are scaled in float32, which decides about those next to a whole number
    view.setInt16(HEADER + 2 * i, Math.trunc(isSingle ? Math.fround(scaled) : scaled), true)
  }
  return new Uint8Array(view.buffer)
}
