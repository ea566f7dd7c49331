/** Pictures of tensors; numbers and checksums are those of torchvision 0.28.0. */
import { arange, bool, float32, rand, tensor, uint8, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { transforms, utils } from '../src/index.js'
import { checksum, testImage } from './images.js'

const image = transforms.functional.pilToTensor(testImage(14, 11, 3))
const sum = (x: typeof image): number => checksum(x.toTypedArray() as Uint8Array)

describe('makeGrid', () => {
  const x = arange(30, { dtype: 'float32' }).reshape(5, 1, 2, 3)

  test('puts images beside and below each other', () => {
    const grid = utils.makeGrid(x, { nrow: 2, padding: 1, padValue: -1 })
    expect(grid.shape).toEqual([3, 10, 9])
    expect((grid.tolist() as number[][][])[0]).toEqual([
      [-1, -1, -1, -1, -1, -1, -1, -1, -1],
      [-1, 0, 1, 2, -1, 6, 7, 8, -1],
      [-1, 3, 4, 5, -1, 9, 10, 11, -1],
      [-1, -1, -1, -1, -1, -1, -1, -1, -1],
      [-1, 12, 13, 14, -1, 18, 19, 20, -1],
      [-1, 15, 16, 17, -1, 21, 22, 23, -1],
      [-1, -1, -1, -1, -1, -1, -1, -1, -1],
      [-1, 24, 25, 26, -1, -1, -1, -1, -1],
      [-1, 27, 28, 29, -1, -1, -1, -1, -1],
      [-1, -1, -1, -1, -1, -1, -1, -1, -1],
    ])
    expect(utils.makeGrid([zeros([3, 2, 2]), zeros([3, 2, 2])], 8, 0).shape).toEqual([3, 2, 4])
    expect(utils.makeGrid(zeros([4, 6])).shape).toEqual([3, 4, 6])
  })

  test('normalizes copies, all together or each by itself', () => {
    const first = (grid: typeof x): number[] => (grid.tolist() as number[][][])[0]![0]!.slice(0, 6)
    const close = [0, 0.2, 0.4, 0, 0.2, 0.4]
    for (const [i, v] of first(utils.makeGrid(x, { normalize: true, scaleEach: true, nrow: 5, padding: 0 })).entries())
      expect(v).toBeCloseTo(close[i]!, 6)
    const ranged = utils.makeGrid(x, { normalize: true, valueRange: [5, 20], nrow: 5, padding: 0 })
    for (const [i, v] of [0, 0, 0, 1 / 15, 2 / 15, 3 / 15].entries()) expect(first(ranged)[i]).toBeCloseTo(v, 6)
    expect(x.max().item()).toBe(29)
  })

  test('refuses what is no tensor', () => {
    expect(() => utils.makeGrid(3 as never)).toThrow('tensor or list of tensors expected, got 3')
    expect(() => utils.makeGrid([1] as never)).toThrow('got a list containing 1')
  })
})

describe('drawBoundingBoxes', () => {
  const boxes = tensor([
    [1, 1, 9, 7],
    [4, -2, 20, 9],
  ])

  test('draws outlines and fillings as Pillow does', () => {
    expect(sum(utils.drawBoundingBoxes(image, boxes, { colors: ['red', '#0f8'], width: 2 }))).toBe(287790)
    expect(sum(utils.drawBoundingBoxes(image, boxes, { fill: true }))).toBe(61198)
    const grey = image.narrow(0, 0, 1)
    expect(sum(utils.drawBoundingBoxes(grey, tensor([[2, 3, 9, 7]]), { colors: [9, 8, 7] }))).toBe(645890)
  })

  test('draws turned boxes', () => {
    const turned = tensor([[6, 1, 12, 6, 7, 9, 1, 4]])
    expect(sum(utils.drawBoundingBoxes(image, turned, { colors: 'blue' }))).toBe(392174)
    expect(sum(utils.drawBoundingBoxes(image, turned, { colors: 'blue', fill: true }))).toBe(980615)
  })

  test('writes labels', () => {
    const black = zeros([3, 20, 40], { dtype: 'uint8' })
    const drawn = utils.drawBoundingBoxes(black, tensor([[0, 0, 39, 19]]), { labels: ['TL'], colors: 'white' })
    const pixels = (drawn.select(0, 0).narrow(0, 2, 7).narrow(1, 2, 11).ne(0).tolist() as boolean[][]).map((row) =>
      row.map((on) => (on ? '#' : ' ')).join(''),
    )
    expect(pixels).toEqual([
      '##### #    ',
      '  #   #    ',
      '  #   #    ',
      '  #   #    ',
      '  #   #    ',
      '  #   #    ',
      '  #   #####',
    ])
    const ground = { labels: ['T'], fillLabels: true, labelBackgroundColors: 'red', colors: 'lime' }
    const filled = utils.drawBoundingBoxes(black, tensor([[0, 0, 39, 19]]), ground)
    expect(filled.select(2, 1).select(1, 5).tolist()).toEqual([255, 0, 0])
  })

  test('keeps floating point', () => {
    const x = rand([3, 8, 8])
    const drawn = utils.drawBoundingBoxes(x, tensor([[1, 1, 3, 3]]), { colors: 'white' })
    expect(drawn.dtype).toBe(float32)
    expect(drawn.at(':', 1, 1).tolist()).toEqual([1, 1, 1])
  })

  test('refuses what cannot be drawn', () => {
    expect(() => utils.drawBoundingBoxes(image, tensor([[5, 5, 1, 1]]))).toThrow('(xmin, ymin, xmax, ymax) format')
    expect(() => utils.drawBoundingBoxes(image.unsqueeze(0), boxes)).toThrow('Pass individual images, not batches')
    expect(() => utils.drawBoundingBoxes(image.to('int32'), boxes)).toThrow('must be uint8 or float, got torch.int32')
    expect(() => utils.drawBoundingBoxes(image, boxes, { labels: ['a'] })).toThrow('boxes (2) and labels (1) mismatch')
    expect(() => utils.drawBoundingBoxes(image, boxes, { colors: ['red'] })).toThrow('but got 1 < 2')
    expect(() => utils.drawBoundingBoxes(image, boxes, { colors: 'reddish' })).toThrow(
      "unknown color specifier: 'reddish'",
    )
  })
})

test('masks are laid over, black where they overlap', () => {
  const masks = zeros([2, 11, 14], { dtype: bool })
  masks.set([0, '2:6', '3:9'], true)
  masks.set([1, '4:9', '7:12'], true)
  expect(sum(utils.drawSegmentationMasks(image, masks, 0.6))).toBe(682091)
  expect(sum(utils.drawSegmentationMasks(image, masks.select(0, 0), { colors: 'orange' }))).toBe(721663)
  expect(() => utils.drawSegmentationMasks(image, masks.to(uint8))).toThrow('must be of dtype bool. Got torch.uint8')
  expect(() => utils.drawSegmentationMasks(image, zeros([3, 3], { dtype: bool }))).toThrow('same height and width')
})

test('keypoints are drawn and joined', () => {
  const points = tensor([
    [
      [3, 3],
      [10, 4],
      [6, 9],
    ],
  ])
  const connectivity = [
    [0, 1],
    [1, 2],
  ] as const
  expect(sum(utils.drawKeypoints(image, points, { colors: 'lime', connectivity, width: 1 }))).toBe(803642)
  expect(sum(utils.drawKeypoints(image, points, connectivity))).toBe(857403)
  const visibility = tensor([[true, false, true]])
  expect(sum(utils.drawKeypoints(image, points, { colors: 'red', visibility }))).toBe(351952)
  expect(() => utils.drawKeypoints(image, zeros([3, 2]))).toThrow('keypoints must be of shape (num_instances, K, 2)')
})

test('flow has the hue of its direction', () => {
  const flow = tensor([
    [
      [1, 0, -1],
      [0, 0.5, 0],
    ],
    [
      [0, 1, 0],
      [-1, 0.5, 0],
    ],
  ])
  const colors = utils.flowToImage(flow)
  expect(colors.select(2, 1).tolist()).toEqual([
    [255, 255],
    [229, 155],
    [0, 74],
  ])
  expect(() => utils.flowToImage(zeros([3, 2, 2]))).toThrow(
    'should have shape (2, H, W) or (N, 2, H, W), got [3, 2, 2]',
  )
})
