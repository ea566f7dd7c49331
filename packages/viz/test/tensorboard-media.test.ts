// Expected bytes are those of torch.utils.tensorboard 2.13.
import { arange, sin, tensor } from '@tsorch/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRun } from '../src/index.js'
import { audioValue } from '../src/tensorboard/audio.js'
import { customScalarsValue } from '../src/tensorboard/custom-scalars.js'
import { encodeEvent } from '../src/tensorboard/encode.js'
import type { SummaryEvent } from '../src/tensorboard/event.js'
import { encodeGif } from '../src/tensorboard/gif.js'
import { meshValues } from '../src/tensorboard/mesh.js'
import { readRecords } from '../src/tensorboard/records.js'
import { videoValue } from '../src/tensorboard/video.js'
import { decodeGif } from './gif.js'
import { media } from './tensorboard-golden.js'

const vertices = [
  [1, 1, 1],
  [-1, -1, 1],
  [1, -1, -1],
  [-1, 1, -1],
]
const faces = [
  [0, 2, 3],
  [0, 3, 1],
  [0, 1, 2],
  [1, 3, 2],
]
const colors = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 0, 255],
]
const configDict = { material: { cls: 'PointsMaterial', size: 0.05 }, camera: { cls: 'PerspectiveCamera', fov: 75 } }
const layout = {
  Taiwan: { twse: ['Multiline', ['twse/0050', 'twse/2330']] },
  USA: {
    dow: ['Margin', ['dow/aaa', 'dow/bbb', 'dow/ccc']],
    nasdaq: ['Multiline', Array.from({ length: 8 }, (_, i) => `n/${String(i).repeat(30)}`)],
  },
} as const

test("sounds, meshes and layouts have PyTorch's bytes", async () => {
  const records: Uint8Array[] = []
  for await (const { data } of readRecords([media], 'golden')) records.push(data.slice())
  const sound = sin(arange(100).float().mul(0.3)).unsqueeze(0).mul(1.2)
  const events: SummaryEvent[] = [
    { wallTime: 5, step: 3, summary: [audioValue('snd', sound, 8000)] },
    { wallTime: 5, step: 4, summary: [audioValue('snd64', arange(50).double().div(49).mul(2).sub(1), 44100)] },
    { wallTime: 5, step: 7, summary: meshValues('my_mesh', [vertices], { colors: [colors], faces: [faces] }) },
    { wallTime: 5, step: 0, summary: meshValues('cloud', [vertices, vertices], { configDict }) },
    { wallTime: 0, step: 0, summary: [customScalarsValue('addCustomScalars', layout)] },
    { wallTime: 0, step: 0, summary: [customScalarsValue('', { default: { untitled: ['Multiline', ['a', 'b']] } })] },
    { wallTime: 0, step: 0, summary: [customScalarsValue('', { cat: { t: ['Margin', ['a', 'b', 'c']] } })] },
  ]
  expect(records).toHaveLength(1 + events.length)
  events.forEach((event, i) => {
    const expected = records[i + 1]!
    // layouts were written at a time that could not be chosen
    const bytes = event.wallTime === 0 ? [encodeEvent(event), expected.subarray(9)] : [encodeEvent(event), expected]
    expect(bytes[0]).toEqual(bytes[1])
  })
})

test('they are read', async () => {
  const run = await readRun([media])
  expect(run.customScalars).toEqual({ cat: { t: ['Margin', ['a', 'b', 'c']] } })
  expect(run.audio.get('snd')![0]!.value).toMatchObject({ sampleRate: 8000, numChannels: 1, lengthFrames: 100 })
  expect([...run.tensors.keys()]).toEqual(['my_mesh_VERTEX', 'my_mesh_FACE', 'my_mesh_COLOR', 'cloud_VERTEX'])
  expect(run.tensors.get('my_mesh_FACE')![0]!.value).toEqual({
    dtype: 'DT_FLOAT',
    shape: [1, 4, 3],
    values: faces.flat(),
  })
  expect(run.tensors.get('cloud_VERTEX')![0]!.value.shape).toEqual([2, 4, 3])

  // a layout whose message is no text
  const summary = [customScalarsValue('addCustomScalars', layout)]
  const event = encodeEvent({ wallTime: 1, step: 0, summary })
  const { frameRecord } = await import('../src/tensorboard/records.js')
  expect((await readRun([frameRecord(event)])).customScalars).toEqual(layout)
})

