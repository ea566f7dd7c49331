/** Plots in characters: what is drawn where, widths, and values that are no numbers. */
import { tensor } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { terminal } from '../src/index.js'

const { histogram, linePlot, sparkline, visibleWidth } = terminal

describe('visibleWidth', () => {
  test.each([
    ['loss', 4],
    ['\x1b[31mloss\x1b[0m', 4],
    ['损失', 4],
    ['ｆｕｌｌ', 8],
    ['한국', 4],
    ['e\u0301', 1],
    ['👍', 2],
    ['👩‍👩‍👧', 2],
    ['⠤█▀✓', 4],
    ['', 0],
  ])('of %j is %d', (text, width) => expect(visibleWidth(text)).toBe(width))
})

describe('sparkline', () => {
  test('goes from the least to the greatest value', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█')
    expect(sparkline([5, 5])).toBe('▅▅')
    expect(sparkline([])).toBe('')
    expect(sparkline([1, 2], { min: 0, max: 4 })).toBe('▃▅')
  })

  test('shows what is no number, and clamps what is infinite', () => {
    expect(sparkline([0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1])).toBe('▁×█▁█')
    expect(sparkline([Number.NaN], { color: true })).toBe('\x1b[31m×\x1b[0m')
  })

  test('averages to a width', () => {
    expect(sparkline([0, 0, 4, 4, 8, 8], { width: 3 })).toBe('▁▅█')
    expect(sparkline(new Float32Array(1000), { width: 7 })).toHaveLength(7)
  })

  test('reads tensors, and refuses other things', () => {
    expect(
      sparkline(
        tensor([
          [0, 7],
          [3, 4],
        ]),
      ),
    ).toBe('▁█▄▅')
    // @ts-expect-error words are no numbers
    expect(() => sparkline(['a'])).toThrow('expected numbers, but got string')
    expect(() => sparkline([1], { width: 0 })).toThrow('width should be an integer of at least 1, but got 0')
  })
})

describe('histogram', () => {
  test('counts as torch.histc, the last bin with its upper end', () => {
    expect(histogram([1, 2, 1, 4], { bins: 4, min: 0, max: 4, width: 24 })).toBe(
      ['[0, 1) 0', '[1, 2) ███████████████ 2', '[2, 3) ███████▌ 1', '[3, 4] ███████▌ 1'].join('\n'),
    )
  })

  test('tells what is not in it', () => {
    const text = histogram([1, 2, 9, Number.NaN, Number.POSITIVE_INFINITY], { bins: 2, min: 0, max: 4 })
    expect(text.split('\n').at(-1)).toBe('1 NaN, 1 infinite, 1 outside')
  })

  test('of one value and of none', () => {
    expect(histogram([5], { bins: 2, width: 30 })).toBe('[4, 5) 0\n[5, 6] █████████████████████ 1')
    expect(histogram([], { bins: 2 })).toBe('[0.0, 0.5) 0\n[0.5, 1.0] 0')
  })

  test('stays inside its width', () => {
    const values = Array.from({ length: 500 }, (_, i) => Math.sin(i) * 1e-3)
    const lines = histogram(values, { width: 50, title: '权重', color: true }).split('\n')
    expect(lines).toHaveLength(11)
    for (const line of lines) expect(visibleWidth(line)).toBeLessThanOrEqual(50)
  })

  test('refuses ranges and numbers of bins that are none', () => {
    expect(() => histogram([1], { min: 2, max: 1 })).toThrow('max must be larger than min')
    expect(() => histogram([1], { bins: 0 })).toThrow('bins should be an integer of at least 1, but got 0')
  })
})

