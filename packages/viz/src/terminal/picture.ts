import { type Picturable, type Pixels, shrink, toPixels } from './pixels.js'
import { type Color, pad, paint, truncate, visibleWidth } from './text.js'
import { checkSize } from './values.js'

export type { ImageLike, Picturable, TensorLike } from './pixels.js'

/** Options of {@link picture}. */
export interface PictureOptions {
  /** Shades and colours by escape codes; without, what is brighter than half is drawn. Default false. */
  color?: boolean
  /** Half blocks, or shades made of ASCII characters, which need no colour and no Unicode. Default `blocks`. */
  style?: 'blocks' | 'ascii'
  /** Larger images are shrunk to so many characters a line. Default: no limit. */
  columns?: number
  /**
   * What is black and what is white. Default: 0 to 255 for images and integer tensors, 0 to 1 for floating-point tensors within
   * it, the least and the greatest value for others.
   */
  range?: readonly [low: number, high: number]
}

const RESET = '\x1b[0m'
/** From dark to bright. */
const shades = ' .:-=+*#%@'

/**
 * An image in characters. Each shows two pixels, one above the other, so that they come out square.
 *
 * @param image - an image of `@tsorch/vision`, or a tensor of shape (H, W), (1, H, W) or (3, H, W)
 * @returns ceil(H / 2) lines of W visible characters, joined
 * @throws TypeError if it is no image, RangeError if its sizes do not fit
 *
 * @example
 * ```ts
 * import { terminal } from '@tsorch/viz'
 *
 * console.log(terminal.picture({ width: 2, height: 2, data: [255, 0, 255, 255] })) // █▄
 * ```
 */
export function picture(image: Picturable, options: PictureOptions = {}): string {
  return pictureLines(image, options).join('\n')
}

function pictureLines(
  image: Picturable,
  { color = false, style = 'blocks', columns, range }: PictureOptions,
): string[] {
  if (columns !== undefined) checkSize('picture: columns', columns)
  const pixels = shrink(toPixels(image, range), columns ?? Number.POSITIVE_INFINITY)
  const lines: string[] = []
  for (let row = 0; row < pixels.height; row += 2) {
    lines.push(style === 'ascii' ? asciiLine(pixels, row) : color ? colorLine(pixels, row) : blockLine(pixels, row))
  }
  return lines
}

/** Brightness of a pixel, 0 below the image. */
function grey({ width, height, channels, data }: Pixels, row: number, column: number): number {
  if (row >= height) return 0
  const at = (row * width + column) * channels
  // the weights of ITU-R 601, by which PIL and torchvision make grey of colours
  return channels === 1 ? data[at]! : 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!
}

function blockLine(pixels: Pixels, row: number): string {
  let line = ''
  for (let column = 0; column < pixels.width; column++) {
    const upper = grey(pixels, row, column) > 127
    const lower = grey(pixels, row + 1, column) > 127
    line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' '
  }
  return line
}

function asciiLine(pixels: Pixels, row: number): string {
  const rows = row + 1 < pixels.height ? 2 : 1
  let line = ''
  for (let column = 0; column < pixels.width; column++) {
    const mean = (grey(pixels, row, column) + grey(pixels, row + 1, column)) / rows
    line += shades[Math.min(shades.length - 1, Math.floor((mean / 256) * shades.length))]
  }
  return line
}

function colorLine(pixels: Pixels, row: number): string {
  let line = ''
  let style = ''
  for (let column = 0; column < pixels.width; column++) {
    const wanted = `\x1b[38;${colorCode(pixels, row, column)};48;${colorCode(pixels, row + 1, column)}m`
    // runs of equal pixels are long: the codes are written where they change
    line += wanted === style ? '▀' : `${wanted}▀`
    style = wanted
  }
  return line + RESET
}

function colorCode(pixels: Pixels, row: number, column: number): string {
  if (pixels.channels === 1 || row >= pixels.height) return `5;${greyCode(grey(pixels, row, column))}`
  const at = (row * pixels.width + column) * 3
  return `2;${Array.from(pixels.data.subarray(at, at + 3), Math.round).join(';')}`
}

/** The nearest of black, the 24 greys and white among the 256 colours of terminals. */
function greyCode(value: number): number {
  const level = Math.round((value / 255) * 25)
  if (level === 0) return 16
  return level === 25 ? 231 : 231 + level
}

/** A picture with a line below it. */
export interface CaptionedPicture {
  readonly image: Picturable
  readonly caption?: string
  /** Marks the caption: `✓` and green for true, `✗` and red for false. */
  readonly correct?: boolean
}

/** Options of {@link pictureGrid}; `columns` is the width of the terminal, 80 if not given, and `gap` the space between two pictures, 2. */
export interface PictureGridOptions extends PictureOptions {
  gap?: number
}

/**
 * Several pictures side by side above their captions, in as many rows as the terminal's width asks for.
 *
 * @returns the lines, joined; an empty string for no picture
 * @throws TypeError if one of them is no image, RangeError if its sizes do not fit
 *
 * @example
 * ```ts
 * import { terminal } from '@tsorch/viz'
 *
 * const image = { width: 12, height: 2, data: new Uint8Array(24).fill(255) }
 * console.log(terminal.pictureGrid([{ image, caption: '3', correct: true }, { image, caption: '8, not 3', correct: false }]))
 * ```
 */
export function pictureGrid(pictures: readonly CaptionedPicture[], options: PictureGridOptions = {}): string {
  const { columns = 80, gap = 2, color = false } = options
  checkSize('pictureGrid: columns', columns)
  checkSize('pictureGrid: gap', gap, 0)
  const lines: string[] = []
  let row: string[][] = []
  let used = 0
  const flush = () => {
    if (row.length === 0) return
    if (lines.length > 0) lines.push('')
    lines.push(...sideBySide(row, ' '.repeat(gap)))
    row = []
    used = 0
  }
  const captions = pictures.some(({ caption, correct }) => caption !== undefined || correct !== undefined)
  for (const one of pictures) {
    const block = pictureLines(one.image, { ...options, columns })
    const width = visibleWidth(block[0] ?? '')
    if (used > 0 && used + gap + width > columns) flush()
    used += (used > 0 ? gap : 0) + width
    row.push(captions ? [...block, captionLine(one, width, color)] : block)
  }
  flush()
  return lines.join('\n')
}

/** The caption in the middle of `width` characters. */
function captionLine({ caption = '', correct }: CaptionedPicture, width: number, color: boolean): string {
  const marks: readonly [mark: string, color?: Color] =
    correct === undefined ? [''] : correct ? ['✓ ', 'green'] : ['✗ ', 'red']
  const text = truncate(marks[0] + caption, width)
  const centred = pad(text, width, 'both')
  return color ? centred.replace(text, () => paint(text, marks[1])) : centred
}

/** Blocks of lines next to each other; the lines of one block are equally wide, and its captions stay at the bottom. */
function sideBySide(blocks: readonly string[][], gap: string): string[] {
  const height = Math.max(...blocks.map((block) => block.length))
  const aligned = blocks.map((block) => {
    const blank = ' '.repeat(visibleWidth(block[0] ?? ''))
    return [...new Array<string>(height - block.length).fill(blank), ...block]
  })
  return Array.from({ length: height }, (_, i) => aligned.map((block) => block[i]!).join(gap))
}
