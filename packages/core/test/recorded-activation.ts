import { expect } from 'vitest'
import { autograd, type Tensor, tensor } from '../src/index.js'

/** What PyTorch gives for an activation. */
export interface Recorded {
  readonly name: string
  readonly f: (x: Tensor) => Tensor
  /** At -20, -3, -1.5, 0, 0.5, 3, 20. */
  readonly values: readonly number[]
  /** The derivatives there. */
  readonly slopes: readonly number[]
  /** At -3.3, -0.7, 0.3, 2.9. */
  readonly float16: readonly number[]
  readonly bfloat16: readonly number[]
}

function expectClose(got: Tensor, wanted: readonly number[], rtol: number): void {
  const values = got.tolist() as number[]
  expect(values).toHaveLength(wanted.length)
  values.forEach((value, i) => {
    expect(Math.abs(value - wanted[i]!), `element ${i}: ${value}`).toBeLessThanOrEqual(
      rtol * Math.abs(wanted[i]!) + 1e-9,
    )
  })
}

/** Values, derivatives, both half types, and the first two derivatives against finite differences. */
export function expectActivation({ f, values, slopes, float16, bfloat16 }: Recorded): void {
  const x = tensor([-20, -3, -1.5, 0, 0.5, 3, 20], { dtype: 'float32', requiresGrad: true })
  const y = f(x)
  expectClose(y, values, 1.3e-6)
  const [slope] = autograd.grad(y.sum(), [x], { createGraph: true })
  expectClose(slope!, slopes, 1.3e-6)
  if (slope!.requiresGrad) {
    const [bend] = autograd.grad(slope!.sum(), [x], { allowUnused: true })
    if (bend !== null) expect((bend!.tolist() as number[]).every(Number.isFinite)).toBe(true)
  }
  for (const [dtype, wanted] of Object.entries({ float16, bfloat16 })) {
    const half = f(tensor([-3.3, -0.7, 0.3, 2.9], { dtype: dtype as 'float16' }))
    expect(half.dtype.name).toBe(dtype)
    expectClose(half, wanted, dtype === 'float16' ? 5e-4 : 4e-3)
  }
  const d = tensor([-2.6, -0.3, 0.2, 1.7, 2.4], { dtype: 'float64', requiresGrad: true })
  expect(autograd.gradcheck(f, [d])).toBe(true)
  expect(autograd.gradgradcheck(f, [d])).toBe(true)
  expect(f(tensor([], { dtype: 'float32' })).shape).toEqual([0])
  expect(f(tensor(Number.NaN)).isnan().item()).toBe(true)
}
