import { expect, test } from 'vitest'
import type { Case, Outcome } from '../src/peer.js'
import { difference, quietest, resultsOf } from '../src/rows.js'

const outcome = (medianMs: number | null, more: Partial<Outcome> = {}): Outcome => {
  return { medianMs, losses: [], note: '', version: '', ...more }
}
const one: Case = { workload: 'W5', peer: 'tsorch', set: 'wasm', threads: 2 }

test('the quietest round counts', () => {
  expect(quietest([outcome(3), outcome(1), outcome(2)]).medianMs).toBe(1)
  expect(quietest([outcome(3), outcome(null, { note: 'failed' })]).medianMs).toBe(3)
  expect(quietest([outcome(null, { note: 'failed' })]).note).toBe('failed')
})

test('losses agree within a thousandth, more as roundings add up', () => {
  expect(difference([1, 1.0019], [1, 1])).toBeNull()
  expect(difference([1.0019, 1], [1, 1])).not.toBeNull()
  expect(difference([2.3, 2.2], [2.3001, 2.2001])).toBeNull()
  expect(difference([2.3], [2.3, 1])).toBeNull()
  expect(difference([], [2.3])).toBeNull()
  expect(difference([2.3, 2.1], [2.3, 2.2])).toBe("loss 2 is 2.10000, PyTorch's 2.20000")
  expect(difference([0.0025], [0.00254])).toBeNull()
  expect(difference([Number.NaN], [1])).toContain('NaN')
})

test('a row a case, in the fields of the JSON output', () => {
  const [result] = resultsOf([{ one, outcomes: [outcome(2), outcome(1.9, { version: 'wasm relaxed' })] }], () => null)
  expect(result!.row).toEqual({
    workload: 'W5',
    peer: 'tsorch',
    set: 'wasm',
    threads: 2,
    medianMs: 1.9,
    note: '',
  })
  expect(result).toMatchObject({ isWrong: false, isFailed: false, version: 'wasm relaxed' })
})

test('wrong losses of any round are told, and rounds that differ much', () => {
  const outcomes = [outcome(4, { losses: [1, 3] }), outcome(1, { losses: [1, 2], note: 'by hand' })]
  const [result] = resultsOf([{ one, outcomes }], () => [1, 2])
  expect(result!.isWrong).toBe(true)
  expect(result!.row.note).toBe("by hand; loss 2 is 3.00000, PyTorch's 2.00000; rounds differ by a factor of 4.0")
})

test('what could not be measured: by its own word, or because it failed', () => {
  const of = (note: string) => resultsOf([{ one, outcomes: [outcome(null, { note })] }], () => [1])[0]!
  expect(of('no convolution')).toMatchObject({ isFailed: false, isWrong: false, row: { medianMs: null } })
  expect(of('failed: no result in 90 s').isFailed).toBe(true)
})
