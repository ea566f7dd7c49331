/** Pictures in characters. */
import { tensor, uint8 } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { terminal } from '../src/index.js'

const { picture, pictureGrid, visibleWidth } = terminal

const image = (rows: readonly string[]): terminal.ImageLike => ({
  width: rows[0]!.length,
  height: rows.length,
  data: rows.flatMap((row) => Array.from(row, (c) => ({ '#': 255, '+': 140, '.': 60 })[c] ?? 0)),
})
const seven = image(['####', '  +#', ' .# ', ' #  ', '#   '])

describe('picture', () => {
  test('in half blocks', () => {
    expect(picture(seven)).toBe('▀▀██\n ▄▀ \n▀   ')
  })

  test('in greys with colour, and no codes are repeated', () => {
    const lines = picture(seven, { color: true }).split('\n')
    expect(lines.map(visibleWidth)).toEqual([4, 4, 4])
    expect(lines[0]).toBe('\x1b[38;5;231;48;5;16m▀▀\x1b[38;5;231;48;5;245m▀\x1b[38;5;231;48;5;231m▀\x1b[0m')
    for (const line of lines) expect(line.endsWith('\x1b[0m')).toBe(true)
  })

  test('in ASCII, without the row that is missing below', () => {
    expect(picture(seven, { style: 'ascii' })).toBe('==#@\n *= \n@   ')
  })

  test('of colours', () => {
    const red = { width: 1, height: 1, channels: 3, data: [255, 0, 10] }
    expect(picture(red, { color: true })).toBe('\x1b[38;2;255;0;10;48;5;16m▀\x1b[0m')
    const clear = { width: 1, height: 1, channels: 4, data: [255, 255, 255, 0] }
    expect(picture(clear)).toBe(' ')
  })

  test('of tensors: 8 bit, [0, 1], and stretched', () => {
    expect(
      picture(
        tensor(
          [
            [255, 0],
            [0, 100],
          ],
          { dtype: uint8 },
        ),
      ),
    ).toBe('▀ ')
    expect(
      picture(
        tensor([
          [
            [0.9, 0.1],
            [0.1, 0.6],
          ],
        ]),
      ),
    ).toBe('▀▄')
    expect(
      picture(
        tensor([
          [-2.5, 2],
          [2, -2.5],
        ]),
      ),
    ).toBe('▄▀')
    expect(
      picture(
        tensor([
          [0.1, 0.2],
          [0.2, 0.1],
        ]),
        { range: [0.1, 0.2] },
      ),
    ).toBe('▄▀')
    const rgb = tensor([[[1]], [[0]], [[0.5]]])
    expect(picture(rgb, { color: true })).toContain('38;2;255;0;128')
    expect(picture(tensor([[Number.NaN, 1]]))).toBe(' ▀')
  })

  test('shrinks to the columns', () => {
    const wide = image(['########        ', '########        ', '########        ', '########        '])
    expect(picture(wide, { columns: 4 })).toBe('▀▀  ')
    expect(picture(seven, { columns: 80 })).toBe(picture(seven))
    const odd = picture(image(new Array(30).fill('#'.repeat(31))), { columns: 7 }).split('\n')
    expect(odd).toEqual(['███████', '███████', '███████', '▀▀▀▀▀▀▀'])
  })

  test('refuses what is no image', () => {
    expect(() => picture({ width: 2, height: 2, data: [1] })).toThrow('need 4 values, but got 1')
    expect(() => picture({ width: 1, height: 1, channels: 5, data: [1] })).toThrow('1, 2, 3 or 4 channels, but got 5')
    expect(() => picture(tensor([1, 2]))).toThrow(
      'expected a tensor of shape (H, W), (1, H, W) or (3, H, W), but got (2)',
    )
    // @ts-expect-error a number is no image
    expect(() => picture(7)).toThrow('picture: expected an image')
  })
})

describe('pictureGrid', () => {
  const wide = image(['#'.repeat(24)])
  const guesses = [
    { image: wide, caption: 'predicted 7, truth 7', correct: true },
    { image: wide, caption: 'predicted 3, truth 8', correct: false },
    { image: seven, caption: 'a long one' },
  ]

  test('side by side above captions, in as many rows as the width asks for', () => {
    expect(pictureGrid(guesses, { columns: 50 }).split('\n')).toEqual([
      `${'▀'.repeat(24)}  ${'▀'.repeat(24)}`,
      ' ✓ predicted 7, truth 7    ✗ predicted 3, truth 8 ',
      '',
      '▀▀██',
      ' ▄▀ ',
      '▀   ',
      'a lo',
    ])
    for (const color of [false, true]) {
      const lines = pictureGrid(guesses, { columns: 56, color }).split('\n')
      expect(lines.map(visibleWidth)).toEqual([56, 56, 56, 56])
    }
    expect(pictureGrid([])).toBe('')
    expect(pictureGrid([{ image: seven }, { image: seven }], { gap: 1 })).toBe('▀▀██ ▀▀██\n ▄▀   ▄▀ \n▀    ▀   ')
  })

  test('what is wrong is red', () => {
    const captions = pictureGrid(guesses, { columns: 50, color: true }).split('\n')[1]
    expect(captions).toContain('\x1b[32m✓ predicted 7')
    expect(captions).toContain('\x1b[31m✗ predicted 3')
  })
})
