import { describe, expect, test } from 'vitest'
import { gruBackwardOp, gruForwardOp, gruLayerOp } from '../src/backend.js'
import {
  autograd,
  cat,
  deviceOf,
  float16,
  gruLayer,
  lstmLayer,
  manualSeed,
  noGrad,
  randn,
  rnnLayer,
  stack,
  type Tensor,
  tensor,
  zeros,
} from '../src/index.js'
import recorded from './fixtures/rnn.json' with { type: 'json' }
import { call, expectClose, gatesOf, type Kind, kinds, layerOf, loopOf, numbers, shapesOf } from './rnn-layers.js'

/** The numbers that the recorded cases are made of. */
function wave(shape: readonly number[], k: number): Tensor {
  const count = shape.reduce((a, b) => a * b, 1)
  const values = Array.from({ length: count }, (_, i) => 0.8 * Math.sin(1.7 * i + k))
  return tensor(values, { dtype: 'float64' }).reshape(...shape)
}

const weighted = (outs: readonly Tensor[]) =>
  outs.map((out, i) => out.mul(wave(out.shape, 5 + i)).sum()).reduce((a, b) => a.add(b))

describe('layers in both directions give what PyTorch gives', () => {
  const { T, N, I, H } = recorded.sizes
  test.each(recorded.cases)('$kind, bias $bias: results, gradients, gradients of gradients', (wanted) => {
    const kind = wanted.kind as Kind
    const rows = gatesOf[kind] * H
    const leaf = (shape: readonly number[], k: number) => wave(shape, k).requiresGrad_()
    const x = leaf([T, N, I], 1)
    const states = (kind === 'lstm' ? [2, 3] : [2]).map((k) => leaf([2, N, H], k))
    const weights = [11, 15].map((k) => {
      const [ih, hh] = [leaf([rows, I], k), leaf([rows, H], k + 1)]
      return wanted.bias ? [ih, hh, leaf([rows], k + 2), leaf([rows], k + 3)] : [ih, hh]
    })
    const both = [false, true].map((reverse, d) => {
      const own = states.map((state) => state.select(0, d))
      return call(kind, layerOf(kind), [x, ...own, ...weights[d]!], reverse)
    })
    const outs = [
      cat([both[0]![0]!, both[1]![0]!], -1),
      ...states.map((_, i) => stack([both[0]![1 + i]!, both[1]![1 + i]!], 0)),
    ]
    for (const [i, out] of outs.entries()) expectClose(out, wanted.outs[i]!, 1e-10)
    const inputs = [x, ...states, ...weights.flat()]
    const plain = autograd.grad(weighted(outs), inputs, { retainGraph: true })
    for (const [i, g] of plain.entries()) expectClose(g, wanted.grads[i]!, 1e-10)
    const kept = autograd.grad(weighted(outs), inputs, { createGraph: true }) as Tensor[]
    for (const [i, g] of kept.entries()) expectClose(g, wanted.grads[i]!, 1e-10)
    const squares = kept.map((g) => g.mul(g).sum()).reduce((a, b) => a.add(b))
    const second = autograd.grad(squares, inputs)
    for (const [i, g] of second.entries()) expectClose(g, wanted.second[i]!, 1e-9)
  })
})

/** Random inputs in float64, the first state computed from the input. */
function connected(kind: Kind) {
  manualSeed(7)
  const [xShape, ...shapes] = shapesOf(kind, { T: 3, N: 2, I: 2, H: 2 })
  const x = randn(xShape!, { dtype: 'float64', requiresGrad: true })
  const rest = shapes.map((shape) => randn(shape, { dtype: 'float64', requiresGrad: true }))
  return { x, rest, all: [x, ...rest] }
}

