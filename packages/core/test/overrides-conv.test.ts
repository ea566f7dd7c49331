import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualSeed, randn, type Tensor } from '../src/index.js'
import { type ConvGeometry, convolutionInputGradOp, convolutionOp, convolutionWeightGradOp } from '../src/ops/conv.js'
import { maxPoolGradOp, maxPoolOp } from '../src/ops/max-pool.js'
import { sumPoolGradOp, sumPoolOp } from '../src/ops/pool.js'
import { positionsAlong } from '../src/ops/sliding.js'
import { logSoftmaxGradOp, logSoftmaxOp, softmaxGradOp, softmaxOp } from '../src/ops/softmax.js'

function close(a: Tensor, b: Tensor): void {
  const x = a.toTypedArray() as Float32Array
  const y = b.toTypedArray() as Float32Array
  expect(a.shape).toEqual(b.shape)
  for (const [i, value] of x.entries())
    expect(Math.abs(value - y[i]!)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(y[i]!)))
}

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }))
const sizes = fc.record({
  kernel: pair(1, 3),
  stride: pair(1, 3),
  padding: pair(0, 2),
  dilation: pair(1, 2),
  size: pair(5, 11),
})

test('convolution and its gradients equal their composites for any geometry', () => {
  const cases = fc.record({
    at: sizes,
    batch: fc.integer({ min: 1, max: 3 }),
    groups: fc.integer({ min: 1, max: 2 }),
    ins: fc.integer({ min: 1, max: 3 }),
    outs: fc.integer({ min: 1, max: 5 }),
    bias: fc.boolean(),
    layout: fc.boolean(),
  })
  fc.assert(
    fc.property(cases, ({ at, batch, groups, ins, outs, bias, layout }) => {
      manualSeed(3)
      const { kernel, stride, padding, dilation, size } = at
      const geometry: ConvGeometry = { stride, padding, dilation, groups }
      // a transposed view now and then
      const shape = [batch, ins * groups, ...size]
      const x = layout ? randn([shape[0]!, shape[1]!, shape[3]!, shape[2]!]).transpose(2, 3) : randn(shape)
      const weight = randn([outs * groups, ins, ...kernel])
      const b = bias ? randn([outs * groups]) : null
      const out = convolutionOp(x, weight, b, geometry)
      close(out, convolutionOp.composite(x, weight, b, geometry))
      const g = randn(out.shape)
      close(
        convolutionInputGradOp(g, weight, x.shape, geometry),
        convolutionInputGradOp.composite(g, weight, x.shape, geometry),
      )
      close(
        convolutionWeightGradOp(g, x, weight.shape, geometry),
        convolutionWeightGradOp.composite(g, x, weight.shape, geometry),
      )
    }),
    { numRuns: 60 },
  )
})

test('pooling and its gradients equal their composites for any window', () => {
  fc.assert(
    fc.property(sizes, fc.boolean(), ({ kernel, stride, padding, dilation, size }, ceil) => {
      manualSeed(4)
      const at = { kernel, stride, padding: padding.map((p, d) => Math.min(p, kernel[d]! >> 1)), dilation }
      const x = randn([2, 3, ...size])
      const outputs = size.map((s, d) => positionsAlong(s, at, d, ceil))
      if (outputs.some((o) => o < 1)) return
      const [values, indices] = maxPoolOp(x, outputs, at)
      const [wanted, places] = maxPoolOp.composite(x, outputs, at)
      close(values, wanted)
      expect(indices.tolist()).toEqual(places.tolist())
      const g = randn(values.shape)
      close(maxPoolGradOp(g, indices, x.shape, 2), maxPoolGradOp.composite(g, indices, x.shape, 2))
      const sums = { ...at, dilation: [1, 1] }
      const counted = size.map((s, d) => positionsAlong(s, sums, d, ceil))
      const total = sumPoolOp(x, counted, sums)
      close(total, sumPoolOp.composite(x, counted, sums))
      const h = randn(total.shape)
      close(sumPoolGradOp(h, x.shape, sums), sumPoolGradOp.composite(h, x.shape, sums))
    }),
    { numRuns: 60 },
  )
})

test('softmax, its logarithm and their gradients equal their composites', () => {
  manualSeed(5)
  const x = randn([4, 3, 7])
  const g = randn([4, 3, 7])
  for (const [op, grad] of [
    [softmaxOp, softmaxGradOp],
    [logSoftmaxOp, logSoftmaxGradOp],
  ] as const) {
    for (const dim of [0, 2]) {
      const y = op(x, dim)
      close(y, op.composite(x, dim))
      close(grad(g, y, dim), grad.composite(g, y, dim))
    }
  }
})
