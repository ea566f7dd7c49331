import { type Backend, deviceOf, kernelSets } from '@tsorch/core'
import { Unary } from '@tsorch/core/backend'
import { expect, test } from 'vitest'
import type { FixtureSource } from '../src/cases/packed.js'
import { testBackend } from '../src/test-backend.js'

const plain = deviceOf('cpu').backends.find((b) => b.set === 'ts') as Backend

/** y = -x and y = exp(0) = 1 for x = [1, 2] and [0, 0]. */
const cases = [
  { id: 'neg/0', op: 'neg', kind: 'function', call: 'torch.neg', args: [record('x')], kwargs: {}, output: record('y') },
  { id: 'exp/0', op: 'exp', kind: 'function', call: 'torch.exp', args: [record('z')], kwargs: {}, output: record('o') },
  { id: 'later/0', op: 'later', kind: 'function', call: 'torch.not_there', args: [], kwargs: {}, output: null },
]

function record(name: string): object {
  return { tensor: name, dtype: 'float32', shape: [2] }
}

const fixtures: FixtureSource = async (file) => {
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
  if (file === 'drift.json.gz') return text({ cases: {} })
  if (file.endsWith('.json.gz'))
    return text({ group: 'tiny', default_tol: { float32: { rtol: 1e-6, atol: 1e-6 } }, cases })
  const values = Float32Array.of(1, 2, -1, -2, 0, 0, 1, 1)
  const header = text(
    Object.fromEntries(
      ['x', 'y', 'z', 'o'].map((name, i) => [name, { dtype: 'F32', shape: [2], data_offsets: [8 * i, 8 * i + 8] }]),
    ),
  )
  const bytes = new Uint8Array(8 + header.length + values.byteLength)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, 8)
  bytes.set(new Uint8Array(values.buffer), 8 + header.length)
  return bytes
}

const run = (backend: Backend, skip: { op: string; reason: string }[] = []) =>
  testBackend({ backend, skip, groups: ['tiny'], fixtures })

/** A device whose negation is wrong. */
function broken(device: string): Backend {
  return {
    ...plain,
    device,
    overrides: [],
    primitives: {
      ...plain.primitives,
      unary(op, x, out) {
        plain.primitives.unary(op === Unary.neg ? Unary.abs : op, x, out)
      },
    },
  }
}

test('a right backend has no problems; what is missing in the library is not covered', async () => {
  expect(await run(plain)).toMatchObject({ passed: 2, failed: 0, notCovered: 1, problems: [] })
})

test('a wrong kernel is a problem, and can be skipped with a reason', async () => {
  const backend = broken('wrong neg')
  const found = await run(backend)
  expect(found).toMatchObject({ passed: 1, failed: 1 })
  expect(found.problems).toEqual([expect.stringContaining('neg/0')])
  expect((await run(backend, [{ op: 'neg', reason: 'the device knows no signs' }])).problems).toEqual([])
  expect((await run(backend, [{ op: 'neg/0', reason: 'the device knows no signs' }])).problems).toEqual([])
})

test('a skip without need, without a reason or without a case is a problem', async () => {
  expect((await run(plain, [{ op: 'neg', reason: 'slow' }])).problems).toEqual([
    expect.stringContaining('all 1 cases pass'),
  ])
  expect((await run(plain, [{ op: 'ngg', reason: 'slow' }])).problems).toEqual([
    expect.stringContaining('no such case'),
  ])
  expect((await run(broken('wrong again'), [{ op: 'neg', reason: ' ' }])).problems).toEqual([
    expect.stringContaining('no reason'),
  ])
})

test('a kernel set of a device is tried alone, and all serve again afterwards', async () => {
  const set: Backend = { ...broken('cpu'), set: 'broken', rank: -1, overrides: [] }
  expect((await run(set)).failed).toBe(1)
  expect(kernelSets('cpu')).toContain('broken')
  expect((await run(plain)).failed).toBe(0)
})
