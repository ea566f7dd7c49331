import { type Color, paint } from './text.js'

/** The bit of each dot of a braille character, by row and column. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const

/** A drawing of dots, 2 x 4 in each character. */
export class BrailleCanvas {
  /** Dots across and down. */
  readonly width: number
  readonly height: number
  readonly #columns: number
  readonly #bits: Uint8Array
  readonly #colors: (Color | undefined)[]

  constructor(columns: number, rows: number) {
    this.width = columns * 2
    this.height = rows * 4
    this.#columns = columns
    this.#bits = new Uint8Array(columns * rows)
    this.#colors = new Array<Color | undefined>(columns * rows)
  }

  /** Sets the dot at column x and row y, from the top left. A character has the colour of its last dot. */
  dot(x: number, y: number, color?: Color): void {
    const cell = (y >> 2) * this.#columns + (x >> 1)
    this.#bits[cell]! |= dots[y & 3]![x & 1]!
    this.#colors[cell] = color
  }

  /**
   * Draws a line of dots with both its ends, leaving out those whose number modulo the pattern's length is a space there.
   *
   * @param phase - number of the first dot
   * @returns the number of the last dot, from which the next line goes on
   */
  line(x0: number, y0: number, x1: number, y1: number, pattern: string, phase: number, color?: Color): number {
    const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))
    for (let i = 0; i <= steps; i++) {
      if (pattern[(phase + i) % pattern.length] === ' ') continue
      const share = steps === 0 ? 0 : i / steps
      this.dot(Math.round(x0 + (x1 - x0) * share), Math.round(y0 + (y1 - y0) * share), color)
    }
    return phase + steps
  }

  /** The rows of characters, without spaces at their ends. */
  rows(): string[] {
    const lines: string[] = []
    for (let start = 0; start < this.#bits.length; start += this.#columns) {
      let line = ''
      let run = ''
      let color: Color | undefined
      let end = start + this.#columns
      while (end > start && this.#bits[end - 1] === 0) end--
      for (let cell = start; cell < end; cell++) {
        const bits = this.#bits[cell]!
        // nothing is nothing in any colour: a run goes on through it
        if (bits !== 0 && this.#colors[cell] !== color) {
          line += paint(run, color)
          run = ''
          color = this.#colors[cell]
        }
        run += bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits)
      }
      lines.push(line + paint(run, color))
    }
    return lines
  }
}
