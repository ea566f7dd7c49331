import {
  type CellWeights,
  currentKernelSet,
  gruLayer,
  lstmLayer,
  manualSeed,
  rand,
  randn,
  rnnLayer,
  type Tensor,
  useKernelSet,
} from '@tsorch/core'
import {
  gruBackwardOp,
  gruForwardOp,
  gruLayerOp,
  lstmBackwardOp,
  lstmForwardOp,
  lstmLayerOp,
  rnnBackwardOp,
  rnnForwardOp,
  rnnLayerOp,
} from '@tsorch/core/backend'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { getNumThreads, setNumThreads } from '../../src/index.js'
import { expectClose } from '../close.js'

/** What the plain TypeScript set answers. */
function plainly<T>(run: () => T): T {
  const set = currentKernelSet('cpu')
  useKernelSet('cpu', 'ts')
  try {
    return run()
  } finally {
    useKernelSet('cpu', set)
  }
}

type Maybe = Tensor | null
const kinds = ['gru', 'lstm', 'tanh', 'relu'] as const
type Kind = (typeof kinds)[number]
const gatesOf: Record<Kind, number> = { gru: 3, lstm: 4, tanh: 1, relu: 1 }

interface Sizes {
  readonly T: number
  readonly N: number
  readonly I: number
  readonly H: number
}

/** What a layer of any kind takes. */
interface Layer {
  readonly kind: Kind
  readonly x: Tensor
  readonly h0: Tensor
  /** Of an LSTM alone. */
  readonly c0: Tensor
  readonly weights: CellWeights
  readonly reverse: boolean
}

function layerOf(kind: Kind, { T, N, I, H }: Sizes, reverse = false, biases = [true, true]): Layer {
  const rows = gatesOf[kind] * H
  const weight = (columns: number) => rand([rows, columns]).mul(2).sub(1).div(Math.sqrt(H))
  const bias = (i: number) => (biases[i] === true ? weight(1).flatten() : null)
  return {
    kind,
    x: randn([T, N, I]),
    h0: rand([N, H]),
    c0: rand([N, H]),
    weights: { weightIh: weight(I), weightHh: weight(H), biasIh: bias(0), biasHh: bias(1) },
    reverse,
  }
}

/** Output and last states; with `keep` also the reserve. */
function forward({ kind, x, h0, c0, weights, reverse }: Layer, keep: boolean): readonly Tensor[] {
  switch (kind) {
    case 'gru':
      return keep ? gruForwardOp(x, h0, weights, reverse) : gruLayerOp(x, h0, weights, reverse)
    case 'lstm':
      return keep ? lstmForwardOp(x, h0, c0, weights, reverse) : lstmLayerOp(x, h0, c0, weights, reverse)
    default:
      return keep ? rnnForwardOp(x, h0, weights, reverse, kind) : rnnLayerOp(x, h0, weights, reverse, kind)
  }
}

/** Gradients of x, h0, c0, both weights and both biases, as far as they are wanted. */
function backward(
  { kind, x, h0, c0, weights: { weightIh, weightHh }, reverse }: Layer,
  reserve: Tensor,
  [gOut, gHN, gCN]: readonly [Maybe, Maybe, Maybe],
  needs: readonly boolean[],
): readonly Maybe[] {
  const given = needs[3] === true ? x : null
  const weight = needs[0] === true ? weightIh : null
  if (kind === 'lstm') return lstmBackwardOp(reserve, gOut, gHN, gCN, given, h0, c0, weight, weightHh, reverse, needs)
  const others = needs.filter((_, i) => i !== 2)
  const found =
    kind === 'gru'
      ? gruBackwardOp(reserve, gOut, gHN, given, h0, weight, weightHh, reverse, others)
      : rnnBackwardOp(reserve, gOut, gHN, given, h0, weight, weightHh, reverse, kind, others)
  return [...found.slice(0, 2), null, ...found.slice(2)]
}

/** Compares lists of results, element by element relative to the largest of a tensor. */
function expectSame(actual: readonly Maybe[], expected: readonly Maybe[], tolerance: number): void {
  expect(actual.map((x) => x?.shape)).toEqual(expected.map((x) => x?.shape))
  for (const [i, x] of actual.entries()) {
    const wanted = expected[i]
    if (x === null || wanted == null) continue
    const largest = Math.max(1, wanted.abs().max().item() as number)
    expectClose(x.div(largest), wanted.div(largest), tolerance)
  }
}

