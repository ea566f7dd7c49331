import { currentKernelSet, manualSeed, noGrad, randn, type Tensor, useKernelSet, zeros } from '@tsorch/core'
import {
  type ConvGeometry,
  convolutionInputGradOp,
  convolutionOp,
  convolutionWeightGradOp,
  float32,
  type Shape,
} from '@tsorch/core/backend'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectClose } from '../close.js'

/** What the plain TypeScript set answers; it adds up in float64. */
function plainly<T>(run: () => T): T {
  const set = currentKernelSet('cpu')
  useKernelSet('cpu', 'ts')
  try {
    return run()
  } finally {
    useKernelSet('cpu', set)
  }
}

/** Sums of `n` products of normal numbers, by any of the algorithms. */
const tolerance = (n: number): number => 2e-6 * (8 + n)

/** Ways in which an operand may lie in memory. */
const layouts = ['rows', 'channels last', 'part', 'every other', 'some channels', 'one image'] as const
type Layout = (typeof layouts)[number]

/** A random tensor that lies in memory as `layout` says. */
function laidOut(layout: Layout, shape: Shape): Tensor {
  const n = shape.length
  switch (layout) {
    case 'rows':
      return randn(shape)
    case 'channels last': {
      const order = [0, ...shape.slice(2).map((_, d) => 2 + d), 1]
      const back = [0, n - 1, ...shape.slice(2).map((_, d) => 1 + d)]
      return randn(order.map((d) => shape[d]!)).permute(...back)
    }
    case 'part':
      return randn([shape[0]! + 1, ...shape.slice(1, -1), shape[n - 1]! + 3])
        .narrow(0, 1, shape[0]!)
        .narrow(n - 1, 2, shape[n - 1]!)
    case 'some channels':
      return randn([shape[0]!, shape[1]! + 3, ...shape.slice(2)]).narrow(1, 2, shape[1]!)
    case 'one image':
      return randn([1, ...shape.slice(1)]).expand([...shape])
    case 'every other':
      return randn([...shape, 2]).select(n, 1)
  }
}

interface Case {
  readonly x: Shape
  readonly weight: Shape
  readonly out: Shape
  readonly geometry: ConvGeometry
}

function caseOf(
  batch: number,
  channels: number,
  outChannels: number,
  sizes: readonly number[],
  kernel: readonly number[],
  geometry: ConvGeometry,
): Case | null {
  const { stride, padding, dilation, groups } = geometry
  const outputs = sizes.map(
    (size, d) => Math.floor((size + 2 * padding[d]! - dilation[d]! * (kernel[d]! - 1) - 1) / stride[d]!) + 1,
  )
  if (outputs.some((n) => n < 1)) return null
  return {
    x: [batch, channels * groups, ...sizes],
    weight: [outChannels * groups, channels, ...kernel],
    out: [batch, outChannels * groups, ...outputs],
    geometry,
  }
}

const count = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

/** All three passes of a case against the plain set. */
function expectPasses({ x, weight, out, geometry }: Case, layout: Layout, seed: number): void {
  manualSeed(seed)
  const [input, w, g] = [laidOut(layout, x), laidOut(layout, weight), laidOut(layout, out)]
  const bias = seed % 3 === 0 ? null : seed % 3 === 1 ? randn([weight[0]!]) : randn([weight[0]!, 2]).select(1, 0)
  const reach = count(weight) / weight[0]!
  expectClose(
    convolutionOp(input, w, bias, geometry),
    plainly(() => convolutionOp(input, w, bias, geometry)),
    tolerance(reach),
  )
  expectClose(
    convolutionInputGradOp(g, w, x, geometry),
    plainly(() => convolutionInputGradOp(g, w, x, geometry)),
    tolerance(reach * (weight[0]! / x[1]!)),
  )
  expectClose(
    convolutionWeightGradOp(g, input, weight, geometry),
    plainly(() => convolutionWeightGradOp(g, input, weight, geometry)),
    tolerance(count(out) / out[1]!),
  )
}

const plain = (n: number): ConvGeometry => ({
  stride: new Array<number>(n).fill(1),
  padding: new Array<number>(n).fill(0),
  dilation: new Array<number>(n).fill(1),
  groups: 1,
})

