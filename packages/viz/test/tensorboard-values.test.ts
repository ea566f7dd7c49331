// Expected numbers are those of torch.utils.tensorboard 2.13 with NumPy 2.4.
import { arange, tensor } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { type HistogramBins, makeHistogram } from '../src/tensorboard/histogram.js'
import { toPixels } from '../src/tensorboard/image.js'
import { prCurveValue } from '../src/tensorboard/summaries.js'
import { readScalar, readValues, type Values } from '../src/tensorboard/values.js'

describe('histograms', () => {
  const values = [0.1, 0.2, 0.2, 0.4, 1.7, -3.5, 2.2, 2.3, 5.0, 0.9, 0.95, 1.05]

  test.each<[HistogramBins, number | null, number[], number[]]>([
    [
      'auto',
      null,
      [-3.5, -2.083333333333333, -0.6666666666666665, 0.75, 2.1666666667, 3.5833333333, 5],
      [0, 1, 0, 4, 4, 2, 1],
    ],
    [
      'fd',
      null,
      [-3.5, -2.083333333333333, -0.6666666666666665, 0.75, 2.1666666667, 3.5833333333, 5],
      [0, 1, 0, 4, 4, 2, 1],
    ],
    ['sturges', null, [-3.5, -1.8, -0.1, 1.6, 3.3, 5], [0, 1, 0, 7, 3, 1]],
    ['sqrt', null, [-3.5, -1.375, 0.75, 2.875, 5], [0, 1, 4, 6, 1]],
    ['rice', null, [-3.5, -1.8, -0.1, 1.6, 3.3, 5], [0, 1, 0, 7, 3, 1]],
    [4, null, [-3.5, -1.375, 0.75, 2.875, 5], [0, 1, 4, 6, 1]],
    [9, 4, [-3.5, -1.6111111111, 0.2777777778, 2.1666666667, 4.0555555556, 5], [0, 1, 3, 5, 2, 1]],
    [[0.2, 0.4, 2.2], null, [0.2, 0.4, 2.2], [0, 2, 6]],
  ])('bins %j, at most %j', (bins, maxBins, limits, counts) => {
    const { bucketLimit, bucket, num, min, max } = makeHistogram(values, bins, maxBins)
    expect(bucket).toEqual(counts)
    expect(bucketLimit).toHaveLength(limits.length)
    limits.forEach((limit, i) => {
      expect(bucketLimit[i]).toBeCloseTo(limit, 9)
    })
    expect([num, min, max]).toEqual([12, -3.5, 5])
  })

  test("TensorBoard's own limits", () => {
    const { bucketLimit, bucket } = makeHistogram([0, 1e-12, 0.5, 0.5], 'tensorflow', null)
    expect(bucketLimit.slice(0, 3)).toEqual([0, 1e-12, 1.1000000000000002e-12])
    expect(bucket.slice(0, 3)).toEqual([0, 1, 1])
    expect(bucket.at(-1)).toBe(2)
    expect(bucketLimit.at(-1)! > 0.5 && bucketLimit.at(-2)! <= 0.5).toBe(true)
  })

  test('a single value is in the middle of its bin', () => {
    expect(makeHistogram([2, 2], 'auto', null)).toMatchObject({ bucketLimit: [1.5, 2.5], bucket: [0, 2] })
  })

  test('NaN is in no bin, but in the sum', () => {
    const { num, sum, bucket } = makeHistogram([Number.NaN, 1, 1], [0, 2], null)
    expect([num, sum, bucket]).toEqual([3, Number.NaN, [0, 2]])
  })

  test('what makes none', () => {
    expect(() => makeHistogram([], 'tensorflow', null)).toThrow('The input has no element.')
    expect(() => makeHistogram([Number.NaN], 'tensorflow', null)).toThrow('The histogram is empty')
    expect(() => makeHistogram([Number.NaN], 3, null)).toThrow('autodetected range of [NaN, NaN] is not finite')
    expect(() => makeHistogram([1], 0, null)).toThrow('`bins` must be positive')
    expect(() => makeHistogram([1], [2, 1], null)).toThrow('`bins` must increase monotonically')
    expect(() => makeHistogram([1], 'best' as 'auto', null)).toThrow("'best' is not a valid estimator")
  })
})

describe('precision-recall curves', () => {
  const labels = [1, 0, 1, 1, 0, 1]
  const predictions = [0.9, 0.1, 0.4, 1, 0.6, 0.5]
  const rowsOf = (weights: number[] | null): number[][] => {
    const values = Array.from(prCurveValue('pr', labels, predictions, 5, weights).tensor!.values)
    return Array.from({ length: 6 }, (_, i) => values.slice(5 * i, 5 * i + 5))
  }

  test('counts, precision and recall', () => {
    expect(rowsOf(null)).toEqual([
      [4, 4, 3, 2, 1],
      [2, 1, 1, 0, 0],
      [0, 1, 1, 2, 2],
      [0, 0, 1, 2, 3],
      [0.6666666666666666, 0.8, 0.75, 1, 1],
      [1, 1, 0.75, 0.5, 0.25],
    ])
  })

  test('with weights', () => {
    const [tp, fp, , , precision] = rowsOf([1, 2, 3, 4, 5, 6])
    expect(tp).toEqual([14, 14, 11, 5, 4])
    expect(fp).toEqual([7, 5, 5, 0, 0])
    expect(precision).toEqual([0.6666666666666666, 0.7368421052631579, 0.6875, 1, 1])
  })

  test('at most 127 thresholds, as many labels as predictions', () => {
    expect(prCurveValue('pr', labels, predictions, 500, null).tensor!.shape).toEqual([6, 127])
    expect(() => prCurveValue('pr', [1], predictions, 5, null)).toThrow('there are 1 labels, but 6 predictions')
    expect(() => prCurveValue('pr', labels, predictions, 5, [1, 2])).toThrow('there are 2 weights, but 6 predictions')
  })
})