describe.each(kinds)('gradients of %s', (kind) => {
  test('agree with finite differences, and so do theirs', () => {
    const { all } = connected(kind)
    for (const reverse of [false, true]) {
      const layer = (...inputs: Tensor[]) => call(kind, layerOf(kind), inputs, reverse)
      expect(autograd.gradcheck(layer, all)).toBe(true)
      expect(autograd.gradgradcheck(layer, all)).toBe(true)
    }
  })

  test('are right where one input was computed from another, twice over', () => {
    const answers = [layerOf(kind), loopOf(kind)].map((layer) => {
      const { x, rest } = connected(kind)
      const [h0, ...others] = rest as [Tensor, ...Tensor[]]
      const start = h0.add(x.select(0, 0).mul(0.5)).sin()
      const [out] = call(kind, layer, [x, start, ...others], false)
      const [gx] = autograd.grad(out!.pow(2).sum(), [x], { createGraph: true })
      return [gx!, ...autograd.grad(gx!.sin().sum(), [x, h0, others.at(-3)!])]
    })
    for (const [i, g] of answers[0]!.entries()) expectClose(g, numbers(answers[1]![i]!), 1e-12)
  })

  test('of third order pass through what was recorded', () => {
    const answers = [layerOf(kind), loopOf(kind)].map((layer) => {
      const { x, rest } = connected(kind)
      const [out] = call(kind, layer, [x, ...rest], true)
      const [g1] = autograd.grad(out!.pow(3).sum(), [x], { createGraph: true })
      const [g2] = autograd.grad(g1!.pow(2).sum(), [x], { createGraph: true })
      return autograd.grad(g2!.sum(), [x, ...rest])
    })
    for (const [i, g] of answers[0]!.entries()) expectClose(g, numbers(answers[1]![i]!), 1e-11)
  })

  test('only reach what asks for them', () => {
    const { x, rest } = connected(kind)
    const frozen = rest.map((w) => w.detach())
    const whole = call(kind, layerOf(kind), [x, ...rest], false)
    const part = call(kind, layerOf(kind), [x, ...frozen], false)
    const [a] = autograd.grad(weighted(whole), [x])
    for (const createGraph of [false, true]) {
      const [b] = autograd.grad(weighted(part), [x], { createGraph, retainGraph: true })
      expectClose(b!, numbers(a!), 1e-12)
    }
    weighted(part).backward()
    expectClose(x.grad, numbers(a!), 1e-12)
    expect(rest.every((w) => w.grad === null)).toBe(true)
  })

  test('of equal biases never share memory', () => {
    const { x, rest } = connected(kind)
    const [biasIh, biasHh] = rest.slice(-2) as [Tensor, Tensor]
    weighted(call(kind, layerOf(kind), [x, ...rest], false)).backward()
    const before = numbers(biasHh.grad!)
    biasIh.grad!.zero_()
    expect(numbers(biasHh.grad!)).toEqual(before)
  })

  test('outputs and last states are memory of their own, to be written to before the backward pass', () => {
    const answers = [true, false].map((inplace) => {
      const { x, rest, all } = connected(kind)
      const outs = call(kind, layerOf(kind), [x, ...rest], false)
      const doubled = outs.map((out) => (inplace ? out.mul_(2) : out.mul(2)))
      weighted(doubled).backward()
      return all.map((input) => numbers(input.grad!))
    })
    expect(answers[0]).toEqual(answers[1])
    const [out, ...last] = call(
      kind,
      layerOf(kind),
      connected(kind).all.map((input) => input.detach()),
      false,
    )
    const before = last.map(numbers)
    out!.zero_()
    expect(last.map(numbers)).toEqual(before)
  })

  test('complain about weights written to in between', () => {
    const { x, rest } = connected(kind)
    const [out] = call(kind, layerOf(kind), [x, ...rest], false)
    noGrad(() => rest.at(-3)!.mul_(2))
    expect(() => out!.sum().backward()).toThrow('modified by an inplace operation')
  })

  test('in half precision are those of the steps, to its precision', () => {
    const { all } = connected(kind)
    const [half, exact] = [float16, null].map((dtype) => {
      const inputs = all.map((input) => (dtype === null ? input : input.detach().to(dtype)).detach().requiresGrad_())
      const outs = call(kind, layerOf(kind), inputs, false)
      return [...outs, ...autograd.grad(outs[0]!.sum(), inputs)] as Tensor[]
    })
    for (const [i, value] of half!.entries()) {
      expect(value.dtype).toBe(float16)
      expectClose(value, numbers(exact![i]!), 4e-3)
    }
  })
})

test('a layer is one node, whose backward pass may run twice if it is kept', () => {
  const { x, rest } = connected('gru')
  const [out, hN] = call('gru', layerOf('gru'), [x, ...rest], false)
  expect(out!.gradFn!.name).toBe('GruLayerBackward0')
  expect(hN!.gradFn).toBe(out!.gradFn)
  out!.sum().backward(null, { retainGraph: true })
  const once = numbers(x.grad!)
  out!.sum().backward()
  expectClose(
    x.grad,
    once.map((g) => 2 * g),
    1e-14,
  )
  expect(() => hN!.sum().backward()).toThrow('backward through the graph a second time')
})