const all = new Array<boolean>(7).fill(true)

/**
 * Asks the plain set for forward, with and without a reserve, and backward; what is returned asks the kernels for the same, as
 * often as it is called.
 */
function checkOf(
  layer: Layer,
  grads: readonly [Maybe, Maybe, Maybe],
  needs: readonly boolean[],
  tolerance: number,
): () => void {
  const kept = plainly(() => forward(layer, true))
  const reserve = kept.at(-1)!
  const before = reserve.clone()
  const expected = plainly(() => backward(layer, reserve, grads, needs))
  return () => {
    expectSame(forward(layer, true), kept, tolerance)
    expectSame(forward(layer, false), kept.slice(0, -1), tolerance)
    const found = backward(layer, reserve, grads, needs)
    expectClose(reserve, before, 0)
    expectSame(found, expected, tolerance)
  }
}

function check(layer: Layer, grads: readonly [Maybe, Maybe, Maybe], needs: readonly boolean[], tolerance = 3e-6): void {
  checkOf(layer, grads, needs, tolerance)()
}

const size = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(15, 16, 17, 31, 33, 40))

/** Recurrent layers, against the plain set. */
export function rnnSuite(): void {
  describe.each(kinds)('%s layers equal the plain set', (kind) => {
    const states = kind === 'lstm' ? 2 : 1

    test('of any sizes, with and without biases, whatever gradients there are and are wanted', () => {
      fc.assert(
        fc.property(
          fc.record({ T: fc.integer({ min: 1, max: 5 }), N: size, I: size, H: size }),
          fc.boolean(),
          fc.tuple(fc.boolean(), fc.boolean()),
          fc.tuple(fc.constantFrom('dense', 'spread', 'turned', null), fc.boolean(), fc.boolean()),
          fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
          fc.nat(),
          (sizes, reverse, biases, [gradient, hasH, hasC], wanted, seed) => {
            manualSeed(seed)
            const { T, N, H } = sizes
            const layer = layerOf(kind, sizes, reverse, biases)
            const gCN = states === 2 && hasC ? randn([N, H]) : null
            // at least one of them is there
            const gHN = hasH || (gradient === null && gCN === null) ? randn([N, H]) : null
            let gOut: Maybe = null
            if (gradient === 'dense') gOut = randn([T, N, H])
            else if (gradient === 'spread') gOut = randn([1, N, 1]).expand([T, N, H])
            else if (gradient === 'turned') gOut = randn([N, T, H]).transpose(0, 1)
            const needs = wanted.map((is, i) => is && (i !== 2 || states === 2))
            check(layer, [gOut, gHN, gCN], needs)
          },
        ),
        { numRuns: 40 },
      )
    })

    test('on views of every argument', () => {
      manualSeed(1)
      const [T, N, I, H] = [6, 7, 20, 30]
      const { weights, ...layer } = layerOf(kind, { T, N, I, H })
      const rows = gatesOf[kind] * H
      check(
        {
          ...layer,
          x: randn([N, T, 2 * I])
            .transpose(0, 1)
            .narrow(2, 3, I),
          h0: rand([1, H]).expand([N, H]),
          c0: rand([H, N]).t(),
          weights: {
            weightIh: weights.weightIh.t().clone().t(),
            weightHh: randn([2 * rows, H])
              .mul(0.1)
              .narrow(0, rows, rows),
            biasIh: rand([1]).expand([rows]),
            biasHh: weights.biasHh!,
          },
        },
        [randn([T, N, 2 * H]).narrow(2, H, H), randn([H, N]).t(), randn([1]).expand([N, H])],
        all.map((_, i) => i !== 2 || states === 2),
      )
    })

    test('with gates far from their middle, and with what is not a number', () => {
      manualSeed(2)
      const layer = layerOf(kind, { T: 3, N: 6, I: 20, H: 33 })
      const x = layer.x.mul(200)
      x.set([0, 2, 5], Number.NaN)
      x.set([1, 4, 5], Number.POSITIVE_INFINITY)
      const [actual, expected] = [forward({ ...layer, x }, true), plainly(() => forward({ ...layer, x }, true))]
      for (const [i, t] of actual.entries()) expectClose(t, expected[i]!, 1e-5)
      expect(actual[0]!.isnan().sum().item()).toBeGreaterThan(0)
    })

    // more steps than are kept in the cache at a time, sizes beyond one panel, and few rows of many units
    describe.each<Sizes>([
      { T: 60, N: 33, I: 5, H: 70 },
      { T: 3, N: 3, I: 7, H: 530 },
    ])('sizes %o', (sizes) => {
      let checks: readonly (() => void)[] = []
      beforeAll(() => {
        manualSeed(3)
        const { T, N, H } = sizes
        checks = [false, true].map((reverse) => {
          const grads: [Maybe, Maybe, Maybe] = [randn([T, N, H]), randn([N, H]), states === 2 ? randn([N, H]) : null]
          const needs = all.map((_, i) => i !== 2 || states === 2)
          return checkOf(layerOf(kind, sizes, reverse), grads, needs, 1e-5)
        })
      })

      test.each([1, 2, 3])('on %i threads', (threads) => {
        const before = getNumThreads()
        setNumThreads(threads)
        try {
          for (const run of checks) run()
        } finally {
          setNumThreads(before)
        }
      })
    })
  })

  test('the kernels do not decline', () => {
    for (const kind of kinds) {
      const layer = layerOf(kind, { T: 2, N: 3, I: 4, H: 5 })
      const { overrides } = layer.x.storage.device
      const { x, h0, c0, weights } = layer
      const more = { gru: [false], lstm: [false], tanh: [false, 'tanh'], relu: [false, 'relu'] }[kind]
      const given = kind === 'lstm' ? [x, h0, c0, weights, ...more] : [x, h0, weights, ...more]
      const op = { gru: gruForwardOp, lstm: lstmForwardOp, tanh: rnnForwardOp, relu: rnnForwardOp }[kind]
      const kernel = overrides[op.id] as unknown as (...args: unknown[]) => readonly Tensor[] | undefined
      expect(kernel(...given)).toHaveLength(kind === 'lstm' ? 4 : 3)
    }
  })

  test('layers of another dtype are the plain set’s', () => {
    manualSeed(4)
    const { x, h0, c0, weights } = layerOf('lstm', { T: 3, N: 4, I: 20, H: 20 })
    const run = () =>
      lstmLayer(x.double(), h0.double(), c0.double(), {
        weightIh: weights.weightIh.double(),
        weightHh: weights.weightHh.double(),
      })
    const [actual, expected] = [run(), plainly(run)]
    expectSame(actual, expected, 1e-12)
    expect(actual[0].dtype.name).toBe('float64')
  })

  test('training a stack of layers in both directions', () => {
    const train = (): Tensor[] => {
      manualSeed(5)
      const [T, N, I, H] = [7, 12, 10, 24]
      const x = randn([T, N, I])
      const target = randn([T, N, 2 * H])
      const layers = [
        layerOf('gru', { T, N, I, H }),
        layerOf('gru', { T, N, I, H }, true),
        layerOf('lstm', { T, N, I: 2 * H, H }),
        layerOf('tanh', { T, N, I: 2 * H, H }, true),
      ]
      const params = layers.flatMap(({ weights: { weightIh, weightHh, biasIh, biasHh } }) =>
        [weightIh, weightHh, biasIh!, biasHh!].map((p) => p.requiresGrad_()),
      )
      const losses: Tensor[] = []
      for (let step = 0; step < 5; step++) {
        const [forth, back, second, last] = layers as [Layer, Layer, Layer, Layer]
        const [a, aN] = gruLayer(x, forth.h0, forth.weights)
        const [b, bN] = gruLayer(x, back.h0, back.weights, true)
        const both = a.reshape([T, N, H]).mul(b).repeat(1, 1, 2)
        const [c] = lstmLayer(both, aN, bN, second.weights)
        const [d, dN] = rnnLayer(both, last.h0, last.weights, true)
        const loss = c.repeat(1, 1, 2).sub(target).square().mean().add(d.sum().mul(1e-3)).add(dN.square().mean())
        loss.backward()
        losses.push(loss.detach())
        for (const p of params) {
          p.data = p.detach().sub(p.grad!.mul(0.1))
          p.grad = null
        }
      }
      return [...losses, ...params.map((p) => p.detach())]
    }
    expectSame(train(), plainly(train), 1e-5)
  })
}
