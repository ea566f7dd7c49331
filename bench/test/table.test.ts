import { expect, test } from 'vitest'
import type { Column } from '../src/cases.js'
import { isSound, memoryTable, verdictOf } from '../src/memory/report.js'
import { microTables } from '../src/micro-table.js'
import type { Result } from '../src/rows.js'
import { digits, markdownTable, timeTables, timeText } from '../src/table.js'
import { micros } from '../src/workloads/micro.js'

const pytorch = (threads: number): Column => ({ peer: 'pytorch', set: 'cpu', threads })
const native = (threads: number): Column => ({ peer: 'tsorch', set: 'native', threads })
const tfjs: Column = { peer: 'tfjs', set: 'cpu', threads: 1 }

function result(
  workload: string,
  column: Column,
  medianMs: number | null,
  more: Partial<Result> & { note?: string } = {},
) {
  const { note = '', ...rest } = more
  return {
    row: { workload, ...column, medianMs, note },
    isWrong: false,
    isFailed: false,
    version: '',
    flops: null,
    ...rest,
  }
}

test('three digits are enough', () => {
  expect([0.0001234, 0.05, 0.0994, 0.1234, 5.678, 12.345, 123.4, 12345].map(timeText)).toEqual([
    '0.12 us',
    '50.0 us',
    '99.4 us',
    '0.12',
    '5.68',
    '12.3',
    '123',
    '12345',
  ])
  expect([0.00123, 0.5, 99.4, 99.6].map(digits)).toEqual(['0.0012', '0.50', '99.4', '100'])
})

test('a bar in a cell does not end it', () => {
  expect(markdownTable(['a', 'b'], [['x|y', '1']])).toBe('| a | b |\n| --- | --: |\n| x\\|y | 1 |')
})

test('times, ratios to the best PyTorch and to our best, notes', () => {
  const columns = [pytorch(1), pytorch(2), native(1), native(2), tfjs]
  const results = [
    result('W4', pytorch(1), 3),
    result('W4', pytorch(2), 2),
    result('W4', native(1), 4, { isWrong: true, note: 'loss 1 is off' }),
    result('W4', native(2), 1),
    result('W4', tfjs, 400),
    result('W5', pytorch(1), 6),
    result('W5', pytorch(2), 8),
    result('W5', native(1), 3),
    result('W5', native(2), null, { note: 'failed: no result in 90 s' }),
  ]
  const titles = new Map([
    ['W4', 'an MLP'],
    ['W5', 'a CNN'],
  ])
  expect(timeTables(titles, columns, results)).toBe(`Milliseconds a step (x: see the notes; us: microseconds)

| ms | PyTorch 1 | PyTorch 2 | native 1 | native 2 | tfjs cpu |
| --- | --: | --: | --: | --: | --: |
| W4 | 3.00 | 2.00 | 4.00 (!) | 1.00 | 400 |
| W5 | 6.00 | 8.00 | 3.00 | x |  |

PyTorch's best time over each: above 1 is faster than PyTorch

| PyTorch / it | native 1 | native 2 | tfjs cpu |
| --- | --: | --: | --: |
| W4 | 0.50 | 2.00 | 0.0050 |
| W5 | 2.00 |  |  |

How many times faster our best is than each

| it / ours | tfjs cpu |
| --- | --: |
| W4 | 400 |
| W5 |  |

Workloads

- W4: an MLP
- W5: a CNN

Notes

- W4 native 1: loss 1 is off
- W5 native 2: failed: no result in 90 s`)
})

test('single operations as shares of the peak and of a copy, and their gain by threads', () => {
  const chosen = micros.filter(({ id }) => ['peak', 'copy', 'matmul-512', 'add-1e6'].includes(id))
  const results = [
    result('peak', native(1), 1, { flops: 200e6 }),
    result('copy', native(1), 0.4),
    result('matmul-512', pytorch(1), 3),
    result('matmul-512', native(1), 1.5),
    result('matmul-512', native(2), 0.75),
    result('add-1e6', native(1), 1.2),
  ]
  expect(
    microTables(chosen, [pytorch(1), native(1), native(2)], results),
  ).toBe(`GFLOP/s and share of the register-only peak (1 thread: 200 GFLOP/s; 2 threads: 400 GFLOP/s; by set, one thread: native 200)

| GFLOP/s | PyTorch 1 | native 1 | native 2 |
| --- | --: | --: | --: |
| matmul-512 | 89.5 (45 %) | 179 (89 %) | 358 (89 %) |

GB/s and share of the rate of a plain copy (20.0 GB/s, one thread)

| GB/s | PyTorch 1 | native 1 | native 2 |
| --- | --: | --: | --: |
| add-1e6 |  | 10.0 (50 %) |  |

One thread's time over several threads'

| 1 thread / it | native 2 |
| --- | --: |
| matmul-512 | 2.00 |`)
})

test('memory: flat, growing, too much', () => {
  const of = (heap: readonly (number | null)[], peak = 100e6, reason = '') => {
    const marks = heap.map((bytes, i) => ({ step: i + 1, rss: 50e6, heap: bytes }))
    const outcome = reason === '' ? { msPerStep: 2, peak, marks } : null
    return { loop: 'raw', steps: 10, set: 'best', path: 'napi', outcome, reason }
  }
  expect(verdictOf(of([10e6, 12e6, 10.2e6]))).toBe('flat')
  expect(verdictOf(of([10e6, 11e6]))).toBe('heap in use +10 %')
  expect(verdictOf(of([10e6, 9e6]))).toBe('heap in use -10 %')
  expect(verdictOf(of([20e3, 40e3]))).toBe('flat')
  expect(verdictOf(of([10e6, 10e6], 500e6))).toBe('peak above 400 MB')
  expect(verdictOf(of([null, null]))).toBe('below 400 MB')
  expect(verdictOf(of([], 0, 'ended with SIGKILL'))).toBe('ended with SIGKILL')
  expect([of([1e6, 1e6]), of([null]), of([1e6, 2e6]), of([], 0, 'ended')].map(isSound)).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(memoryTable([of([10e6, 10e6])]).split('\n')[2]).toBe(
    '| raw | 10 | best | napi | 2.00 | 50.0 50.0 | 10.0 10.0 | 100 | flat |',
  )
})
