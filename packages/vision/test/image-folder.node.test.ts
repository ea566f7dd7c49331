import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fromTypedArray, RuntimeError, type Tensor } from '@tsorch/core'
import { DataLoader } from '@tsorch/data'
import { type Image, ImageFolder, ToTensor } from '@tsorch/vision'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { encodeJpeg, writeJpeg, writePng } from '../src/io/index.js'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'images '))
})
afterEach(() => rm(root, { recursive: true }))

/** An image of one colour, with a gradient that makes it more than a few bytes. */
function picture(channels: number, size: number, value: number): Tensor {
  const data = new Uint8Array(channels * size * size).map((_, i) => (value + (i % size)) % 256)
  return fromTypedArray(data, [channels, size, size])
}

async function put(folder: string, name: string, image: Tensor): Promise<void> {
  await mkdir(join(root, folder), { recursive: true })
  await (name.endsWith('.png') ? writePng : writeJpeg)(image, join(root, folder, name))
}

describe('ImageFolder', () => {
  test('decodes to RGB', async () => {
    await put('cat', 'grey.png', picture(1, 4, 10))
    await put('dog', 'colour.png', picture(3, 4, 20))
    await put('dog', 'photo.JPG', picture(3, 16, 30))
    await writeFile(join(root, 'dog/notes.txt'), 'no image')
    const folder = new ImageFolder(root)
    expectTypeOf(folder.getItem(0)).toEqualTypeOf<Promise<[Image, number]>>()
    expect([folder.classes, folder.targets, folder.imgs]).toEqual([['cat', 'dog'], [0, 1, 1], folder.samples])
    const [grey, cat] = await folder.getItem(0)
    expect([grey.width, grey.height, grey.channels, cat]).toEqual([4, 4, 3, 0])
    expect([...grey.data.subarray(0, 6)]).toEqual([10, 10, 10, 11, 11, 11])
    const [photo, dog] = await folder.getItem(2)
    expect([photo.width, photo.channels, dog]).toEqual([16, 3, 1])
    expect(String(folder)).toBe(`Dataset ImageFolder\n    Number of datapoints: 3\n    Root location: ${root}`)
  })

  test('feeds a DataLoader', async () => {
    for (let i = 0; i < 5; i++) await put(`c${i % 2}`, `${i}.png`, picture(3, 4, 50 * i))
    const loader = new DataLoader(new ImageFolder(root, { transform: new ToTensor() }), { batchSize: 4 })
    const seen: unknown[] = []
    for await (const [x, y] of loader) {
      expectTypeOf(x).toEqualTypeOf<Tensor>()
      seen.push(x.shape, x.at(':', 0, 0, 0).mul(255).round().tolist(), y.tolist())
    }
    expect(seen).toEqual([[4, 3, 4, 4], [0, 100, 200, 50], [0, 0, 0, 1], [1, 3, 4, 4], [150], [1]])
  })

  test('a loader of one own, and a choice of files', async () => {
    await put('a', 'one.png', picture(3, 4, 0))
    await put('a', 'two.png', picture(3, 4, 0))
    const sizes = new ImageFolder(root, {
      loader: async (path) => (await readFile(path)).length,
      isValidFile: (path) => path.endsWith('two.png'),
    })
    expectTypeOf(sizes.getItem(0)).toEqualTypeOf<Promise<[number, number]>>()
    expect([sizes.length, (await sizes.getItem(0))[0] > 50]).toEqual([1, true])
  })

  test('half of an image is told with its file, and ends the loop', async () => {
    for (const name of ['a.jpg', 'b.jpg', 'c.png']) await put('cat', name, picture(3, 64, 40))
    for (const name of ['b.jpg', 'c.png']) {
      const path = join(root, 'cat', name)
      const whole = await readFile(path)
      await writeFile(path, whole.subarray(0, whole.length / 2))
    }
    const folder = new ImageFolder(root, { transform: new ToTensor() })
    expect((await folder.getItem(0))[0].shape).toEqual([3, 64, 64])
    for (const [index, name] of [
      [1, 'b.jpg'],
      [2, 'c.png'],
    ] as const) {
      await expect(folder.getItem(index)).rejects.toThrow(RuntimeError)
      await expect(folder.getItem(index)).rejects.toThrow(`${root}/cat/${name}: `)
    }
    const loop = async () => {
      for await (const _ of new DataLoader(folder, { batchSize: 2 }));
    }
    await expect(loop()).rejects.toThrow(`${root}/cat/b.jpg: the image cannot be decoded`)
    await writeFile(join(root, 'cat/a.jpg'), '')
    await expect(folder.getItem(0)).rejects.toThrow(`${root}/cat/a.jpg: `)
  })
})

// a thousand images take a few seconds to decode
const perClass = import.meta.env.TSORCH_TEST === 'full' ? 500 : 250

test(`epochs over ${4 * perClass} images hold the memory flat`, async () => {
  const bytes = await encodeJpeg(picture(3, 96, 7))
  const file = bytes.toTypedArray() as Uint8Array
  for (let c = 0; c < 4; c++) {
    await mkdir(join(root, `class${c}`))
    await Promise.all(Array.from({ length: perClass }, (_, i) => writeFile(join(root, `class${c}/${i}.jpg`), file)))
  }
  const program = fileURLToPath(new URL('./fixtures/image-epochs.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [program, root, '0'])
  const { samples, after, most } = JSON.parse(stdout) as { samples: number; after: number[]; most: number }
  expect(samples).toBe(16 * perClass)
  // an epoch's images are at least 27 MB as bytes, 110 MB as tensors
  expect(after[3]! - after[0]!).toBeLessThan(64 * 2 ** 20)
  expect(most - after[0]!).toBeLessThan(96 * 2 ** 20)
}, 120_000)
