import { expect, test } from 'vitest'
import { fill, integers, meanOfAbsolutes, mulberry32, oneHot, permuted, uniform } from '../src/workloads/arrays.js'
import { micros } from '../src/workloads/micro.js'
import { trainings } from '../src/workloads/training.js'

// The numbers on the right are those of pytorch/arrays.py.

test('the generator gives the numbers of its Python twin', () => {
  const take = (seed: number, count: number) => {
    const next = mulberry32(seed)
    return Array.from({ length: count }, next)
  }
  expect(take(1, 4)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522, 0.9810509674716741])
  expect(take(4294967295, 3)).toEqual([0.8964226141106337, 0.189478256739676, 0.7156526781618595])
  expect(take(7, 100_000).at(-1)).toBe(0.6696227870415896)
})

test('arrays are those of their Python twin', () => {
  expect([...fill(uniform([2, 2], 51)).data]).toEqual([
    -0.7059497237205505, -0.8544520139694214, -0.17385199666023254, -0.8241444826126099,
  ])
  const labels = fill(integers([6], 52, 10))
  expect(labels.data).toEqual(Int32Array.of(2, 0, 4, 8, 5, 5))
  const line = fill({ shape: [4], fill: { kind: 'linspace', low: -Math.PI, high: Math.PI } })
  expect([...line.data]).toEqual([-3.1415927410125732, -1.0471975803375244, 1.0471975803375244, 3.1415927410125732])
  expect([...fill({ shape: [2, 1], fill: { kind: 'list', values: [3, 4] } }).data]).toEqual([3, 4])
  expect([...fill({ shape: [3], fill: { kind: 'constant', value: 1 } }).data]).toEqual([1, 1, 1])
})

test('dimensions in another order', () => {
  const given = { shape: [2, 3, 2], data: Float32Array.from({ length: 12 }, (_, i) => i) }
  const { shape, data } = permuted(given, [2, 0, 1])
  expect(shape).toEqual([2, 2, 3])
  expect([...data]).toEqual([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11])
  expect(permuted(permuted(given, [1, 2, 0]), [2, 0, 1])).toEqual(given)
})

test('rows with a one, and the mean of absolutes', () => {
  expect(oneHot({ shape: [2], data: Int32Array.of(2, 0) }, 3)).toEqual({
    shape: [2, 3],
    data: Float32Array.of(0, 0, 1, 1, 0, 0),
  })
  expect(meanOfAbsolutes([1, -2, 3])).toBe(2)
})

test('every parameter has a name and numbers of its own', () => {
  for (const { id, params } of trainings) {
    expect(new Set(params.map(({ name }) => name)).size, id).toBe(params.length)
    const seeds = params.flatMap(({ fill: own }) => (own.kind === 'uniform' ? [own.seed] : []))
    expect(new Set(seeds).size, id).toBe(seeds.length)
  }
})

test('names of workloads are unique, and convolutions count their multiplications', () => {
  const ids = [...trainings, ...micros].map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const flops = (id: string) => micros.find((micro) => micro.id === id)!.flops
  expect(flops('matmul-64')).toBe(2 * 64 ** 3)
  expect(flops('conv5x5-10-forward')).toBe(2 * 64 * 20 * 8 * 8 * 10 * 25)
  expect(flops('conv7x7-3-weight')).toBe(2 * 4 * 64 * 112 * 112 * 3 * 49)
})
