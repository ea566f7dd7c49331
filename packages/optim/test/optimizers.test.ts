import { type Tensor, tensor } from '@tsorch/core'
import {
  Adafactor,
  type AdafactorOptions,
  LBFGS,
  type LBFGSOptions,
  Lion,
  type LionOptions,
  Muon,
  type MuonOptions,
} from '@tsorch/optim'
import { expect, test } from 'vitest'

const float = (values: unknown): Tensor => tensor(values as number[], { dtype: 'float32' })
const leaf = (values: unknown): Tensor => float(values).requiresGrad_()
const numbers = (x: Tensor): number[] => x.detach().flatten().tolist() as number[]

/** Parameters [2, 3] and [3], and their gradients at step i. */
const matrix = [
  [1, -2, 0.5],
  [0.25, 3, -1],
]
const row = (i: number): number[] => [0.3 * (i + 1), -0.7 + 0.2 * i, 1.5 / (i + 1)]

function expectClose(got: Tensor, want: number[], tolerance = 3e-7): void {
  expect(numbers(got)).toEqual(
    want.map((w) => expect.closeTo(w, -Math.log10(2 * tolerance * Math.max(1, Math.abs(w))))),
  )
}

// All values below are PyTorch's, after four steps.
test.each<[Partial<AdafactorOptions>, p: number[], q: number[], row: number[], column: number[], variance: number[]]>([
  [
    {},
    [0.926080704, -1.95936978, 0.460073471, 0.209580824, 3.0751493, -1.06364536],
    [0.936611474, -1.96464622, 0.464877874],
    [0.526877165, 0.11409352],
    [0.40322572, 0.169309288, 0.388921022],
    [0.796451449, 0.166338027, 0.617842078],
  ],
  [
    { lr: 0.1, beta2Decay: -0.5, eps: [1e-6, 1e-2], d: 2, weightDecay: 0.1, maximize: true },
    [1.71850753, -2.35350347, 0.944124877, 0.62183249, 2.06646061, -0.244181797],
    [1.6210413, -2.3305707, 0.911038101],
    [0.492553115, 0.134055078],
    [0.511596024, 0.165416062, 0.262900203],
    [1.01319194, 0.0986669287, 0.365800381],
  ],
])('Adafactor %o', (options, wantP, wantQ, rows, columns, variance) => {
  const [p, q] = [leaf(matrix), leaf(matrix[0])]
  const optimizer = new Adafactor([p, q], options)
  for (let i = 0; i < 4; i++) {
    p.grad = float([row(i), [0.1, -0.2 * i, 0.4]])
    q.grad = float(row(i))
    optimizer.step()
  }
  expectClose(p, wantP)
  expectClose(q, wantQ)
  const [first, second] = [...optimizer.stateDict().state.values()] as Record<string, Tensor>[]
  expect([first!.row_var!.shape, first!.col_var!.shape]).toEqual([
    [2, 1],
    [1, 3],
  ])
  expectClose(first!.row_var!, rows)
  expectClose(first!.col_var!, columns)
  expectClose(second!.variance!, variance)
})

test.each<[Partial<MuonOptions>, wide: number[], tall: number[]]>([
  [
    { lr: 0.02 },
    [0.954354167, -1.96321893, 0.464089364, 0.272257596, 2.97895789, -1.03295493],
    [0.961016893, -1.92766321, 0.42724368, 0.206939802, 2.97860742, -1.05134094],
  ],
  [
    { lr: 0.02, momentum: 0.8, nesterov: false, adjustLrFn: 'match_rms_adamw', weightDecay: 0, nsSteps: 3 },
    [0.9885692, -1.99174225, 0.488498122, 0.25663051, 2.99756455, -1.01395106],
    [0.991860747, -1.98328829, 0.479756653, 0.239073187, 3.0005517, -1.01619744],
  ],
])('Muon %o', (options, wide, tall) => {
  const [p, q] = [leaf(matrix), leaf(matrix).detach().reshape(3, 2).requiresGrad_()]
  const optimizer = new Muon([p, q], options)
  for (let i = 0; i < 4; i++) {
    p.grad = float([row(i), [0.1, -0.2 * i, 0.4]])
    q.grad = p.grad.reshape(3, 2).clone()
    optimizer.step()
  }
  // sums in another order may round to the next bfloat16
  expectClose(p, wide, 2e-4)
  expectClose(q, tall, 2e-4)
})

// By the formulas of the paper, in float32.
test.each<[Partial<LionOptions>, want: number[]]>([
  [{ lr: 0.01 }, [1, -1.96000004, 0.440000057]],
  [{ lr: 0.1, betas: [0.5, 0.9], weightDecay: 0.1, maximize: true }, [0.950301647, -2.26815867, 1.05593884]],
])('Lion %o', (options, want) => {
  const p = leaf(matrix[0])
  const optimizer = new Lion([p], options)
  for (let i = 0; i < 6; i++) {
    p.grad = float([0.3 * (i - 2), -0.7 + 0.2 * i, 1.5 / (i + 1)])
    optimizer.step()
  }
  expectClose(p, want)
  if (options.betas !== undefined) return
  expectClose(optimizer.state.get(p)!.exp_avg as Tensor, [0.00929257087, -0.0113609061, 0.0354661904])
})

