import { expect, test } from 'vitest'
import { columnsFor, columnsOf, nameOf } from '../src/cases.js'
import type { Outcome } from '../src/peer.js'
import { measureRounds } from '../src/rounds.js'

const all = { peers: ['pytorch', 'tfjs', 'jax-js', 'js-pytorch'], threads: [1, 2] } as const

test('columns: PyTorch, ours, the JavaScript peers', () => {
  const columns = columnsOf(all, ['ts', 'wasm', 'native:avx2'])
  expect(columnsFor('W1', columns).map(nameOf)).toEqual([
    'PyTorch 1',
    'PyTorch 2',
    'ts',
    'wasm 1',
    'wasm 2',
    'native:avx2 1',
    'native:avx2 2',
    'tfjs cpu',
    'tfjs wasm',
    'jax-js',
    'js-pytorch',
  ])
  expect(columnsFor('W5', columns).map(nameOf)).toContain('PyTorch 2 cl')
  expect(columnsFor('conv3x3-64-forward', columns).map(nameOf)).toContain('PyTorch 1 cl')
  expect(columnsFor('peak', columns).map(nameOf)).toEqual(['wasm 1', 'native:avx2 1'])
  expect(columnsFor('copy', columns).map(nameOf)).toEqual(['ts'])
})

test('round by round, there and back; what failed is not tried again', async () => {
  const order: string[] = []
  const run = async ({ workload, set }: { workload: string; set: string }): Promise<Outcome> => {
    order.push(`${workload} ${set}`)
    const medianMs = workload === 'W2' && set === 'wasm' ? null : 1
    return { medianMs, losses: [], note: medianMs === null ? 'failed: no' : '', version: '' }
  }
  const told: string[] = []
  const columns = columnsOf({ peers: [], threads: [1] }, ['ts', 'wasm'])
  const measured = await measureRounds(['W1', 'W2'], columns, 3, run, (text) => told.push(text))
  expect(order).toEqual([
    'W1 ts',
    'W1 wasm',
    'W2 ts',
    'W2 wasm',
    'W1 wasm',
    'W1 ts',
    'W2 ts',
    'W1 ts',
    'W1 wasm',
    'W2 ts',
  ])
  expect(measured.map(({ outcomes }) => outcomes.length)).toEqual([3, 3, 3, 1])
  expect(told[3]).toMatch(/^round 1\/3 W2 wasm 1: failed: no/)
})
