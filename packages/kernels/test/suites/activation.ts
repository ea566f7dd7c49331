import { full, manualSeed, randn, type Tensor, tensor, zeros } from '@tsorch/core'
import {
  eluGradOp,
  eluOp,
  geluGradOp,
  geluOp,
  hardsigmoidGradOp,
  hardsigmoidOp,
  hardswishGradOp,
  hardswishOp,
  hardtanhGradOp,
  hardtanhOp,
  leakyReluGradOp,
  leakyReluOp,
  logsigmoidGradOp,
  logsigmoidOp,
  mishGradOp,
  mishOp,
  type Op,
  reluGradOp,
  sigmoidGradOp,
  siluGradOp,
  siluOp,
  softplusGradOp,
  softplusOp,
  tanhGradOp,
} from '@tsorch/core/backend'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { laidOut, layout, numbers, shapes } from '../operands.js'
import { plainly, same } from '../plainly.js'
import { expectServed } from '../serves.js'

/** An activation's gradient, itself where it is no primitive, and what both take beside tensors. */
interface Activation {
  readonly grad: Op<[g: Tensor, x: Tensor, ...rest: never[]], Tensor>
  readonly of?: Op<[x: Tensor, ...rest: never[]], Tensor>
  readonly rest?: readonly unknown[]
}

const celu = { slope: 1, height: 1.5, rate: 1 / 1.5 }
const selu = { slope: 1.0507, height: 1.7581, rate: 1 }

const activations: Record<string, Activation> = {
  relu: { grad: reluGradOp },
  sigmoid: { grad: sigmoidGradOp },
  tanh: { grad: tanhGradOp },
  silu: { grad: siluGradOp, of: siluOp },
  gelu: { grad: geluGradOp, of: geluOp, rest: ['none'] },
  'gelu by tanh': { grad: geluGradOp, of: geluOp, rest: ['tanh'] },
  relu6: { grad: hardtanhGradOp, of: hardtanhOp, rest: [0, 6] },
  hardtanh: { grad: hardtanhGradOp, of: hardtanhOp, rest: [-0.7, 1.3] },
  hardsigmoid: { grad: hardsigmoidGradOp, of: hardsigmoidOp },
  hardswish: { grad: hardswishGradOp, of: hardswishOp },
  'leaky relu': { grad: leakyReluGradOp, of: leakyReluOp, rest: [0.01] },
  'steep leaky relu': { grad: leakyReluGradOp, of: leakyReluOp, rest: [-2.5] },
  elu: { grad: eluGradOp, of: eluOp, rest: [{ slope: 1, height: 1, rate: 1 }] },
  celu: { grad: eluGradOp, of: eluOp, rest: [celu] },
  selu: { grad: eluGradOp, of: eluOp, rest: [selu] },
  softplus: { grad: softplusGradOp, of: softplusOp, rest: [1, 20] },
  'sharp softplus': { grad: softplusGradOp, of: softplusOp, rest: [3, 4] },
  logsigmoid: { grad: logsigmoidGradOp, of: logsigmoidOp },
  mish: { grad: mishGradOp, of: mishOp },
}

/** Activations and their gradients, against their definitions on the plain set. */
export function activationSuite(): void {
  describe('activations', () => {
    describe.each(Object.entries(activations))('%s', (_, { grad, of, rest = [] }) => {
      const others = rest as never[]

      test('gives what its definition gives, as does its gradient', () => {
        fc.assert(
          fc.property(shapes, layout, layout, fc.nat(), (shape, lg, lx, seed) => {
            manualSeed(seed)
            const [g, x] = [laidOut(lg, shape, randn), laidOut(lx, shape, (s) => randn(s).mul(4))]
            if (of !== undefined) same(() => of(x, ...others), 2e-6)
            same(() => grad(g, x, ...others), 2e-6)
            same(() => grad(tensor(0.7).expand([...shape]), x, ...others), 2e-6)
          }),
          { numRuns: 12 },
        )
      })

      test('the kernels do not decline', () => {
        const [g, x] = [randn([5, 9]), randn([5, 9])]
        if (of !== undefined) expectServed(of, x, ...others)
        expectServed(grad, g, x, ...others)
        expectServed(grad, tensor(1, { dtype: 'float32' }).expand([5, 9]), x, ...others)
      })

      if (of !== undefined)
        test('zeros, infinities, NaN and huge numbers', () => {
          manualSeed(1)
          const x = numbers([500])
          // of -infinity the kernel gives the limit, 0, the definition NaN
          const finite = of === geluOp ? x.clamp(-3e38) : x
          same(() => of(finite, ...others), 2e-6)
          const nan = of(full([40], Number.NaN), ...others)
          expect(nan.isnan().all().item()).toBe(true)
        })
    })

    test.each(['relu6', 'hardtanh', 'hardsigmoid', 'hardswish', 'leaky relu', 'softplus', 'elu', 'logsigmoid'])(
      'the gradient of %s at zeros, infinities, NaN and huge numbers',
      (name) => {
        const { grad, rest = [] } = activations[name]!
        manualSeed(2)
        const [g, x] = [randn([500]), numbers([500])]
        same(() => grad(g, x, ...(rest as never[])), 2e-6)
      },
    )

    test('a result lies as its input does, where that is packed', () => {
      const x = randn([3, 5, 4, 2]).permute([0, 3, 1, 2])
      const g = randn([3, 5, 4, 2]).permute([0, 3, 1, 2])
      expect(mishOp(x).strides).toEqual(x.strides)
      expect(mishGradOp(g, x).strides).toEqual(x.strides)
      expectServed(mishOp, x)
      expectServed(mishGradOp, g, x)
      expectServed(mishGradOp, tensor(0.5).expand(x.shape), x)
      same(() => mishGradOp(g.contiguous(), x), 2e-6)
    })

    test('at kinks and limits', () => {
      const x = tensor([-6, -3, -2.9999998, -0.7, -0, 0, 1.3, 2.9999998, 3, 6, 20, 20.000002])
      const g = full([x.count], 2)
      for (const { grad, of, rest = [] } of Object.values(activations)) {
        if (of !== undefined) same(() => of(x, ...(rest as never[])), 3e-7)
        same(() => grad(g, x, ...(rest as never[])), 1e-6)
      }
    })

    test('settings that the kernels leave to the definition', () => {
      const x = tensor([-1, 100, 5])
      same(() => softplusOp(x, 1, 200))
      same(() => hardtanhOp(x, Number.NaN, 1))
    })

    test('NaN passes through primitives', () => {
      const x = full([40], Number.NaN)
      for (const y of [x.relu(), x.tanh(), x.sigmoid(), x.maximum(zeros([40]))])
        expect(y.isnan().all().item()).toBe(true)
      same(() => reluGradOp(full([40], 2), x))
    })

    test('results keep 4 units in the last place', () => {
      const x = randn([20000]).mul(3)
      const exact = x.to('float64')
      for (const name of ['elu', 'selu', 'celu', 'softplus', 'logsigmoid', 'mish', 'silu']) {
        const { of, rest = [] } = activations[name]!
        const want = plainly(() => of!(exact, ...(rest as never[])))
        const off = of!(x, ...(rest as never[]))
          .to('float64')
          .sub(want)
          .abs()
          .div(want.abs())
        expect(off.max().item(), name).toBeLessThan(4.8e-7)
      }
    })
  })
}