// Rosenbrock's valley from (-1.2, 1), in float64: closure calls and losses of three steps of PyTorch, and where they end.
test.each<[Partial<LBFGSOptions>, calls: number[], losses: number[], end: [number, number], iterations: number]>([
  [
    { lineSearchFn: 'strong_wolfe' },
    [25, 19, 1],
    [24.2, 0.4234823024380289, 4.221457511263308e-10],
    [0.9999814210791366, 0.9999619651810989],
    36,
  ],
  [
    { lr: 0.001, maxIter: 5 },
    [5, 5, 5],
    [24.2, 23.878700240451764, 23.699485185733906],
    [-1.1974702343775145, 1.0015996191194634],
    15,
  ],
  [
    { lr: 0.5, maxIter: 4, historySize: 2, lineSearchFn: 'strong_wolfe' },
    [5, 5, 5],
    [24.2, 4.276531960392678, 4.103818701930388],
    [-0.989330309291753, 0.9642585695711188],
    12,
  ],
])('LBFGS %o', (options, calls, losses, end, iterations) => {
  const p = tensor([-1.2, 1], { dtype: 'float64', requiresGrad: true })
  const optimizer = new LBFGS([p], options)
  const counts: number[] = []
  const got = losses.map(() => {
    let count = 0
    const loss = optimizer.step(() => {
      count++
      optimizer.zeroGrad()
      const [x, y] = [p.at(0), p.at(1)]
      const value = x
        .sub(1)
        .pow(2)
        .add(y.sub(x.mul(x)).pow(2).mul(100))
      value.backward()
      return value
    })
    counts.push(count)
    return loss.item()
  })
  expect(counts).toEqual(calls)
  expect(got).toEqual(losses.map((loss) => expect.closeTo(loss, 8)))
  expect(numbers(p)).toEqual(end.map((x) => expect.closeTo(x, 8)))
  const state = optimizer.stateDict().state.get(0)!
  expect([state.n_iter, state.func_evals]).toEqual([iterations, calls.reduce((a, b) => a + b)])
  expect((state.old_dirs as Tensor[]).length).toBe(Math.min(options.historySize ?? 100, (state.ro as []).length))
})

test('LBFGS takes parameters of any shape, without gradient too, and plain numbers for a loss', () => {
  const [a, b, unused] = [leaf([[1, 2]]), leaf(3), leaf([5])]
  const optimizer = new LBFGS([a, b, unused], { lineSearchFn: 'strong_wolfe' })
  const loss = optimizer.step(() => {
    optimizer.zeroGrad()
    const value = a.sub(4).pow(2).sum().add(b.pow(2))
    value.backward()
    return Number(value.item())
  })
  expect(loss).toBe(22)
  expectClose(a, [4, 4], 1e-5)
  expectClose(b, [0], 1e-5)
  expect(numbers(unused)).toEqual([5])
})

test('faults', () => {
  const [p, q] = [leaf([1]), leaf([[1]])]
  expect(() => new LBFGS([{ params: [p] }, { params: [q] }])).toThrow("LBFGS doesn't support per-parameter options")
  expect(() => new LBFGS([p]).step()).toThrow("missing 1 required positional argument: 'closure'")
  expect(() => new LBFGS([p], { lineSearchFn: 'armijo' as never }).step(() => p.sum())).toThrow(
    "only 'strong_wolfe' is supported",
  )
  expect(() => new LBFGS([p], { lr: -1 })).toThrow('Invalid learning rate: -1')
  expect(() => new Muon([p])).toThrow('Muon only supports 2D parameters whereas we found a parameter with size: [1]')
  expect(() => new Muon([q], { adjustLrFn: 'rms' as never })).toThrow('function rms is not supported')
  expect(() => new Muon([q], { momentum: -1 })).toThrow('momentum should be >= 0 but is: -1')
  const muon = new Muon([q], { nsSteps: 100 })
  q.grad = float([[1]])
  expect(() => muon.step()).toThrow('Number of steps must be less than 100')
  expect(() => new Adafactor([p], { beta2Decay: 0.5 })).toThrow('beta2_decay should be <= 0 but is: 0.5')
  expect(() => new Adafactor([p], { eps: [-1, 0] })).toThrow('epsilon1 should be >= 0 but is: -1')
  expect(() => new Adafactor([p], { d: 0.5 })).toThrow('Clipping threshold d should be >= 1 but is: 0.5')
  expect(() => new Lion([p], { betas: [1, 0.9] })).toThrow('Invalid beta parameter at index 0: 1')
})
