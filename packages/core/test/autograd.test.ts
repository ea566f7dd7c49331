import { expect, test } from 'vitest'
import { autograd, manualSeed, noGrad, ones, randn, type Tensor, tensor, zeros } from '../src/index.js'

const leaf = (data: number[]) => tensor(data, { dtype: 'float32', requiresGrad: true })

test('gradients add up over uses and over calls, in place', () => {
  const x = leaf([1, 2])
  x.mul(x).add(x).sum().backward()
  const held = x.grad!
  expect(held.tolist()).toEqual([3, 5])
  x.sum().backward()
  expect(held.tolist()).toEqual([4, 6])
})

test('a leaf and its twin never share a gradient', () => {
  const a = leaf([1, 2])
  const b = leaf([3, 4])
  a.add(b).sum().backward()
  a.grad!.zero_()
  expect(b.grad!.tolist()).toEqual([1, 1])
})

test('a graph is freed by its backward pass, unless it is kept', () => {
  const x = leaf([2])
  const y = x.mul(x).sum()
  y.backward(null, { retainGraph: true })
  y.backward()
  expect(x.grad!.tolist()).toEqual([8])
  expect(() => y.backward()).toThrow(/backward through the graph a second time/)
})

test('a tensor that a gradient needs may not be written to', () => {
  const x = leaf([1, 2])
  const y = x.mul(2)
  const z = y.mul(y).sum()
  y.add_(1)
  expect(() => z.backward()).toThrow(
    /modified by an inplace operation: \[torch.FloatTensor \[2\]\].* is at version 1; expected version 0/,
  )
})

test('writes through `data` are not counted', () => {
  const w = leaf([1, 2])
  const loss = w.mul(w).sum()
  w.data.sub_(1)
  expect(w.tolist()).toEqual([0, 1])
  loss.backward()
  expect(w.grad!.tolist()).toEqual([0, 2])
})

test('`data` is a tensor, and a function that reads', async () => {
  const x = leaf([1, 2])
  expect(x.data.requiresGrad).toBe(false)
  expect([...((await x.data()) as Float32Array)]).toEqual([1, 2])
  x.grad = ones([2])
  x.grad.data.zero_()
  expect(x.grad.tolist()).toEqual([0, 0])
  x.data = tensor([5, 6], { dtype: 'float32' })
  expect(x.tolist()).toEqual([5, 6])
})

test('a leaf that was used takes memory of another dtype and shape, and keeps its hooks', () => {
  const w = leaf([1, 2])
  const seen: string[] = []
  w.registerHook((g) => {
    seen.push(g.dtype.name)
  })
  w.mul(2).sum().backward()
  w.grad = null
  w.data = tensor([3, 4, 5], { dtype: 'float64' })
  w.mul(w).sum().backward()
  expect(w.grad!.tolist()).toEqual([6, 8, 10])
  expect(seen).toEqual(['float32', 'float64'])
})

test('leaves are protected while recording', () => {
  const x = leaf([1, 2])
  expect(() => x.add_(1)).toThrow('a leaf Variable that requires grad is being used in an in-place operation.')
  expect(() => x.narrow(0, 0, 1).add_(1)).toThrow(/a view of a leaf Variable/)
  noGrad(() => x.sub_(1))
  expect(x.tolist()).toEqual([0, 1])
})

test('a write through a view is seen by its base and by other views, with gradients', () => {
  const x = leaf([1, 2, 3])
  const base = x.mul(2)
  const view = base.narrow(0, 1, 2)
  const other = base.narrow(0, 0, 2)
  view.mul_(10)
  expect(base.tolist()).toEqual([2, 40, 60])
  expect(other.tolist()).toEqual([2, 40])
  other.sum().backward()
  expect(x.grad!.tolist()).toEqual([2, 20, 0])
})

test('filling zeros row by row carries gradients into the rows', () => {
  const w = leaf([1, 2])
  const table = zeros([2, 2])
  table.select(0, 1).copy_(w)
  table
    .mul(
      tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { dtype: 'float32' },
      ),
    )
    .sum()
    .backward()
  expect(w.grad!.tolist()).toEqual([3, 4])
})

test('second derivatives of a custom function come from its own backward', () => {
  class Cube extends autograd.Function {
    static forward(ctx: autograd.FunctionContext, x: Tensor): Tensor {
      ctx.saveForBackward(x)
      return x.mul(x).mul(x)
    }
    static backward(ctx: autograd.FunctionContext, g: Tensor): Tensor {
      const [x] = ctx.savedTensors
      return g.mul(x!).mul(x!).mul(3)
    }
  }
  const x = leaf([2])
  const [first] = autograd.grad(Cube.apply(x).sum(), [x], { createGraph: true })
  const [second] = autograd.grad(first!.sum(), [x])
  expect([first!.item(), second!.item()]).toEqual([12, 12])
})

test('hooks see and replace gradients; retained ones stay', () => {
  const x = leaf([1, 2])
  const y = x.mul(3)
  y.retainGrad()
  const handle = y.registerHook((g) => g.mul(10))
  y.sum().backward()
  expect(y.grad!.tolist()).toEqual([10, 10])
  expect(x.grad!.tolist()).toEqual([30, 30])
  handle.remove()
  x.grad = null
  x.mul(3).sum().backward()
  expect(x.grad).not.toBeNull()
})

test('autograd.grad touches no .grad and names unused inputs', () => {
  const x = leaf([1])
  const unused = leaf([1])
  const [g] = autograd.grad(x.mul(4).sum(), [x])
  expect(g!.tolist()).toEqual([4])
  expect(x.grad).toBeNull()
  expect(() => autograd.grad(x.mul(1).sum(), [unused])).toThrow(/not have been used in the graph/)
  expect(autograd.grad(x.mul(1).sum(), [unused], { allowUnused: true })).toEqual([null])
})

test('anomaly detection names the operation that made a NaN', () => {
  const x = leaf([0])
  expect(() => autograd.detectAnomaly(() => x.mul(0).div(x.mul(0)).sum().backward())).toThrow(/DivBackward0/)
})

test('deep graphs do not recurse', () => {
  let x = leaf([1])
  const first = x
  for (let i = 0; i < 20_000; i++) x = x.add(1)
  x.sum().backward()
  expect(first.grad!.tolist()).toEqual([1])
})

test('noGrad holds for its function, refuses promises, and works as a guard', () => {
  const x = leaf([1])
  expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false)
  expect(x.mul(2).requiresGrad).toBe(true)
  expect(() => noGrad(async () => 1)).toThrow(/returned a promise/)
  const guard = noGrad()
  expect(x.mul(2).requiresGrad).toBe(false)
  guard.restore()
  expect(x.mul(2).requiresGrad).toBe(true)
})

test('gradcheck finds a wrong gradient', () => {
  class Wrong extends autograd.Function {
    static forward(_: autograd.FunctionContext, x: Tensor): Tensor {
      return x.mul(2)
    }
    static backward(_: autograd.FunctionContext, g: Tensor): Tensor {
      return g.mul(3)
    }
  }
  manualSeed(0)
  const x = randn([3], { dtype: 'float64', requiresGrad: true })
  expect(() => autograd.gradcheck((a) => Wrong.apply(a), [x])).toThrow(/Jacobian mismatch for input 0 at element 0/)
})
