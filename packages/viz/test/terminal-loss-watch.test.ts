/** When a loss gives an alarm, and when not. */
import { describe, expect, test } from 'vitest'
import { terminal } from '../src/index.js'

/** The warnings of a series of losses, with the steps at which they came. */
function warnings(losses: Iterable<number>, options?: terminal.LossWatchOptions): [step: number, text: string][] {
  const watch = terminal.lossWatch(options)
  const out: [number, string][] = []
  for (const loss of losses) {
    const warning = watch.update(loss)
    if (warning !== null) out.push([watch.step, warning])
  }
  return out
}

const series = (length: number, f: (i: number) => number) => Array.from({ length }, (_, i) => f(i))
const falling = series(100, (i) => 2.3 * Math.exp(-i / 30))

describe('lossWatch', () => {
  test('tells NaN and infinity at once, and once', () => {
    const [first, ...others] = warnings([2.5, 2, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY])
    expect(others).toEqual([])
    expect(first![0]).toBe(3)
    expect(first![1]).toMatch(/^loss is NaN at step 3; the last finite loss was 2 at step 2: try a lower learning rate/)
    expect(warnings([Number.NEGATIVE_INFINITY])[0]![1]).toMatch(/^loss is -Infinity at step 1: /)
    expect(first![1]).not.toContain('\n')
  })

  test('tells a loss that stays far above its best', () => {
    const rising = series(60, (i) => 1 + i)
    const [first, ...others] = warnings([...falling, ...rising], { patience: 10 })
    expect(others).toEqual([])
    expect(first![0]).toBeGreaterThan(109)
    expect(first![0]).toBeLessThan(115)
    expect(first![1]).toMatch(/^loss diverges at step \d+: .*its best was 0\.\d+ at step 100/)
  })

  test('is quiet about peaks, noise, plateaus, and small rises of a small loss', () => {
    expect(warnings([...falling, 50, ...falling.slice(-30)], { patience: 40 })).toEqual([])
    expect(warnings(series(500, (i) => 1 + 0.5 * Math.sin(i * i)))).toEqual([])
    expect(warnings(series(500, () => 0))).toEqual([])
    const small = [...series(200, (i) => 2.3 * 0.9 ** i), ...series(200, () => 0.01)]
    expect(warnings(small)).toEqual([])
  })

  test('sees a loss below zero rise', () => {
    const losses = [...series(50, (i) => -i / 10), ...series(100, (i) => -5 + i)]
    expect(warnings(losses)).toHaveLength(1)
  })

  test('tells again after it has recovered', () => {
    const losses = [1, Number.NaN, ...series(20, () => 1), Number.NaN]
    expect(warnings(losses, { patience: 5 }).map(([step]) => step)).toEqual([2, 23])
    expect(warnings(series(40, (i) => (i % 2 === 0 ? 1 : Number.NaN)))).toHaveLength(1)
  })

  test('says where it stands', () => {
    const watch = terminal.lossWatch({ smoothing: 0 })
    expect(watch.smoothed).toBeNaN()
    watch.update(3)
    watch.update(2)
    expect([watch.step, watch.smoothed, watch.diverged]).toEqual([2, 2, false])
    watch.update(Number.NaN)
    expect([watch.step, watch.smoothed, watch.diverged]).toEqual([3, 2, true])
  })

  test('refuses options that make no sense', () => {
    expect(() => terminal.lossWatch({ factor: 1 })).toThrow('factor should be above 1, but got 1')
    expect(() => terminal.lossWatch({ patience: 0 })).toThrow('patience should be an integer of at least 1, but got 0')
    expect(() => terminal.lossWatch({ smoothing: 1 })).toThrow('smoothing should be at least 0 and below 1, but got 1')
  })
})
