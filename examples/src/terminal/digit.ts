/** A grey image to draw: `width * height` values from the top left, 0 (background) to 255 (ink). */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly data: ArrayLike<number>
}

export interface DrawOptions {
  /** Shades of grey by escape codes; without, ink is where a pixel is brighter than half. Default false. */
  color?: boolean
}

const RESET = '\x1b[0m'

/**
 * An image in half blocks: every character shows two pixels, one above the other, so that they come out square.
 *
 * @returns lines of `width` visible characters
 */
export function drawImage({ width, height, data }: Drawing, { color = false }: DrawOptions = {}): string[] {
  const lines: string[] = []
  for (let row = 0; row < height; row += 2) {
    let line = ''
    let style = ''
    for (let column = 0; column < width; column++) {
      const upper = data[row * width + column] ?? 0
      const lower = row + 1 < height ? (data[(row + 1) * width + column] ?? 0) : 0
      if (!color) {
        line += halfBlock(upper > 127, lower > 127)
        continue
      }
      const wanted = `\x1b[38;5;${greyCode(upper)};48;5;${greyCode(lower)}m`
      // runs of equal pixels are long: the codes are written where they change
      line += wanted === style ? '▀' : `${wanted}▀`
      style = wanted
    }
    lines.push(color ? line + RESET : line)
  }
  return lines
}

function halfBlock(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀'
  return lower ? '▄' : ' '
}

/** The nearest of black, the 24 greys and white among the 256 colours of terminals. */
function greyCode(value: number): number {
  const level = Math.round((Math.min(255, Math.max(0, value)) / 255) * 25)
  if (level === 0) return 16
  return level === 25 ? 231 : 231 + level
}

/** An image with what the model says it is, and what it is. */
export interface Guess {
  readonly image: Drawing
  readonly prediction: string | number
  readonly truth: string | number
}

export interface DrawGuessesOptions extends DrawOptions {
  /** Width of the terminal; more images than fit go into further rows. Default 80. */
  columns?: number
}

const GAP = 2

/** Several images side by side, each above its prediction and the truth. */
export function drawGuesses(
  guesses: readonly Guess[],
  { color = false, columns = 80 }: DrawGuessesOptions = {},
): string[] {
  const lines: string[] = []
  let row: string[][] = []
  let used = 0
  const flush = () => {
    if (row.length === 0) return
    if (lines.length > 0) lines.push('')
    lines.push(...sideBySide(row, ' '.repeat(GAP)))
    row = []
    used = 0
  }
  for (const guess of guesses) {
    const width = guess.image.width
    if (used > 0 && used + GAP + width > columns) flush()
    used += (used > 0 ? GAP : 0) + width
    row.push([...drawImage(guess.image, { color }), caption(guess, width, color)])
  }
  flush()
  return lines
}

/** `predicted 3, truth 8` in the middle of `width` characters; `✗` and red where the two differ. */
function caption({ prediction, truth }: Guess, width: number, color: boolean): string {
  const right = String(prediction) === String(truth)
  const texts = [`${right ? '✓' : '✗'} predicted ${prediction}, truth ${truth}`, `${prediction} / ${truth}`]
  const text = (texts.find((t) => t.length <= width) ?? texts[1]!).slice(0, width)
  const left = ' '.repeat(Math.floor((width - text.length) / 2))
  const rest = ' '.repeat(width - text.length - left.length)
  return color ? `${left}\x1b[${right ? 32 : 31}m${text}${RESET}${rest}` : left + text + rest
}

/** Blocks of lines next to each other; the lines of one block are equally wide, and its captions stay at the bottom. */
function sideBySide(blocks: readonly string[][], gap: string): string[] {
  const height = Math.max(...blocks.map((block) => block.length))
  const aligned = blocks.map((block) => {
    const missing = height - block.length
    if (missing === 0) return block
    const blank = ' '.repeat(visibleLength(block[0]!))
    return [...new Array<string>(missing).fill(blank), ...block]
  })
  return Array.from({ length: height }, (_, i) => aligned.map((block) => block[i]!).join(gap))
}

/** Characters without the escape codes among them. */
export function visibleLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes begin with one
  return text.replace(/\x1b\[[0-9;]*m/g, '').length
}
