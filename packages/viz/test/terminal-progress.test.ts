/** Progress lines, by a clock and a stream of the test's own. */
import { describe, expect, test } from 'vitest'
import { terminal } from '../src/index.js'
import { formatDuration, formatMetric, formatRate } from '../src/terminal/format.js'
import { type ProgressState, renderBar, renderPlainProgress, renderProgress } from '../src/terminal/progress-line.js'
import { visibleWidth } from '../src/terminal/text.js'

const { isCI, isInteractive, hasColor, ProgressBar, progress } = terminal

describe('what the terminal can do', () => {
  const tty = { isTTY: true, write: () => {} }
  const file = { write: () => {} }

  test('lines are redrawn on a terminal only, and not in CI', () => {
    expect(isInteractive(tty, {})).toBe(true)
    expect(isInteractive(file, {})).toBe(false)
    expect(isInteractive(tty, { CI: 'true' })).toBe(false)
    expect(isInteractive(tty, { CI: '' })).toBe(true)
    expect(isInteractive(tty, { CI: 'false' })).toBe(true)
    expect(isInteractive(tty, { TERM: 'dumb' })).toBe(false)
    expect(isCI({ CI: '1' })).toBe(true)
  })

  test('colour follows the terminal, NO_COLOR and FORCE_COLOR', () => {
    expect(hasColor(tty, {})).toBe(true)
    expect(hasColor(file, {})).toBe(false)
    expect(hasColor(tty, { NO_COLOR: '1' })).toBe(false)
    expect(hasColor(file, { FORCE_COLOR: '1' })).toBe(true)
    expect(hasColor(tty, { FORCE_COLOR: '0' })).toBe(false)
    expect(hasColor(file, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
  })
})

describe('the progress line', () => {
  const state: ProgressState = {
    label: 'epoch 2/5',
    step: 8,
    total: 32,
    count: 512,
    unit: 'images',
    seconds: 2,
    metrics: { loss: 0.51234 },
  }

  test('numbers', () => {
    const durations = [0, 59.4, 59.6, 125, 3599.7, 7380].map(formatDuration)
    expect(durations).toEqual(['0s', '59s', '1m00s', '2m05s', '1h00m', '2h03m'])
    const rates = [0.52, 99.96, 412.4, 999.6, 12_345, 999_960].map(formatRate)
    expect(rates).toEqual(['0.5', '100', '412', '1.0k', '12.3k', '1.0M'])
    const metrics = [0.51234, 12, 0.00012, 1234567.8, Number.NaN, 7n, 'warm'].map(formatMetric)
    expect(metrics).toEqual(['0.5123', '12', '1.20e-4', '1.23e+6', 'NaN', '7', 'warm'])
  })

  test('a bar keeps its width', () => {
    expect(renderBar(0, 4)).toBe('░░░░')
    expect(renderBar(0.5, 4)).toBe('██░░')
    expect(renderBar(0.4, 4)).toBe('█▌░░')
    expect(renderBar(1, 4)).toBe('████')
    for (const fraction of [-1, 0.01, 0.33, 0.999, 7]) expect(renderBar(fraction, 9)).toHaveLength(9)
  })

  test('shows bar, step, metrics, speed and time left', () => {
    const line = renderProgress(state, 100)
    expect(line).toBe(`epoch 2/5 |${renderBar(0.25, 30)}|  8/32  loss 0.5123  256 images/s  6s left`)
    expect(renderProgress({ ...state, step: 32, metrics: {} }, 100)).toMatch(/\| 32\/32 {2}256 images\/s {2}2s$/)
    expect(renderProgress({ ...state, count: 0.1 }, 100)).toContain('20.0 s/images')
  })

  test('without a total there is no bar and no time left', () => {
    const line = renderProgress({ ...state, total: undefined }, 100)
    expect(line).toBe('epoch 2/5 8  loss 0.5123  256 images/s  2s')
  })

  test.each([0, 5, 20, 40, 60, 61, 62, 63, 64, 65, 80, 200])('stays inside %d columns', (columns) => {
    for (const label of ['epoch 2/5', '第2轮训练', '']) {
      const plain = renderProgress({ ...state, label }, columns)
      expect(visibleWidth(plain)).toBeLessThan(Math.max(columns, 1))
      expect(visibleWidth(renderProgress({ ...state, label }, columns, true))).toBe(visibleWidth(plain))
    }
  })

  test('before the first step there is no speed and no time left', () => {
    const start = { label: 'a', step: 0, total: 9, count: 0, unit: 'it', seconds: 0, metrics: {} }
    expect(renderProgress(start, 40)).toBe(`a |${renderBar(0, 30)}| 0/9`)
  })

  test('nothing to do is done', () => {
    const none = { ...state, step: 0, total: 0, count: 0, seconds: 0, metrics: {} }
    expect(renderProgress(none, 80)).toContain(`|${renderBar(1, 30)}| 0/0`)
  })

  test('a metric that is not finite is red', () => {
    expect(renderProgress({ ...state, metrics: { loss: Number.NaN } }, 100, true)).toContain('\x1b[31mloss NaN\x1b[0m')
  })

  test('as a line in a log', () => {
    expect(renderPlainProgress(state)).toBe('epoch 2/5   8/32  loss 0.5123  256 images/s  2s')
  })
})

/** A stream that keeps what is written, and a clock that the test moves. */
function fake(isTTY: boolean, columns = 80) {
  const out = { text: '', time: 0 }
  const stream = {
    isTTY,
    columns,
    write: (text: string) => {
      out.text += text
    },
  }
  return { out, options: { stream, env: {}, now: () => out.time, color: false } }
}

describe('ProgressBar', () => {
  function run(isTTY: boolean, steps: number, millisecondsPerStep: number, mode?: 'ci' | 'silent'): string {
    const { out, options } = fake(isTTY)
    const bar = new ProgressBar({ ...options, label: 'epoch', total: steps, unit: 'images', mode: mode ?? 'auto' })
    for (let i = 0; i < steps; i++) {
      out.time += millisecondsPerStep
      bar.set({ loss: 1.5 }).advance(10)
    }
    bar.finish('accuracy 90.0 %')
    bar.finish('again')
    return out.text
  }

  test('a terminal sees one line, redrawn ten times a second at most', () => {
    const output = run(true, 100, 10)
    expect(output.match(/\r/g)).toHaveLength(10 + 1)
    expect(output.match(/\n/g)).toHaveLength(1)
    const drawn = output.trimEnd().split('\r').slice(1)
    for (const line of drawn) {
      expect(line.endsWith('\x1b[K')).toBe(true)
      expect(visibleWidth(line)).toBeLessThan(80)
    }
    expect(drawn.at(-1)).toContain('100/100  loss 1.5000  1.0k images/s  1s  accuracy 90.0 %')
  })

  test('a log gets the last line of a short run, and one every ten seconds of a long one', () => {
    expect(run(false, 100, 10)).toBe('epoch  100/100  loss 1.5000  1.0k images/s  1s  accuracy 90.0 %\n')
    const long = run(false, 100, 350).split('\n')
    expect(long).toHaveLength(3 + 1 + 1)
    expect(long[0]).toBe('epoch   29/100  loss 1.5000  28.6 images/s  10s')
    expect(long.join('')).not.toContain('\r')
  })

  test('CI gets a line a minute, silence none', () => {
    expect(run(false, 100, 1500, 'ci').split('\n')).toHaveLength(2 + 1 + 1)
    expect(run(true, 100, 1500, 'silent')).toBe('')
  })

  test('is left behind before an error is printed', () => {
    const { out, options } = fake(true)
    const bar = new ProgressBar({ ...options, label: 'epoch', total: 2 })
    bar.abandon()
    expect(out.text).toBe('')
    bar.advance()
    bar.abandon()
    bar.abandon()
    expect(out.text.match(/\n/g)).toHaveLength(1)
  })

  test('prints above the bar', () => {
    const { out, options } = fake(true)
    const bar = new ProgressBar({ ...options, label: 'epoch' })
    bar.print('before')
    bar.advance()
    bar.print('loss is NaN')
    expect(out.text).toBe('before\n\repoch 1  0s\x1b[K\r\x1b[Kloss is NaN\n\repoch 1  0s\x1b[K')
  })

  test('asks for metrics when it draws, not at each step', () => {
    const { out, options } = fake(true)
    let asked = 0
    const metrics = () => ({ lr: ++asked })
    const bar = new ProgressBar({ ...options, total: 1000, metrics })
    for (let i = 0; i < 1000; i++) {
      out.time += 1
      bar.advance()
    }
    expect(asked).toBe(10)
    expect(out.text).toContain('lr 10')
  })

  test('follows a terminal whose width changes, and has colours where they are asked for', () => {
    const { out, options } = fake(true)
    const bar = new ProgressBar({
      ...options,
      color: true,
      label: 'a',
      total: 4,
      stream: { ...options.stream, columns: 30 },
    })
    bar.advance()
    expect(visibleWidth(out.text)).toBeLessThan(30)
    expect(out.text).toContain('\x1b[36m')
  })

  test('refuses a total that is none', () => {
    expect(() => new ProgressBar({ total: 1.5 })).toThrow('total should be an integer of at least 0, but got 1.5')
  })
})

describe('progress', () => {
  test('of an array: items, counts, metrics, one line', () => {
    const { out, options } = fake(true)
    const bar = progress([3, 4, 5], { ...options, label: 'sum', unit: 'images', size: (n) => n })
    const seen: number[] = []
    for (const n of bar) {
      out.time += 1000
      bar.set({ n })
      seen.push(n)
    }
    expect(seen).toEqual([3, 4, 5])
    expect(bar.state).toMatchObject({ step: 3, total: 3, count: 12, metrics: { n: 5 } })
    expect(out.text.endsWith('| 3/3  n 5  4.0 images/s  3s\x1b[K\n')).toBe(true)
    expect(out.text.match(/\n/g)).toHaveLength(1)
  })

  test('of an asynchronous source without a length, and of promises', async () => {
    async function* source() {
      yield 'a'
      yield 'b'
    }
    const { out, options } = fake(false)
    const seen: string[] = []
    for await (const item of progress(source(), { ...options, total: 2 })) seen.push(item)
    for await (const item of progress([Promise.resolve('c')], options)) seen.push(item)
    for await (const item of progress(source(), options)) seen.push(item)
    expect(seen).toEqual(['a', 'b', 'c', 'a', 'b'])
    expect(out.text).toBe('2/2  0s\n1/1  0s\n2  0s\n')
    // @ts-expect-error asynchronous sources have no synchronous iterator
    expect(() => [...progress(source(), options)]).toThrow('iterate it with for await')
  })

  test('starts anew at each iteration', () => {
    const { out, options } = fake(false)
    const bar = progress(new Set([1, 2]), options)
    for (const _ of bar) out.time += 500
    for (const _ of bar) out.time += 1000
    expect(out.text).toBe('2/2  2.0 it/s  1s\n2/2  1.0 it/s  2s\n')
  })

  test('a break closes the source and leaves the line', async () => {
    let closed = 0
    function* source() {
      try {
        yield 1
        yield 2
      } finally {
        closed++
      }
    }
    const { out, options } = fake(true)
    for (const _ of progress(source(), { ...options, total: 2, label: 'a' })) break
    for await (const _ of progress(source(), { ...options, total: 2, label: 'b' })) break
    expect(closed).toBe(2)
    expect(out.text.match(/\n/g)).toHaveLength(2)
    expect(out.text.endsWith('0/2\x1b[K\n')).toBe(true)
  })

  test('an error of the source comes through, after the line', async () => {
    function* source() {
      yield 1
      throw new Error('damaged')
    }
    const { out, options } = fake(true)
    const loop = async () => {
      for await (const _ of progress(source(), options)) {
      }
    }
    await expect(loop()).rejects.toThrow('damaged')
    expect(() => [...progress(source(), options)]).toThrow('damaged')
    expect(out.text.match(/\n/g)).toHaveLength(2)
    expect(out.text.endsWith('\n')).toBe(true)
  })

  test('kept open, its line waits for what came out, and the clock stands', () => {
    const { out, options } = fake(true)
    const bar = progress([1, 2], { ...options, keepOpen: true })
    for (const _ of bar) out.time += 500
    expect(out.text).not.toContain('\n')
    out.time += 60_000
    bar.finish('accuracy 1')
    expect(out.text.endsWith('| 2/2  2.0 it/s  1s  accuracy 1\x1b[K\n')).toBe(true)
  })

  test('kept open, a break leaves it open too', () => {
    const { out, options } = fake(true)
    const bar = progress([1, 2], { ...options, keepOpen: true })
    for (const n of bar) if (n === 2) break
    bar.finish('early')
    expect(out.text.endsWith('| 1/2  0s left  early\x1b[K\n')).toBe(true)
    expect(out.text.match(/\n/g)).toHaveLength(1)
  })

  test('refuses what is no sequence', () => {
    // @ts-expect-error a number has no items
    expect(() => progress(3)).toThrow('progress: expected something to iterate, but got number')
  })
})
