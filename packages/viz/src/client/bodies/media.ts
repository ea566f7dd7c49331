/** Sound and films, as HTML. */
import { type Animation, encodeGif } from '../../tensorboard/gif.js'
import { builtin } from '../../tensorboard/node.js'
import { describe, readValues, type Values } from '../../tensorboard/values.js'
import { toBase64 } from '../base64.js'
import type { Call, Target } from '../call.js'
import { checkOpts, copyOpts, optionOr, truthy } from '../check-opts.js'
import { shapeText } from '../matrix.js'
import type { AudioOpts, VideoOpts } from '../opts.js'
import { textWindow } from './text.js'

const audioTypes: Readonly<Record<string, string>> = { wav: 'wav', mp3: 'mp3', ogg: 'ogg', flac: 'flac' }
const videoTypes: Readonly<Record<string, string>> = { mp4: 'mp4', ogv: 'ogg', avi: 'avi', webm: 'webm' }

function readFile(verb: string, path: string, types: Readonly<Record<string, string>>): [Uint8Array, string] {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  const type = Object.hasOwn(types, extension) ? types[extension] : undefined
  if (type === undefined)
    throw new TypeError(`${verb}: expected a file that ends in ${Object.keys(types).join(', ')}, but got '${path}'`)
  return [builtin('node:fs', `${verb}: a file`).readFileSync(path), type]
}

/** `viz.audio(tensor)` or `viz.audio({ audiofile })`. */
export function audioCall(
  target: Target,
  tensor: Values | null,
  audiofile: string | null,
  given: AudioOpts | null | undefined,
): Call {
  const opts = copyOpts('audio', given)
  opts.sample_frequency = optionOr(opts, 'sample_frequency', 44100)
  checkOpts('audio', opts)
  const rate = opts.sample_frequency
  if (typeof rate !== 'number' || !Number.isInteger(rate) || rate <= 0)
    throw new RangeError(`audio: opts.sample_frequency should be a positive integer, but got ${rate}`)
  if (tensor === null && audiofile === null) throw new TypeError('audio: expected a tensor or audiofile')
  const [bytes, type] = tensor !== null ? [wav(tensor, rate), 'wav'] : readFile('audio', audiofile!, audioTypes)
  opts.height = 80
  opts.width = 330
  return textWindow(target, element('audio', 'controls', `audio/${type}`, bytes), opts)
}

/** How the dimensions of a film are laid out: frames, rows, columns, channels; or frames, channels, rows, columns. */
export type VideoDim = 'LxHxWxC' | 'LxCxHxW'

/** `viz.video(tensor)` or `viz.video({ videofile })`. */
export function videoCall(
  target: Target,
  tensor: Values | null,
  dim: VideoDim,
  videofile: string | null,
  given: VideoOpts | null | undefined,
): Call {
  const opts = copyOpts('video', given)
  opts.fps = optionOr(opts, 'fps', 25)
  opts.loop = optionOr(opts, 'loop', false)
  opts.autoplay = optionOr(opts, 'autoplay', false)
  checkOpts('video', opts)
  if (tensor !== null) {
    const film = readFilm(tensor, dim, opts.fps as number)
    const { width, height } = film
    const html = `<img width="${width}" height="${height}" src="data:image/gif;base64,${toBase64(encodeGif(film))}">`
    return textWindow(target, html, opts)
  }
  if (videofile === null) throw new TypeError('video: expected a tensor or videofile')
  const [bytes, type] = readFile('video', videofile, videoTypes)
  const flags = ['autoplay', 'loop'].filter((flag) => truthy(opts[flag])).join(' ')
  return textWindow(target, element('video', `controls ${flags}`, `video/${type}`, bytes), opts)
}

/** Frames of red, green and blue. As in visdom, colours are given in the order blue, green, red, and what is no integer from 0 to 1. */
function readFilm(tensor: Values, dim: VideoDim, framesPerSecond: number): Animation {
  if (dim !== 'LxHxWxC' && dim !== 'LxCxHxW')
    throw new TypeError(`video: dim should be 'LxHxWxC' or 'LxCxHxW', but got ${describe(dim)}`)
  const { data, shape, dtype } = readValues('video', tensor)
  const [count = 0, a = 0, b = 0, c = 0] = shape
  const [height, width, channels] = dim === 'LxHxWxC' ? [a, b, c] : [b, c, a]
  if (shape.length !== 4 || count * height * width === 0 || (channels !== 1 && channels !== 3))
    throw new RangeError(`video: expected frames of 1 or 3 channels as ${dim}, but got ${shapeText(shape)}`)
  const scale = dtype.startsWith('int') || dtype.startsWith('uint') ? 1 : 255
  const plane = height * width
  const frames = Array.from({ length: count }, (_, n) => {
    const frame = new Uint8ClampedArray(plane * 3)
    for (let i = 0; i < plane; i++) {
      for (let k = 0; k < 3; k++) {
        const channel = channels === 1 ? 0 : 2 - k
        const at = dim === 'LxHxWxC' ? (n * plane + i) * channels + channel : (n * channels + channel) * plane + i
        frame[i * 3 + k] = Math.floor(data[at]! * scale)
      }
    }
    return new Uint8Array(frame.buffer)
  })
  return { width, height, frames, framesPerSecond }
}

function element(tag: 'audio' | 'video', attributes: string, type: string, bytes: Uint8Array): string {
  const lines = [
    `<${tag} ${attributes}>`,
    `    <source type="${type}" src="data:${type};base64,${toBase64(bytes)}">`,
    `    Your browser does not support the ${tag} tag.`,
    `</${tag}>`,
  ]
  // laid out as visdom does, so that two recordings of one call are the same
  return `\n${lines.map((line) => `            ${line}\n`).join('')}        `
}

/** A file of 16-bit sound, as loud as it gets. A second column is the right channel. */
function wav(values: Values, rate: number): Uint8Array {
  const { data, shape, dtype } = readValues('audio', values)
  if (!(shape.length === 1 || (shape.length === 2 && shape[1] === 2)) || data.length === 0)
    throw new RangeError(`audio: the tensor should have shape [samples] or [samples, 2], but has ${shapeText(shape)}`)
  const channels = shape.length
  const round = dtype === 'float32' ? Math.fround : (value: number): number => value
  let loudest = 0
  for (let i = 0; i < data.length; i++) loudest = Math.max(loudest, Math.abs(data[i]!))
  if (!Number.isFinite(loudest)) throw new RangeError('audio: the samples should be finite')
  const file = new Uint8Array(44 + data.length * 2)
  const view = new DataView(file.buffer)
  const text = (at: number, letters: string): void => {
    for (let i = 0; i < letters.length; i++) file[at + i] = letters.charCodeAt(i)
  }
  text(0, 'RIFF')
  view.setUint32(4, file.length - 8, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, channels, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * channels * 2, true)
  view.setUint16(32, channels * 2, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, data.length * 2, true)
  for (let i = 0; i < data.length; i++) {
    const sample = loudest === 0 ? 0 : round(round(data[i]! / loudest) * 32767)
    view.setInt16(44 + i * 2, Math.trunc(sample), true)
  }
  return file
}
