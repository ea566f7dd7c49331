import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rand, zeros } from '@tsorch/core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { io, utils } from '../src/index.js'
import { testImage } from './images.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tsorch-io-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('images are written whole and read again, by path and by URL', async () => {
  const image = testImage(9, 5, 3)
  const path = join(folder, 'image.png')
  await io.writePng(image, path, { compressionLevel: 9 })
  expect(await io.openImage(path)).toEqual(image)
  expect(await io.openImage(pathToFileURL(path))).toEqual(image)
  expect((await io.readImage(path, 'GRAY')).shape).toEqual([1, 5, 9])
  await io.writeJpeg(image, join(folder, 'image.jpg'), 90)
  expect((await io.readImage(join(folder, 'image.jpg'))).shape).toEqual([3, 5, 9])
  expect((await readdir(folder)).sort()).toEqual(['image.jpg', 'image.png'])
})

test('batches are saved as grids', async () => {
  const path = join(folder, 'grid.png')
  await utils.saveImage(rand([5, 1, 4, 6]), path, { nrow: 3, padding: 1 })
  expect((await io.readImage(path)).shape).toEqual([3, 11, 22])
  await utils.saveImage(zeros([3, 4, 4]).add(0.5), join(folder, 'grey'), { format: 'png' })
  expect((await io.readImage(join(folder, 'grey'))).max().item()).toBe(128)
  await expect(utils.saveImage(zeros([3, 4, 4]), join(folder, 'x.gif'))).rejects.toThrow(
    "unknown file extension: 'gif'",
  )
})

test('errors name the file', async () => {
  await expect(io.readImage(join(folder, 'none.png'))).rejects.toThrow(/none\.png: cannot be read/)
  await writeFile(join(folder, 'bad.jpg'), 'no image')
  await expect(io.openImage(join(folder, 'bad.jpg'))).rejects.toThrow(/bad\.jpg: the image cannot be decoded/)
  await expect(io.writePng(testImage(1, 1, 1), join(folder, 'no', 'x.png'))).rejects.toThrow(/x\.png/)
})

test('an image is turned as its EXIF data say, if that is wanted', async () => {
  const jpeg = (await io.encodeJpeg(testImage(16, 8, 3))).toTypedArray() as Uint8Array
  // a segment with one entry: orientation 6, a quarter to the right
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
  const body = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff]
  const marked = new Uint8Array([...jpeg.slice(0, 2), 0xff, 0xe1, 0, body.length + 2, ...body, ...jpeg.slice(2)])
  const { width, height } = await io.openImage(marked)
  expect([width, height]).toEqual([16, 8])
  expect((await io.decodeImage(marked, { applyExifOrientation: true })).shape).toEqual([3, 16, 8])
})

test('without sharp an error says what to install, and PNG works', async () => {
  vi.resetModules()
  vi.doMock('sharp', () => {
    throw new Error("Cannot find package 'sharp' imported from here")
  })
  const { io: bare } = await import('../src/index.js')
  const jpeg = await readFile(join(folder, 'image.jpg'))
  await expect(bare.decodeImage(jpeg)).rejects.toThrow('needs the package sharp')
  await expect(bare.decodeImage(jpeg)).rejects.toThrow('npm install sharp')
  expect((await bare.openImage(await bare.encodePng(testImage(3, 2, 1)))).width).toBe(3)
  vi.doUnmock('sharp')
  expect((await bare.decodeImage(jpeg)).shape).toEqual([3, 5, 9])
})
