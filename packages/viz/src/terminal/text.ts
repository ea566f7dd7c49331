/** Select Graphic Rendition codes of the colours that are used. */
const codes = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, dim: 2 } as const

/** A colour, or `dim`. */
export type Color = keyof typeof codes

/** `text` in a colour, or as it is where there is none. */
export function paint(text: string, color: Color | undefined): string {
  return color === undefined || text === '' ? text : `\x1b[${codes[color]}m${text}\x1b[0m`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes begin with one
const escapes = /\x1b\[[0-9;]*[A-Za-z]/g

// Marks that stand on the character before them, and characters without a width: joiners, variation selectors, controls.
const zeroWidth = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u
// What terminals show in two columns: East Asian wide and fullwidth characters, and pictures.
const doubleWidth =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u

const segmenter = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter() : undefined

/** What a reader sees as one character each: a letter with its accents, a picture made of several. */
function characters(text: string): string[] {
  // characters from the space to the tilde are most of all texts, and are never joined
  if (segmenter === undefined || /^[ -~]*$/.test(text)) return [...text]
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

function characterWidth(character: string): number {
  if (doubleWidth.test(character)) return 2
  return [...character].every((c) => zeroWidth.test(c)) ? 0 : 1
}

/**
 * How many columns of a terminal `text` takes: escape codes and combining marks take none, Chinese, Japanese and Korean
 * characters and pictures take two.
 *
 * @example
 * ```ts
 * import { terminal } from '@tsorch/viz'
 *
 * terminal.visibleWidth('\x1b[32mloss\x1b[0m') // 4
 * terminal.visibleWidth('损失') // 4
 * ```
 */
export function visibleWidth(text: string): number {
  let width = 0
  for (const character of characters(text.replace(escapes, ''))) width += characterWidth(character)
  return width
}

/** `text` cut to at most `width` columns; it holds no escape codes. */
export function truncate(text: string, width: number): string {
  let used = 0
  let out = ''
  for (const character of characters(text)) {
    used += characterWidth(character)
    if (used > width) break
    out += character
  }
  return out
}

/** `text` with spaces up to `width` columns, where it is shorter. */
export function pad(text: string, width: number, side: 'left' | 'right' | 'both' = 'right'): string {
  const missing = Math.max(0, width - visibleWidth(text))
  const left = { left: missing, right: 0, both: Math.floor(missing / 2) }[side]
  return ' '.repeat(left) + text + ' '.repeat(missing - left)
}