describe('pixels', () => {
  const pixelsOf = (image: Values, format: string) => toPixels('addImage', readValues('addImage', image), format)
  const eighths = (shape: number[]): Values => {
    const count = shape.reduce((product, size) => product * size, 1)
    return { data: Float32Array.from({ length: count }, (_, i) => i / 8), shape }
  }

  test.each([
    ['HW', [2, 2], [2, 2, 3], [0, 0, 0, 31, 31, 31, 63, 63, 63, 95, 95, 95]],
    ['CHW', [3, 1, 2], [1, 2, 3], [0, 63, 127, 31, 95, 159]],
    ['hwc', [1, 2, 4], [1, 2, 4], [0, 31, 63, 95, 127, 159, 191, 223]],
    ['NHWC', [2, 1, 2, 1], [1, 4, 3], [0, 0, 0, 31, 31, 31, 63, 63, 63, 95, 95, 95]],
    ['WH', [1, 2], [2, 1, 3], [0, 0, 0, 31, 31, 31]],
  ])('%s %j', (format, shape, size, data) => {
    const pixels = pixelsOf(eighths(shape), format)
    expect([pixels.height, pixels.width, pixels.channels]).toEqual(size)
    expect([...pixels.data]).toEqual(data)
  })

  test('bytes stay, what is out of range is cut', () => {
    expect([...pixelsOf(tensor([[0, 200]], { dtype: 'uint8' }), 'HW').data]).toEqual([0, 0, 0, 200, 200, 200])
    expect([...pixelsOf([[-1, 2, Number.NaN]], 'HW').data]).toEqual([0, 0, 0, 255, 255, 255, 0, 0, 0])
    expect([...pixelsOf(tensor([[true, false]]), 'HW').data]).toEqual([255, 255, 255, 0, 0, 0])
  })

  test('eight images in a row', () => {
    const images = arange(9).div(10).reshape([9, 1, 1, 1])
    const pixels = pixelsOf(images, 'NCHW')
    expect([pixels.width, pixels.height]).toEqual([8, 2])
    expect(Array.from({ length: 16 }, (_, i) => pixels.data[3 * i])).toEqual([
      0, 25, 51, 76, 102, 127, 153, 178, 204, 0, 0, 0, 0, 0, 0, 0,
    ])
  })

  test('formats that do not fit', () => {
    expect(() => pixelsOf(eighths([2, 2]), 'CHW')).toThrow('size of input tensor and input format are different')
    expect(() => pixelsOf(eighths([2, 2]), 'HH')).toThrow('You can not use the same dimension shorthand twice')
    expect(() => pixelsOf(eighths([2, 2]), 'XY')).toThrow("but got 'XY'")
    expect(() => pixelsOf(eighths([5, 1, 1]), 'CHW')).toThrow('expected an image of 1 to 4 channels, but got 5')
    expect(() => pixelsOf(eighths([1, 4, 1, 1]), 'NCHW')).toThrow('Input should be 4D with 3 channels or 1')
    expect(() => pixelsOf(eighths([3, 0, 1]), 'CHW')).toThrow('the image is empty')
  })
})

describe('values', () => {
  test('scalars', () => {
    expect([1.5, 2n, true, [[3]], Float32Array.of(4), tensor([5]), tensor(6)].map((v) => readScalar('f', v))).toEqual([
      1.5, 2, 1, 3, 4, 5, 6,
    ])
    expect(() => readScalar('addScalar', [1, 2])).toThrow(
      'addScalar: Tensor should contain one element (0 dimensions). Was given size: 2 and 1 dimensions.',
    )
    expect(() => readScalar('addScalar', 'x' as never)).toThrow("but got the string 'x'")
    expect(() => readScalar('addScalar', undefined as never)).toThrow('but got undefined')
  })

  test('arrays', () => {
    expect(readValues('f', [[1, 2, 3]])).toEqual({ data: [1, 2, 3], shape: [1, 3], dtype: 'float64' })
    expect(readValues('f', BigInt64Array.of(1n, 2n))).toMatchObject({ shape: [2], dtype: 'int64' })
    expect(() => readValues('f', [[1], [2, 3]])).toThrow('expected sequence of length 1 at dim 1 (got 2)')
    expect(() => readValues('f', [1, [2]])).toThrow('expected numbers in arrays of one length on each level')
    expect(() => readValues('f', { data: [1, 2, 3], shape: [2, 2] })).toThrow(
      'shape [2, 2] is invalid for input of size 3',
    )
  })
})