describe('kernels of a device', () => {
  function withOverrides(kernels: ReadonlyMap<number, (...args: never[]) => unknown>, body: () => void): void {
    const { overrides } = deviceOf('cpu')
    const before = [...kernels.keys()].map((id) => [id, overrides[id]] as const)
    for (const [id, kernel] of kernels) overrides[id] = kernel
    try {
      body()
    } finally {
      for (const [id, kernel] of before) overrides[id] = kernel
    }
  }

  test('serve the whole layer, one call each way, unless they decline', () => {
    const calls: string[] = []
    const kernel =
      (op: { opName: string; composite: (...args: never[]) => unknown }, serves: boolean) =>
      (...args: never[]) => {
        calls.push(op.opName)
        return serves ? op.composite(...args) : undefined
      }
    for (const serves of [true, false]) {
      const kernels = new Map(
        [gruLayerOp, gruForwardOp, gruBackwardOp].map((op) => [op.id, kernel(op as never, serves)] as const),
      )
      withOverrides(kernels, () => {
        calls.length = 0
        const { x, rest, all } = connected('gru')
        const [out, hN] = call('gru', layerOf('gru'), [x, ...rest], false)
        out!.sum().add(hN!.sum()).backward()
        expect(calls).toEqual(['gruForward', 'gruBackward'])
        const [wanted, last] = call('gru', loopOf('gru'), all, false)
        const grads = autograd.grad(wanted!.sum().add(last!.sum()), all)
        for (const [i, g] of grads.entries()) expectClose(all[i]!.grad, numbers(g!), 1e-12)
        calls.length = 0
        expect(noGrad(() => call('gru', layerOf('gru'), all, false))[0]!.requiresGrad).toBe(false)
        expect(calls).toEqual(['gruLayer'])
      })
    }
  })
})

describe('arguments that are not those of a plain layer', () => {
  test('LSTM with a projection goes step by step', () => {
    manualSeed(1)
    const shapes = [
      [3, 2, 2],
      [2, 2],
      [2, 3],
      [12, 2],
      [12, 2],
      [2, 3],
    ]
    const inputs = shapes.map((shape) => randn(shape, { dtype: 'float64', requiresGrad: true }))
    const layer = (...[x, h0, c0, weightIh, weightHh, weightHr]: Tensor[]) =>
      lstmLayer(x!, h0!, c0!, { weightIh: weightIh!, weightHh: weightHh!, weightHr: weightHr! }, true)
    const [out, hN, cN] = layer(...inputs)
    expect([out, hN, cN].map((y) => y!.shape)).toEqual([
      [3, 2, 2],
      [2, 2],
      [2, 3],
    ])
    expect(autograd.gradcheck(layer, inputs)).toBe(true)
  })

  test('sizes and dtypes that do not fit are refused', () => {
    const weights = { weightIh: zeros([6, 3]), weightHh: zeros([6, 2]) }
    const x = zeros([4, 1, 3])
    expect(() => gruLayer(zeros([4, 3]), zeros([1, 2]), weights)).toThrow(
      'a recurrent layer expects input of shape [T, N, input], but got [4, 3]',
    )
    expect(() => gruLayer(zeros([0, 1, 3]), zeros([1, 2]), weights)).toThrow(
      'Expected sequence length to be larger than 0 in RNN',
    )
    expect(() => gruLayer(zeros([4, 1, 5]), zeros([1, 2]), weights)).toThrow(
      'input.size(-1) must be equal to input_size. Expected 3, got 5',
    )
    expect(() => gruLayer(x, zeros([2, 2]), weights)).toThrow('Expected hidden size [1, 2], got [2, 2]')
    expect(() => gruLayer(x.double(), zeros([1, 2]), weights)).toThrow('must have the same dtype')
  })

  test('a batch of none gives outputs and gradients of none', () => {
    const weightIh = randn([2, 3], { requiresGrad: true })
    const [out, hN] = rnnLayer(zeros([4, 0, 3]), zeros([0, 2]), { weightIh, weightHh: randn([2, 2]) })
    expect([out.shape, hN.shape]).toEqual([
      [4, 0, 2],
      [0, 2],
    ])
    out.sum().backward()
    expect(weightIh.grad!.tolist()).toEqual(zeros([2, 3]).tolist())
  })
})
