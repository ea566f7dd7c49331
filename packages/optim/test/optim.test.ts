import { type Tensor, tensor } from '@tsorch/core'
import { Adam, Adamax, type AdamOptions, SGD, type SGDOptions } from '@tsorch/optim'
import { expect, test } from 'vitest'

const leaf = (values: number[]): Tensor => tensor(values, { dtype: 'float32', requiresGrad: true })

function steps(optimizer: { step(): unknown }, p: Tensor, from: number, to: number): number[] {
  for (let i = from; i < to; i++) {
    p.grad = tensor([0.3 * (i + 1), -0.7 + 0.2 * i, 1.5 / (i + 1)], { dtype: 'float32' })
    optimizer.step()
  }
  return p.detach().tolist() as number[]
}

function expectClose(got: number[], want: number[]): void {
  expect(got).toHaveLength(want.length)
  for (const [i, w] of want.entries())
    expect(Math.abs(got[i]! - w)).toBeLessThanOrEqual(2e-7 * Math.max(1, Math.abs(w)))
}

// Parameters after four steps of PyTorch.
test.each<[Partial<SGDOptions>, number[]]>([
  [{ lr: 0.1 }, [0.699999988079071, -1.840000033378601, 0.1875000149011612]],
  [{ lr: 0.1, momentum: 0.9, dampening: 0.3 }, [0.5793099403381348, -1.6175198554992676, -0.25087496638298035]],
  [
    { lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
    [0.593778669834137, -1.7089322805404663, -0.04149865731596947],
  ],
  [{ lr: 0.1, momentum: 0.5, maximize: true }, [1.4162501096725464, -2.273750066757202, 1.024999976158142]],
])('SGD %o', (options, want) => {
  const p = leaf([1, -2, 0.5])
  expectClose(steps(new SGD([p], options), p, 0, 4), want)
})

test.each<[Partial<AdamOptions>, number[]]>([
  [{}, [0.9961163997650146, -1.9962819814682007, 0.4963734447956085]],
  [{ lr: 0.05, weightDecay: 0.1 }, [0.803726077079773, -1.8085895776748657, 0.31762412190437317]],
  [
    { lr: 0.05, betas: [0.8, 0.9], eps: 1e-6, amsgrad: true },
    [0.8047301769256592, -1.8173648118972778, 0.320880651473999],
  ],
  [{ lr: 0.02, maximize: true }, [1.0776718854904175, -2.0743587017059326, 0.572531521320343]],
])('Adam %o', (options, want) => {
  const p = leaf([1, -2, 0.5])
  expectClose(steps(new Adam([p], options), p, 0, 4), want)
})

test('groups have options of their own; parameters without gradient stay', () => {
  const [a, b, c] = [leaf([1]), leaf([1]), leaf([1])]
  const optimizer = new SGD([{ params: [a] }, { params: b, lr: 1 }], 0.5)
  optimizer.addParamGroup({ params: [c], lr: 2 })
  for (const p of [a, b]) p.grad = tensor([1], { dtype: 'float32' })
  optimizer.step()
  expect([a, b, c].map((p) => p.detach().tolist())).toEqual([[0.5], [0], [1]])
  expect(optimizer.stateDict().param_groups.map(({ lr, params }) => [lr, params])).toEqual([
    [0.5, [0]],
    [1, [1]],
    [2, [2]],
  ])
  expect(optimizer.stateDict().state.size).toBe(0)
})

test('the closure runs with gradients, and its loss is returned', () => {
  const p = leaf([3])
  const optimizer = new SGD([p], { lr: 0.5 })
  const loss = optimizer.step(() => {
    optimizer.zeroGrad()
    const square = p.mul(p).sum()
    square.backward()
    return square
  })
  expect(loss.item()).toBe(9)
  expect(p.detach().tolist()).toEqual([0])
  expect(p.requiresGrad).toBe(true)
})

test('zeroGrad drops gradients, or zeroes them', () => {
  const p = leaf([1, 2])
  const optimizer = new SGD([p])
  p.grad = tensor([1, Number.NaN], { dtype: 'float32' })
  optimizer.zeroGrad({ setToNone: false })
  expect(p.grad?.tolist()).toEqual([0, 0])
  optimizer.zeroGrad()
  expect(p.grad).toBeNull()
})

test('prints the options of each group', () => {
  expect(String(new SGD([leaf([1])], { lr: 0.1 }))).toBe(
    'SGD (\nParameter Group 0\n    dampening: 0\n    differentiable: false\n    foreach: null\n    fused: null\n    lr: 0.1\n    maximize: false\n    momentum: 0\n    nesterov: false\n    weightDecay: 0\n)',
  )
})

test('wrong arguments are told in the words of PyTorch', () => {
  const p = leaf([1])
  expect(() => new SGD([p], { lr: -1 })).toThrow('Invalid learning rate: -1')
  expect(() => new SGD([p], { momentum: -1 })).toThrow('Invalid momentum value: -1')
  expect(() => new SGD([p], { weightDecay: -1 })).toThrow('Invalid weight_decay value: -1')
  expect(() => new SGD([p], { nesterov: true })).toThrow('Nesterov momentum requires a momentum and zero dampening')
  expect(() => new Adam([p], { eps: -1 })).toThrow('Invalid epsilon value: -1')
  expect(() => new Adam([p], { betas: [0.9, 1] })).toThrow('Invalid beta parameter at index 1: 1')
  expect(() => new Adam([])).toThrow('optimizer got an empty parameter list')
  expect(() => new Adam([p.mul(2)])).toThrow("can't optimize a non-leaf Tensor")
  expect(() => new SGD([{ params: [p] }, { params: [p] }])).toThrow(
    'some parameters appear in more than one parameter group',
  )
  expect(() => new SGD(p as never)).toThrow('should be an iterable of Tensors or objects, but got Tensor')
  expect(() => new SGD([p, 3 as never])).toThrow('optimizer can only optimize Tensors, but one of the params is number')
  expect(() => new SGD([p], { rate: 1 } as never)).toThrow("unknown option 'rate'")
  expect(() => new SGD([p]).loadStateDict(new SGD([p, leaf([2])]).stateDict())).toThrow("doesn't match the size")
})

test('parameters may have names, all of them or none', () => {
  const [a, b] = [leaf([1]), leaf([2])]
  const optimizer = new SGD(
    [
      ['fc.weight', a],
      ['fc.bias', b],
    ],
    { lr: 0.1 },
  )
  expect(optimizer.paramGroups[0]!.paramNames).toEqual(['fc.weight', 'fc.bias'])
  expect(optimizer.stateDict().param_groups[0]!.param_names).toEqual(['fc.weight', 'fc.bias'])
  expect(() => new SGD([['fc.weight', a], b])).toThrow('Some param names are missing')
  expect(() => optimizer.addParamGroup({ params: leaf([3]) })).toThrow(
    'cannot add param group without names to the optimizer',
  )
  const plain = new SGD([a, b])
  plain.loadStateDict(optimizer.stateDict())
  expect(plain.paramGroups[0]!.paramNames).toEqual(['fc.weight', 'fc.bias'])
})

test('options that choose between implementations are kept, or refused', () => {
  const p = leaf([1])
  expect(new Adam([p], { foreach: true }).paramGroups[0]).toMatchObject({ foreach: true, fused: null })
  expect(() => new Adam([p], { foreach: true, fused: true })).toThrow('cannot be `True` together')
  // @ts-expect-error there is no device that captures graphs
  expect(() => new Adam([p], { capturable: true })).toThrow('Adam(): capturable needs a device that captures graphs')
  // @ts-expect-error steps cannot be differentiated
  expect(() => new SGD([p], { differentiable: true })).toThrow('SGD(): steps cannot be differentiated yet')
  // @ts-expect-error Adamax has no fused form
  expect(() => new Adamax([p], { fused: true })).toThrow("unknown option 'fused'")
})