const mostly = (max: number, rest: number) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: rest }) },
  )
const dimension = fc.record({
  size: mostly(14, 30),
  kernel: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(1, 3, 3, 5) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 7 }) },
  ),
  stride: mostly(1, 4),
  padding: fc.integer({ min: 0, max: 4 }),
  dilation: mostly(1, 3),
})

/** Convolutions and their gradients, against the plain set. */
export function convSuite(): void {
  describe('convolutions', () => {
    test('of any sizes, steps, groups and layouts, with both gradients', () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 5 }),
          mostly(9, 40),
          mostly(12, 70),
          fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 5 }) }),
          fc.oneof(
            { weight: 5, arbitrary: fc.tuple(dimension, dimension) },
            { weight: 1, arbitrary: fc.tuple(dimension) },
          ),
          fc.constantFrom(...layouts),
          fc.nat(),
          (
            batch,
            channels,
            outChannels,
            groups,
            sizes: readonly (typeof dimension extends fc.Arbitrary<infer T> ? T : never)[],
            layout,
            seed,
          ) => {
            const along = (name: 'size' | 'kernel' | 'stride' | 'padding' | 'dilation') => sizes.map((d) => d[name])
            const geometry = { stride: along('stride'), padding: along('padding'), dilation: along('dilation'), groups }
            const found = caseOf(batch, channels, outChannels, along('size'), along('kernel'), geometry)
            fc.pre(found !== null && count(found.out) * count(found.weight) < 4e7)
            expectPasses(found!, layout, seed)
          },
        ),
        { numRuns: 120 },
      )
    })

    test('depthwise, of any sizes and steps', () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 4 }),
          fc.integer({ min: 2, max: 40 }),
          fc.integer({ min: 1, max: 3 }),
          fc.tuple(dimension, dimension),
          fc.nat(),
          (batch, groups, multiplier, sizes, seed) => {
            const along = (name: 'size' | 'kernel' | 'stride' | 'padding' | 'dilation') => sizes.map((d) => d[name])
            const geometry = { stride: along('stride'), padding: along('padding'), dilation: along('dilation'), groups }
            const found = caseOf(batch, 1, multiplier, along('size'), along('kernel'), geometry)
            fc.pre(found !== null)
            expectPasses(found!, 'rows', seed)
          },
        ),
        { numRuns: 60 },
      )
    })

    // one for each algorithm, at sizes that it is for
    test.each<[string, number, number, number, number, number, Partial<Record<'stride' | 'padding', number>>]>([
      ['1 channel of handwriting', 3, 1, 10, 28, 5, {}],
      ['few channels', 2, 10, 20, 12, 5, {}],
      ['padded 5x5', 3, 16, 24, 12, 5, { padding: 2 }],
      ['planes of 4x4', 5, 16, 24, 4, 5, { padding: 2 }],
      ['3x3', 2, 32, 32, 16, 3, { padding: 1 }],
      ['1x1', 3, 20, 16, 12, 1, {}],
      ['7x7 in steps of 2', 1, 3, 64, 64, 7, { stride: 2, padding: 3 }],
      ['3x3 in steps of 2', 2, 64, 128, 16, 3, { stride: 2, padding: 1 }],
      ['1x1 in steps of 2', 2, 64, 128, 16, 1, { stride: 2 }],
      ['many channels on few positions', 4, 256, 256, 2, 3, { padding: 1 }],
      ['more positions than taps, and few of either', 3, 32, 24, 6, 1, {}],
      ['patches', 2, 3, 64, 32, 8, { stride: 8 }],
    ])('%s', (_name, batch, channels, outChannels, size, kernel, { stride = 1, padding = 0 }) => {
      const geometry = { stride: [stride, stride], padding: [padding, padding], dilation: [1, 1], groups: 1 }
      const found = caseOf(batch, channels, outChannels, [size, size], [kernel, kernel], geometry)!
      for (const seed of [1, 2, 3]) expectPasses(found, 'rows', seed)
    })

    test('read neither beside their operands nor what was in the memory before', () => {
      manualSeed(5)
      const geometry = { ...plain(2), padding: [1, 1] }
      const surrounded = (shape: Shape): Tensor => {
        const all = zeros([shape[0]! + 2, ...shape.slice(1)]).fill_(Number.NaN)
        const inner = all.narrow(0, 1, shape[0]!)
        noGrad(() => inner.copy_(randn(shape)))
        return inner
      }
      for (const [channels, outChannels, size] of [
        [3, 5, 9],
        [16, 16, 4],
        [40, 70, 7],
      ] as const) {
        const [x, w] = [surrounded([2, channels, size, size]), surrounded([outChannels, channels, 3, 3])]
        const g = surrounded([2, outChannels, size, size])
        for (const result of [
          convolutionOp(x, w, null, geometry),
          convolutionInputGradOp(g, w, x.shape, geometry),
          convolutionWeightGradOp(g, x, w.shape, geometry),
        ])
          expect(result.isnan().any().item()).toBe(false)
      }
    })

    test('without batch entries are empty, without positions the gradient is zero', () => {
      const geometry = plain(2)
      const w = randn([4, 3, 3, 3])
      expect(convolutionOp(zeros([0, 3, 8, 8]), w, null, geometry).shape).toEqual([0, 4, 6, 6])
      expectClose(
        convolutionWeightGradOp(zeros([0, 4, 6, 6]), zeros([0, 3, 8, 8]), w.shape, geometry),
        zeros([4, 3, 3, 3]),
        0,
      )
    })

    test('of float64 and of three dimensions go to the plain set', () => {
      manualSeed(6)
      const [x, w] = [randn([2, 3, 8, 8], { dtype: 'float64' }), randn([4, 3, 3, 3], { dtype: 'float64' })]
      const y = convolutionOp(x, w, null, plain(2))
      expect(y.dtype.name).toBe('float64')
      expectClose(
        y,
        plainly(() => convolutionOp(x, w, null, plain(2))),
        1e-14,
      )
      const [x3, w3] = [randn([2, 3, 5, 5, 5]), randn([4, 3, 2, 2, 2])]
      expectClose(convolutionOp(x3, w3, null, plain(3)), convolutionOp.composite(x3, w3, null, plain(3)), 1e-4)
    })
  })

  describe('a weight that is used again', () => {
    const geometry = { ...plain(2), padding: [1, 1] }
    const both = (x: Tensor, w: Tensor): [Tensor, Tensor] => [
      convolutionOp(x, w, null, geometry),
      convolutionInputGradOp(x, w, x.shape, geometry),
    ]
    const expectRight = (x: Tensor, w: Tensor): void => {
      const answers = plainly(() => both(x, w))
      both(x, w).forEach((y, i) => {
        expectClose(y, answers[i]!, tolerance(9 * w.shape[1]!))
      })
    }

    test('gives the same, and something else once it was written to', () => {
      manualSeed(7)
      for (const [channels, size] of [
        [40, 12],
        [64, 5],
        [16, 4],
      ] as const) {
        const x = randn([3, channels, size, size])
        const w = randn([channels, channels, 3, 3])
        for (let i = 0; i < 4; i++) expectRight(x, w)
        noGrad(() => w.mul_(2))
        for (let i = 0; i < 3; i++) expectRight(x, w)
        noGrad(() => w.select(0, 1).fill_(0.5))
        for (let i = 0; i < 3; i++) expectRight(x, w)
        // a batch of another size
        const fewer = x.narrow(0, 0, 1)
        for (let i = 0; i < 3; i++) expectRight(i === 1 ? x : fewer, w)
      }
    })

    test('also where the write goes through another name of its memory', () => {
      manualSeed(8)
      const x = randn([2, 32, 10, 10])
      const w = randn([32, 32, 3, 3])
      for (let i = 0; i < 3; i++) expectRight(x, w)
      w.data.mul_(3)
      for (let i = 0; i < 3; i++) expectRight(x, w)
      w.data.fill_(0.25)
      for (let i = 0; i < 3; i++) expectRight(x, w)
    })

    test('two weights in one piece of memory are not mixed up', () => {
      manualSeed(9)
      const x = randn([2, 32, 10, 10])
      const all = randn([2, 32, 32, 3, 3])
      for (let i = 0; i < 4; i++) for (const part of [0, 1]) expectRight(x, all.select(0, part))
      expect(all.dtype).toBe(float32)
    })
  })
}
