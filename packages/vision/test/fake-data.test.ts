import { IndexError, manualSeed, rand, type Tensor } from '@tsorch/core'
import { DataLoader } from '@tsorch/data'
import { FakeData, type Image, ToTensor } from '@tsorch/vision'
import { expect, expectTypeOf, test } from 'vitest'

const sum = ({ data }: Image) => [...data].reduce((total, value) => total + value, 0)
const pixel = ({ data, width, channels }: Image, row: number, column: number) => {
  const from = (row * width + column) * channels
  return [...data.subarray(from, from + channels)]
}

// values of torchvision.datasets.FakeData
test('gives the images and labels of torchvision', () => {
  const fake = new FakeData({ size: 5, imageSize: [3, 4, 5], numClasses: 7, randomOffset: 2 })
  expectTypeOf(fake.getItem(0)).toEqualTypeOf<[Image, number]>()
  const [first, label] = fake.getItem(0)
  expect([first.width, first.height, first.channels, label]).toEqual([5, 4, 3, 4])
  expect([pixel(first, 0, 0), pixel(first, 3, 4), sum(first)]).toEqual([[247, 7, 38], [134, 76, 223], 7826])
  const [fourth, other] = fake.getItem(3)
  expect([pixel(fourth, 0, 0), pixel(fourth, 3, 4), sum(fourth), other]).toEqual([
    [213, 223, 219],
    [10, 156, 102],
    8510,
    0,
  ])
  const [grey] = new FakeData({ imageSize: [1, 3, 3] }).getItem(1)
  expect([...grey.data]).toEqual([168, 68, 15, 158, 141, 214, 124, 97, 250])
  const [large, last] = new FakeData().getItem(999)
  expect([pixel(large, 100, 50), sum(large), last]).toEqual([[30, 221, 47], 19170523, 8])
})

test('leaves the random stream as it was, and ends', () => {
  const fake = new FakeData({ size: 3, imageSize: [1, 2, 2] })
  manualSeed(3)
  const expected = rand([1]).item()
  manualSeed(3)
  fake.getItem(2)
  expect(rand([1]).item()).toBe(expected)
  expect(fake.length).toBe(3)
  expect(() => fake.getItem(3)).toThrow(IndexError)
})

test('applies its transforms', () => {
  const options = {
    size: 4,
    imageSize: [3, 8, 6],
    transform: new ToTensor(),
    targetTransform: (y: number) => y * 10,
  } as const
  const [[x, y]] = [...new DataLoader(new FakeData(options), { batchSize: 4 })] as [[Tensor, Tensor]]
  expect([x.shape, (y.tolist() as number[]).every((label) => label % 10 === 0)]).toEqual([[4, 3, 8, 6], true])
})