describe('linePlot', () => {
  test('a diagonal, with axes', () => {
    const lines = ['1 ┤             ⣀⠤⠒⠉', '  │        ⢀⡠⠔⠒⠉', '  │    ⣀⠤⠔⠊⠁', '0 ┤⣀⠤⠒⠉']
    lines.push('  └┬───────────────┬', '   0               1')
    expect(linePlot([{ y: [0, 1] }], { width: 20, height: 4 })).toBe(lines.join('\n'))
  })

  test('NaN and infinity make gaps and are told', () => {
    const gap = linePlot([{ y: [0, 0, Number.NaN, 0, Number.POSITIVE_INFINITY, 0] }], { width: 40, height: 3 })
    expect(gap.split('\n').at(-1)).toBe('2 of 6 values left out: not finite')
    const row = gap.split('\n').find((line) => /[⠀-⣿]/.test(line))!
    expect(row).toMatch(/[⠁-⣿]+ +[⠁-⣿] +[⠁-⣿]$/)
  })

  test('a logarithmic axis has powers of ten, and leaves out what has no logarithm', () => {
    const text = linePlot([{ y: [1, 0.1, 0.01, 0, -1] }], { width: 60, height: 6, logY: true })
    const labels = text
      .split('\n')
      .map((line) => /^ *(\S+) ┤/.exec(line)?.[1])
      .filter((label) => label !== undefined)
    expect(labels).toEqual(['1', '0.1', '0.01'])
    expect(text).toContain('2 of 5 values left out: not finite or not above 0')
    // a straight line: each tenth as far below as the one before
    expect(text.split('\n').filter((line) => /[⠁-⣿]/.test(line))).toHaveLength(6)
  })

  test('title, labels and a legend in which series differ without colour', () => {
    const series = [
      { y: [1, 2, 3], name: '训练' },
      { y: [3, 2, 1], x: [0, 0.5, 2], name: 'valid' },
    ]
    const text = linePlot(series, { title: 'loss', xlabel: 'step', ylabel: 'nats', width: 50, height: 8 })
    const lines = text.split('\n')
    expect(lines[0]!.trim()).toBe('loss')
    expect(lines[1]).toBe('nats')
    expect(lines.at(-2)!.trim()).toBe('step')
    expect(lines.at(-1)!.trim()).toBe('⠒⠒⠒⠒⠒ 训练   ⠒⠒⠒   valid')
    for (const line of lines) expect(visibleWidth(line)).toBeLessThanOrEqual(50)
    const painted = linePlot(series, { width: 50, height: 8, color: true })
    expect(painted).toContain('\x1b[36m')
    expect(painted).toContain('\x1b[33m')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes begin with one
    expect(painted.replace(/\x1b\[\d+m/g, '')).toBe(linePlot(series, { width: 50, height: 8 }))
  })

  test.each([
    ['nothing', []],
    ['no values', [{ y: [] }]],
    ['no number', [{ y: [Number.NaN, Number.NaN] }]],
    ['one value', [{ y: [5] }]],
    ['equal values', [{ y: [-3, -3, -3] }]],
    ['huge values', [{ y: [Number.MAX_VALUE, -Number.MAX_VALUE] }]],
    ['one huge value', [{ y: [Number.MAX_VALUE] }]],
    ['the least values', [{ y: [0, 5e-324] }]],
    ['neighbours', [{ y: [1, 1 + Number.EPSILON] }]],
    ['far from zero', [{ y: [1e9, 1e9 + 1] }]],
    ['tiny values', [{ y: [1e-12, 3e-12], x: [1e15, 2e15] }]],
  ])('keeps its size with %s', (_, series) => {
    for (const logY of [false, true]) {
      const lines = linePlot(series, { width: 40, height: 5, logY }).split('\n')
      expect(lines.filter((line) => /[┤│]/.test(line))).toHaveLength(5)
      for (const line of lines) {
        expect(visibleWidth(line)).toBeLessThanOrEqual(40)
        expect(line).not.toMatch(/undefined|NaN/)
      }
    }
  })

  test('refuses x and y that differ, and plots without room', () => {
    expect(() => linePlot([{ y: [1, 2], x: [1] }])).toThrow('x and y must have the same length, but have 1 and 2')
    expect(() => linePlot([], { width: 5 })).toThrow('width should be an integer of at least 20, but got 5')
  })
})
