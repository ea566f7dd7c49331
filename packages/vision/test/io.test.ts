import { tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { type Image, io } from '../src/index.js'
import { writeChunks } from '../src/io/png-chunks.js'
import { testImage } from './images.js'

const bytes = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))

/** An interlaced PNG file: pieces without filters, packed without compression. */
async function interlaced({ width, height, data }: Image): Promise<Uint8Array> {
  const rows: number[] = []
  for (const [x0, y0, dx, dy] of [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const) {
    for (let y = y0; y < height; y += dy) {
      if (x0 >= width) break
      rows.push(0)
      for (let x = x0; x < width; x += dx) rows.push(data[y * width + x]!)
    }
  }
  const packed = new Blob([new Uint8Array(rows)]).stream().pipeThrough(new CompressionStream('deflate'))
  return writeChunks([
    { type: 'IHDR', data: new Uint8Array([0, 0, 0, width, 0, 0, 0, height, 8, 0, 0, 0, 1]) },
    { type: 'IDAT', data: new Uint8Array(await new Response(packed).arrayBuffer()) },
    { type: 'IEND', data: new Uint8Array(0) },
  ])
}

describe('PNG', () => {
  test.each([1, 2, 3, 4])('files of %d channels come back as they were', async (channels) => {
    const image = testImage(13, 7, channels)
    const file = await io.encodePng(image)
    expect(file.dtype.name).toBe('uint8')
    expect(await io.openImage(file)).toEqual(image)
    expect((await io.decodeImage(file)).shape).toEqual([channels, 7, 13])
    expect(await io.openImage(await io.encodePng(image, 0))).toEqual(image)
  })

  // made by Pillow 12.3.0
  test.each([
    [
      'a palette',
      'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAgMAAAAmWC1rAAAADFBMVEX/AAAA/wAAAP8JCAei0mLAAAAAEUlEQVR42mOQZmCO52JxFQEAA6AA5aQQ4RUAAAAASUVORK5CYII=',
      3,
      [
        255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7, 255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7, 255, 0, 0, 0, 255, 0, 0, 0,
        255, 9, 8, 7, 255, 0, 0, 0, 255, 0, 0, 0, 255,
      ],
    ],
    [
      'a palette with a transparent colour',
      'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAgMAAAAmWC1rAAAADFBMVEX/AAAA/wAAAP8JCAei0mLAAAAAA3RSTlP//wDXyg1BAAAAEUlEQVR42mOQZmCO52JxFQEAA6AA5aQQ4RUAAAAASUVORK5CYII=',
      4,
      [
        255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 0, 9, 8, 7, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 0, 9, 8,
        7, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 0, 9, 8, 7, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255,
        0,
      ],
    ],
    [
      'one bit',
      'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAQAAAABzTfhVAAAADklEQVR42mMIYFjB/AcABJAB+OgYISUAAAAASUVORK5CYII=',
      1,
      [0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0],
    ],
    [
      'sixteen bits',
      'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADEAAAAAAuzUZnAAAAIUlEQVR42mNkYFAXgEAW5ufMAiwCLN9ZvrOwPGf5DuECAFo5BuQdib3DAAAAAElFTkSuQmCC',
      1,
      [0, 39, 78, 117, 156, 3, 42, 82, 121, 160, 7, 46, 85, 124, 164],
    ],
  ] as const)('of %s is decoded to bytes', async (_, base64, channels, data) => {
    expect(await io.openImage(bytes(base64))).toEqual({ width: 5, height: 3, channels, data: new Uint8Array(data) })
  })

  test('that is interlaced is put together', async () => {
    // the same pixels in seven passes, by hand: nothing but filter 0
    const image = testImage(9, 6, 1)
    expect(await io.openImage(await interlaced(image))).toEqual(image)
  })

  test('tensors are taken too', async () => {
    const x = tensor([[[0, 128, 255]]], { dtype: 'uint8' })
    expect((await io.decodeImage(await io.encodePng(x))).tolist()).toEqual([[[0, 128, 255]]])
    expect((await io.decodeImage(await io.encodePng(x), 'RGB')).tolist()).toEqual([
      [[0, 128, 255]],
      [[0, 128, 255]],
      [[0, 128, 255]],
    ])
  })

  test('a damaged file is an error, wherever the damage is', async () => {
    const whole = (await io.encodePng(testImage(5, 4, 3))).toTypedArray() as Uint8Array
    for (let length = 8; length < whole.length; length++)
      await expect(io.openImage(whole.slice(0, length))).rejects.toThrow('cut short')
    for (let at = 8; at < whole.length; at++) {
      const damaged = whole.slice()
      damaged[at] = damaged[at]! ^ 0x55
      await expect(io.openImage(damaged)).rejects.toThrow(/PNG file is (cut short|damaged)/)
    }
  })
})

test('channels are added and left out as PIL converts them', async () => {
  const rgba = { width: 2, height: 1, channels: 4, data: new Uint8Array([200, 100, 50, 7, 0, 0, 255, 255]) }
  const file = await io.encodePng(rgba)
  const open = async (mode: io.ImageReadMode): Promise<number[]> => [...(await io.openImage(file, { mode })).data]
  expect(await open('GRAY')).toEqual([124, 29])
  expect(await open('GRAY_ALPHA')).toEqual([124, 7, 29, 255])
  expect(await open('RGB')).toEqual([200, 100, 50, 0, 0, 255])
  expect(await open(io.ImageReadMode.RGB_ALPHA)).toEqual([...rgba.data])
  await expect(io.openImage(file, 'CMYK' as never)).rejects.toThrow('mode should be one of UNCHANGED, GRAY')
})

test.each([
  [() => io.encodePng(zeros([1, 2, 2])), 'Input tensor dtype should be uint8, but got torch.float32'],
  [() => io.encodePng(zeros([2, 2], { dtype: 'uint8' })), 'should be a 3-dimensional tensor, but got shape [2, 2]'],
  [
    () => io.encodePng(zeros([5, 2, 2], { dtype: 'uint8' })),
    'The number of channels should be 1 or 2 or 3 or 4, got: 5',
  ],
  [() => io.encodePng(testImage(2, 2, 1), 10), 'Compression level should be between 0 and 9, but got 10'],
  [
    () => io.encodeJpeg(testImage(2, 2, 1), 0),
    'Image quality should be a positive number between 1 and 100, but got 0',
  ],
  [() => io.encodeJpeg(testImage(2, 2, 4)), 'The number of channels should be 1 or 3, got: 4'],
  [() => io.decodeImage(zeros([3])), 'Expected a non empty 1-dimensional tensor of dtype uint8'],
  [() => io.decodeImage('x' as never), 'input should be a tensor of bytes. Got x'],
  [() => io.decodeImage(new Uint8Array([1, 2, 3])), 'the image cannot be decoded'],
])('%s is refused', async (call, message) => {
  await expect(call()).rejects.toThrow(message)
})

test('JPEG files lose little', async () => {
  const smooth = {
    width: 24,
    height: 16,
    channels: 3,
    data: Uint8Array.from(
      { length: 24 * 16 * 3 },
      (_, i) => 5 * ((i / 3) % 24) + 4 * Math.floor(i / 72) + 20 * (i % 3),
    ),
  }
  const file = await io.encodeJpeg(smooth, { quality: 95 })
  expect([...(file.toTypedArray() as Uint8Array).slice(0, 3)]).toEqual([0xff, 0xd8, 0xff])
  const back = await io.openImage(file)
  expect([back.width, back.height, back.channels]).toEqual([24, 16, 3])
  const errors = [...back.data].map((v, i) => Math.abs(v - smooth.data[i]!))
  expect(Math.max(...errors)).toBeLessThan(24)
  expect(errors.reduce((a, b) => a + b, 0) / errors.length).toBeLessThan(4)
  expect((await io.encodeJpeg(testImage(8, 8, 1))).ndim).toBe(1)
})

test('a JPEG file of one channel stays grey', async () => {
  // made by Pillow 12.3.0
  const file = bytes(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AA//Z',
  )
  expect(await io.openImage(file)).toEqual({ width: 8, height: 8, channels: 1, data: new Uint8Array(64).fill(77) })
  expect((await io.decodeImage(file, 'RGB')).shape).toEqual([3, 8, 8])
})

describe('plain formats', () => {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content)

  test('PGM and PPM, in text and in bytes', async () => {
    const grey = { width: 2, height: 2, channels: 1, data: new Uint8Array([0, 64, 128, 255]) }
    expect(await io.openImage(text('P2\n# a comment\n2 2\n255\n0 64\n128 255\n'))).toEqual(grey)
    expect(await io.openImage(new Uint8Array([...text('P5 2 2 255\n'), 0, 64, 128, 255]))).toEqual(grey)
    expect((await io.openImage(text('P3 1 1 15 15 0 5'))).data).toEqual(new Uint8Array([255, 0, 85]))
    expect((await io.openImage(new Uint8Array([...text('P6 1 1 65535\n'), 255, 255, 128, 0, 0, 0]))).data).toEqual(
      new Uint8Array([255, 128, 0]),
    )
    for (const broken of ['P5 2 2 255\n123', 'P2 2 2 255 1 2 3', 'P3 1 1', 'P6 9999999 99999999 255\n', 'P5 1 1 0\n0'])
      await expect(io.openImage(text(broken))).rejects.toThrow(/the PGM or PPM file is (damaged|cut short)/)
  })

  test('BMP', async () => {
    const bmp = (depth: number, colors: readonly number[], rows: readonly number[], height = 2): Uint8Array => {
      const start = 54 + colors.length
      const file = new Uint8Array([...new Uint8Array(54), ...colors, ...rows])
      const view = new DataView(file.buffer)
      file.set([0x42, 0x4d])
      for (const [at, value] of [
        [10, start],
        [14, 40],
        [18, 2],
        [22, height],
        [46, colors.length / 4],
      ] as const)
        view.setInt32(at, value, true)
      view.setUint16(28, depth, true)
      return file
    }
    const rgb = { width: 2, height: 2, channels: 3, data: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) }
    const upwards = [9, 8, 7, 12, 11, 10, 0, 0, 3, 2, 1, 6, 5, 4, 0, 0]
    expect(await io.openImage(bmp(24, [], upwards))).toEqual(rgb)
    expect(await io.openImage(bmp(24, [], [...upwards.slice(8), ...upwards.slice(0, 8)], -2))).toEqual(rgb)
    const palette = [0, 0, 255, 0, 255, 0, 0, 0]
    expect([...(await io.openImage(bmp(1, palette, [0x40, 0, 0, 0, 0x80, 0, 0, 0]))).data]).toEqual([
      0, 0, 255, 255, 0, 0, 255, 0, 0, 0, 0, 255,
    ])
    const greys = [0, 0, 0, 0, 255, 255, 255, 0]
    expect((await io.openImage(bmp(1, greys, [0x40, 0, 0, 0, 0x80, 0, 0, 0]))).channels).toBe(1)
    await expect(io.openImage(bmp(24, [], upwards.slice(1)))).rejects.toThrow('the BMP file is cut short')
    await expect(io.openImage(bmp(8, palette, [9, 0, 0, 0, 0, 0, 0, 0]))).rejects.toThrow('not in its palette')
    await expect(io.openImage(bmp(16, [], upwards))).rejects.toThrow('BMP files of 16 bits')
  })
})