test('what cannot be logged', () => {
  expect(() =>
    audioValue(
      'a',
      [
        [1, 2],
        [3, 4],
      ],
      8000,
    ),
  ).toThrow('expected one channel, shape [1, L], but got [2, 2]')
  expect(() => audioValue('a', [], 8000)).toThrow('expected one channel')
  expect(() => audioValue('a', [1], 0)).toThrow('expected sampleRate in Hz, but got 0')
  expect(() => meshValues('m', [1, 2, 3], {})).toThrow('expected vertices of shape [B, N, 3], but got [3]')
  expect(() => meshValues('m', [vertices], { faces: vertices })).toThrow('expected faces of shape [B, N, 3]')
  expect(() => customScalarsValue('f', { a: { b: ['Margin', ['x'] as never] } })).toThrow(
    "f: 'b': expected 3 tags, but got 1",
  )
  expect(() => customScalarsValue('f', { a: { b: ['Lines', []] as never } })).toThrow(
    "'b' should be ['Multiline', tags]",
  )
  expect(() => customScalarsValue('f', null as never)).toThrow('but got null')
  expect(() => videoValue('v', { data: new Uint8Array(4), shape: [1, 1, 2, 2] }, 4)).toThrow('[N, T, C, H, W]')
  expect(() => videoValue('v', tensor([[[[[1]]]]]), 0)).toThrow('expected fps above 0')
})

test('films are put side by side, in as many places as a power of two', () => {
  // three films of two frames, each of one colour
  const data = Uint8Array.from({ length: 3 * 2 * 3 * 4 }, (_, i) => Math.floor(i / 4) * 10)
  const { image } = videoValue('film', { data, shape: [3, 2, 3, 2, 2] }, 10)
  expect(image).toMatchObject({ width: 8, height: 2, colorspace: 3 })
  const { delays, frames, width, height } = decodeGif(image!.encodedImageString)
  expect([delays, width, height]).toEqual([[10, 10], 8, 2])
  const row = (t: number): number[] => [...frames[t]!.subarray(0, 24)]
  const film = (first: number): number[] => [first, first + 10, first + 20, first, first + 10, first + 20]
  expect(row(0)).toEqual([...film(0), ...film(60), ...film(120), 0, 0, 0, 0, 0, 0])
  expect(row(1)).toEqual([...film(30), ...film(90), ...film(150), 0, 0, 0, 0, 0, 0])

  const four = videoValue('film', { data: new Uint8Array(4), shape: [4, 1, 1, 1, 1] }, 4)
  expect(four.image).toMatchObject({ width: 2, height: 2, colorspace: 1 })
  const floats = videoValue('film', tensor([[[[[0, 0.5, 1, 2, -1]]]]]), 4)
  expect([...decodeGif(floats.image!.encodedImageString).frames[0]!].filter((_, i) => i % 3 === 0)).toEqual([
    0, 127, 255, 255, 0,
  ])
})

test('a GIF holds up to 256 colours as they are', () => {
  const frame = fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 35, maxLength: 35 })
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 3 }), (grays) => {
      const frames = grays.map((levels) => Uint8Array.from(levels.flatMap((g) => [g * 17, g, 255 - g])))
      const gif = encodeGif({ width: 7, height: 5, frames, framesPerSecond: 25 })
      expect(decodeGif(gif)).toEqual({ width: 7, height: 5, delays: grays.map(() => 4), frames })
    }),
  )
})

test('codes fill their table several times', () => {
  let state = 1
  const noise = Array.from({ length: 160 * 160 }, () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state >> 23
  })
  const frames = [Uint8Array.from(noise.flatMap((g) => [g, g, g]))]
  expect(decodeGif(encodeGif({ width: 160, height: 160, frames, framesPerSecond: 1 })).frames).toEqual(frames)
  // and lengths at which a code grows with the last one
  for (let count = 1; count < 600; count += 7) {
    const line = [frames[0]!.subarray(0, 3 * count)]
    expect(decodeGif(encodeGif({ width: count, height: 1, frames: line, framesPerSecond: 1 })).frames[0]).toEqual(
      line[0],
    )
  }
})

test('more colours are brought down to 256 near ones', () => {
  const pixels = Uint8Array.from({ length: 64 * 64 }, (_, i) => i).map((_, i) => i % 64)
  const frame = new Uint8Array(64 * 64 * 3)
  pixels.forEach((x, i) => {
    frame.set([x * 4, Math.floor(i / 64) * 4, 128], 3 * i)
  })
  const [shown] = decodeGif(encodeGif({ width: 64, height: 64, frames: [frame], framesPerSecond: 1 })).frames
  const colours = new Set<string>()
  let worst = 0
  for (let i = 0; i < frame.length; i += 3) {
    colours.add(shown!.subarray(i, i + 3).join())
    for (let c = 0; c < 3; c++) worst = Math.max(worst, Math.abs(shown![i + c]! - frame[i + c]!))
  }
  expect(colours.size).toBeGreaterThan(200)
  // 256 boxes of 16 x 16 in a square of 252 x 252
  expect(worst).toBeLessThanOrEqual(16)
})
