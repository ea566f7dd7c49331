import { int64, RuntimeError, type Tensor, uint8 } from '@tsorch/core'
import { DataLoader } from '@tsorch/data'
import { CIFAR10, CIFAR100, datasets, type Image, ToTensor } from '@tsorch/vision'
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest'

/** An image whose red, green and blue are 1, 2 and 3 in its first pixel and 101, 102 and 103 in its last, with labels before it. */
function record(...labels: number[]): Uint8Array {
  const bytes = new Uint8Array(labels.length + 3072)
  bytes.set(labels)
  for (const c of [0, 1, 2]) {
    bytes[labels.length + c * 1024] = 1 + c
    bytes[labels.length + c * 1024 + 1023] = 101 + c
  }
  return bytes
}

const pair = new Uint8Array([...record(3), ...record(9)])

describe('CIFAR', () => {
  test('holds all images, pixel by pixel, and labels', () => {
    const dataset = new CIFAR10({ batches: [pair, record(0)] })
    expect([dataset.length, dataset.data.shape, dataset.data.dtype]).toEqual([3, [3, 32, 32, 3], uint8])
    expect([dataset.targets.tolist(), dataset.targets.dtype]).toEqual([[3, 9, 0], int64])
    const [image, label] = dataset.getItem(1)
    expectTypeOf(image).toEqualTypeOf<Image>()
    expect([image.width, image.height, image.channels, label]).toEqual([32, 32, 3, 9])
    expect([...image.data.subarray(0, 6), ...image.data.subarray(-3)]).toEqual([1, 2, 3, 0, 0, 0, 101, 102, 103])
    expect([dataset.classes[3], dataset.classToIdx.truck, dataset.classes.length]).toEqual(['cat', 9, 10])
    expect(datasets.CIFAR10).toBe(CIFAR10)
  })

  test('CIFAR100 has fine labels behind coarse ones', () => {
    const dataset = new CIFAR100({ batches: [record(11, 98)] }, { train: false, transform: new ToTensor() })
    const [image, label] = dataset.getItem(0)
    expectTypeOf(image).toEqualTypeOf<Tensor>()
    expect([image.shape, dataset.classes[label], dataset.classes.length]).toEqual([[3, 32, 32], 'woman', 100])
    expect(image.at(':', 0, 0).mul(255).round().tolist()).toEqual([1, 2, 3])
    expect(String(dataset)).toMatch(/^Dataset CIFAR100\n {4}Number of datapoints: 1\n/)
  })

  test('feeds a DataLoader', () => {
    const dataset = new CIFAR10({ batches: [pair] }, { transform: new ToTensor() })
    const [[x, y]] = [...new DataLoader(dataset, { batchSize: 2 })] as [[Tensor, Tensor]]
    expect([x.shape, y.tolist()]).toEqual([
      [2, 3, 32, 32],
      [3, 9],
    ])
  })

  test.each([
    [
      'a truncated batch',
      [pair, pair.subarray(0, -1)],
      'batch 1: truncated or damaged: images of 3073 bytes do not make up 6145 bytes',
    ],
    ['an empty batch', [new Uint8Array(0)], 'batch 0: truncated or damaged'],
    [
      'a label that is no class',
      [new Uint8Array([...pair, ...record(10)])],
      'batch 0: label 10 at byte 6146 is out of range, expected 0 to 9',
    ],
  ])('refuses %s', (_, batches, message) => {
    expect(() => new CIFAR10({ batches })).toThrow(RuntimeError)
    expect(() => new CIFAR10({ batches })).toThrow(message)
  })
})

describe('CIFAR10.load from a URL', () => {
  afterEach(() => vi.unstubAllGlobals())

  test('reads the binary version', async () => {
    vi.stubGlobal('fetch', async (url: string) =>
      url === 'https://example.org/cifar-10-batches-bin/test_batch.bin'
        ? new Response(pair as Uint8Array<ArrayBuffer>)
        : new Response('', { status: 404 }),
    )
    expect((await CIFAR10.load('https://example.org', { train: false })).targets.tolist()).toEqual([3, 9])
    await expect(CIFAR10.load('https://example.org')).rejects.toThrow(
      'CIFAR10: dataset not found: looked for data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, ' +
        'data_batch_5.bin in https://example.org/cifar-10-batches-bin/ and https://example.org/. To get it, unpack ' +
        'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz in https://example.org',
    )
  })
})
