import { type Tensor, tensor } from '@tsorch/core'
import { expect, test } from 'vitest'
import { Adam, type Optimizer, SGD } from '../src/index.js'

const start = () => tensor([1, -2, 0.5], { dtype: 'float32', requiresGrad: true })

function steps(p: Tensor, optimizer: Optimizer<never>, n: number): number[] {
  for (let i = 0; i < n; i++) {
    optimizer.zeroGrad()
    p.mul(p).mul(p).sum().backward()
    optimizer.step()
  }
  return p.detach().tolist() as number[]
}

function close(got: number[], want: number[]): void {
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(want[i]!, 5)
  })
}

test('SGD with Nesterov momentum on x^2, step by step', () => {
  // by hand: b = .9 b + g, x -= lr (g + .9 b) with g = 2x
  const p = tensor([1, -2], { dtype: 'float32', requiresGrad: true })
  const optimizer = new SGD([p], { lr: 0.1, momentum: 0.9, nesterov: true })
  let x = [1, -2]
  let b = [0, 0]
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad()
    p.mul(p).sum().backward()
    optimizer.step()
    const g = x.map((v) => 2 * v)
    b = i === 0 ? g : b.map((v, k) => 0.9 * v + g[k]!)
    x = x.map((v, k) => v - 0.1 * (g[k]! + 0.9 * b[k]!))
    close(p.detach().tolist() as number[], x)
  }
})

test('the first step of Adam moves each parameter by the learning rate against the sign of its gradient', () => {
  close(steps(start(), new Adam([start()]) as never, 0), [1, -2, 0.5])
  const p = start()
  close(steps(p, new Adam([p], { lr: 0.1 }) as never, 1), [0.9, -2.1, 0.4])
})

test('a saved state goes on where it stopped', () => {
  const a = start()
  const first = new Adam([a], { lr: 0.05 })
  steps(a, first as never, 3)
  const b = a.detach().clone().requiresGrad_()
  const second = new Adam([b], { lr: 0.01 })
  second.loadStateDict(first.stateDict())
  expect(steps(b, second as never, 4)).toEqual(steps(a, first as never, 4))
})

test('tells what is wrong', () => {
  expect(() => new SGD([start()], { lr: -1 })).toThrow('Invalid learning rate: -1')
  expect(() => new SGD([])).toThrow('optimizer got an empty parameter list')
  expect(() => new SGD([start().mul(2)])).toThrow("can't optimize a non-leaf Tensor")
  expect(() => new SGD([start()], { nesterov: true })).toThrow(
    'Nesterov momentum requires a momentum and zero dampening',
  )
  expect(() => new Adam([start()], { speed: 1 } as never)).toThrow(/unknown option 'speed'/)
})
