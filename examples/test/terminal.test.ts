import { describe, expect, test } from 'vitest'
import { type Drawing, drawGuesses, drawImage, visibleLength } from '../src/terminal/digit.js'
import {
  formatDuration,
  formatRate,
  Progress,
  renderBar,
  renderPlainProgress,
  renderProgress,
} from '../src/terminal/progress.js'
import { hasColor, isInteractive } from '../src/terminal/stream.js'

describe('what the terminal can do', () => {
  const terminal = { isTTY: true, write: () => {} }
  const file = { write: () => {} }

  test('lines are redrawn on a terminal only, and not in CI', () => {
    expect(isInteractive(terminal, {})).toBe(true)
    expect(isInteractive(file, {})).toBe(false)
    expect(isInteractive(terminal, { CI: 'true' })).toBe(false)
    expect(isInteractive(terminal, { CI: '' })).toBe(true)
    expect(isInteractive(terminal, { TERM: 'dumb' })).toBe(false)
  })

  test('colour follows the terminal, NO_COLOR and FORCE_COLOR', () => {
    expect(hasColor(terminal, {})).toBe(true)
    expect(hasColor(file, {})).toBe(false)
    expect(hasColor(terminal, { NO_COLOR: '1' })).toBe(false)
    expect(hasColor(file, { FORCE_COLOR: '1' })).toBe(true)
    expect(hasColor(terminal, { FORCE_COLOR: '0' })).toBe(false)
    expect(hasColor(file, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
  })
})

describe('the progress line', () => {
  const state = { label: 'epoch 2/5', step: 8, total: 32, images: 512, seconds: 2, loss: 0.51234 }

  test('numbers', () => {
    expect([0, 59.4, 59.6, 125, 3599.7, 7380].map(formatDuration)).toEqual([
      '0s',
      '59s',
      '1m00s',
      '2m05s',
      '1h00m',
      '2h03m',
    ])
    expect([0.52, 99.96, 412.4, 999.6, 12_345].map(formatRate)).toEqual(['0.5', '100', '412', '1.0k', '12.3k'])
  })

  test('a bar keeps its width', () => {
    expect(renderBar(0, 4)).toBe('░░░░')
    expect(renderBar(0.5, 4)).toBe('██░░')
    expect(renderBar(0.4, 4)).toBe('█▌░░')
    expect(renderBar(1, 4)).toBe('████')
    for (const fraction of [-1, 0.01, 0.33, 0.999, 7]) expect(renderBar(fraction, 9)).toHaveLength(9)
  })

  test('shows bar, step, loss, speed and time left', () => {
    const line = renderProgress(state, 100)
    expect(line).toBe(`epoch 2/5 |${renderBar(0.25, 30)}|  8/32  loss 0.5123  256 images/s  6s left`)
    expect(renderProgress({ ...state, step: 32, loss: undefined }, 100)).toMatch(/\| 32\/32 {2}256 images\/s {2}2s$/)
  })

  test.each([0, 5, 20, 40, 60, 61, 62, 63, 64, 65, 80, 200])('stays inside %d columns', (columns) => {
    expect(renderProgress(state, columns).length).toBeLessThan(Math.max(columns, 1))
  })

  test('before the first step there is no speed and no time left', () => {
    expect(renderProgress({ label: 'a', step: 0, total: 9, images: 0, seconds: 0 }, 40)).toBe(
      `a |${renderBar(0, 30)}| 0/9`,
    )
  })

  test('as a line in a log', () => {
    expect(renderPlainProgress(state)).toBe('epoch 2/5   8/32  loss 0.5123  256 images/s  2s')
  })
})

describe('Progress', () => {
  function run(isTTY: boolean, steps: number, millisecondsPerStep: number): string {
    let output = ''
    let time = 0
    const stream = { isTTY, columns: 80, write: (text: string) => (output += text) }
    const progress = new Progress('epoch', steps, { stream, env: {}, now: () => time })
    for (let i = 0; i < steps; i++) {
      time += millisecondsPerStep
      progress.update({ images: 10, loss: 1 })
    }
    progress.finish('accuracy 90.0 %')
    return output
  }

  test('a terminal sees one line, redrawn at most every 80 ms', () => {
    const output = run(true, 100, 10)
    expect(output.match(/\r/g)!.length).toBeLessThanOrEqual(1 + 1000 / 80 + 1)
    expect(output.match(/\r/g)!.length).toBeGreaterThan(10)
    expect(output.match(/\n/g)).toHaveLength(1)
    const drawn = output.trimEnd().split('\r').slice(1)
    for (const line of drawn) {
      expect(line.endsWith('\x1b[K')).toBe(true)
      expect(visibleLength(line.replace('\x1b[K', ''))).toBeLessThan(80)
    }
    expect(drawn.at(-1)).toContain('100/100  loss 1.0000  1.0k images/s  1s  accuracy 90.0 %')
  })

  test('a log gets the last line of a short run, and one every ten seconds of a long one', () => {
    expect(run(false, 100, 10)).toBe('epoch  100/100  loss 1.0000  1.0k images/s  1s  accuracy 90.0 %\n')
    const long = run(false, 100, 350).split('\n')
    expect(long).toHaveLength(3 + 1 + 1)
    expect(long[0]).toBe('epoch   29/100  loss 1.0000  28.6 images/s  10s')
    expect(long.join('')).not.toContain('\r')
  })

  test('is left behind before an error is printed', () => {
    let output = ''
    const stream = { isTTY: true, write: (text: string) => (output += text) }
    const progress = new Progress('epoch', 2, { stream, env: {} })
    progress.abandon()
    expect(output).toBe('')
    progress.update({ images: 1 })
    progress.abandon()
    progress.abandon()
    expect(output.match(/\n/g)).toHaveLength(1)
  })
})

describe('digits', () => {
  const image = (rows: readonly string[]): Drawing => ({
    width: rows[0]!.length,
    height: rows.length,
    data: rows.flatMap((row) => Array.from(row, (c) => ({ '#': 255, '+': 140, '.': 60 })[c] ?? 0)),
  })
  const seven = image(['####', '  +#', ' .# ', ' #  ', '#   '])

  test('are drawn in half blocks', () => {
    expect(drawImage(seven)).toEqual(['▀▀██', ' ▄▀ ', '▀   '])
  })

  test('are drawn in greys with colour, and no codes are repeated', () => {
    const lines = drawImage(seven, { color: true })
    expect(lines.map(visibleLength)).toEqual([4, 4, 4])
    expect(lines[0]).toBe('\x1b[38;5;231;48;5;16m▀▀\x1b[38;5;231;48;5;245m▀\x1b[38;5;231;48;5;231m▀\x1b[0m')
    for (const line of lines) expect(line.endsWith('\x1b[0m')).toBe(true)
  })

  test('stand side by side above their captions, in as many rows as the width asks for', () => {
    const wide = { ...image(['#'.repeat(24)]), height: 1 }
    const guesses = [
      { image: wide, prediction: 7, truth: 7 },
      { image: wide, prediction: 3, truth: 8 },
      { image: seven, prediction: 12, truth: 34 },
    ]
    expect(drawGuesses(guesses, { columns: 50 })).toEqual([
      `${'▀'.repeat(24)}  ${'▀'.repeat(24)}`,
      ' ✓ predicted 7, truth 7    ✗ predicted 3, truth 8 ',
      '',
      '▀▀██',
      ' ▄▀ ',
      '▀   ',
      '12 /',
    ])
    expect(drawGuesses(guesses, { columns: 56 }).map(visibleLength)).toEqual([56, 56, 56, 56])
    expect(drawGuesses(guesses, { columns: 56, color: true }).map(visibleLength)).toEqual([56, 56, 56, 56])
    expect(drawGuesses([])).toEqual([])
  })

  test('that are wrong are red', () => {
    const [, right] = drawGuesses([{ image: seven, prediction: 1, truth: 1 }], { color: true }).slice(-2)
    expect(right).toContain('\x1b[32m')
    expect(drawGuesses([{ image: seven, prediction: 1, truth: 2 }], { color: true }).at(-1)).toContain('\x1b[31m')
  })
})
