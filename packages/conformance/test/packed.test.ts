import { expect, test } from 'vitest'
import type { TensorRecord } from '../src/cases/encoded.js'
import { fixtureGroups, loadGroup } from '../src/cases/packed.js'

test('the package carries its fixtures, in Node and in browsers', async () => {
  const group = await loadGroup('ops.create')
  expect(group.name).toBe('ops.create')
  expect(group.cases.length).toBeGreaterThan(200)
  const outputs = group.cases
    .filter((c) => c.op === 'eye')
    .map((c) => (c as unknown as { output: TensorRecord }).output)
    .filter(({ dtype, shape }) => dtype === 'float32' && shape.length === 2 && shape.every((s) => s > 1))
  expect(outputs.length).toBeGreaterThan(0)
  for (const output of outputs) {
    const values = Array.from(group.values(output), Number)
    expect(values).toEqual(values.map((_, i) => Number(Math.floor(i / output.shape[1]!) === i % output.shape[1]!)))
  }
})

test('a group that is not there is an error', async () => {
  await expect(loadGroup('ops.none')).rejects.toThrow()
  expect(fixtureGroups).not.toContain('ops.none')
})
