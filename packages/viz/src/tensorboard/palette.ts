/** 256 colours for a picture: its own if it has no more, else the middles of boxes that its colours are divided into. */

export interface Palette {
  /** red, green and blue of each colour */
  readonly colors: Uint8Array
  /** for each pixel, which colour it has */
  readonly indices: Uint8Array
}

const MOST = 256

/** @param pixels red, green and blue in turn */
export function makePalette(pixels: Uint8Array): Palette {
  return exactPalette(pixels) ?? boxedPalette(pixels)
}

function exactPalette(pixels: Uint8Array): Palette | null {
  const numbers = new Map<number, number>()
  const indices = new Uint8Array(pixels.length / 3)
  for (let i = 0; i < indices.length; i++) {
    const color = (pixels[3 * i]! << 16) | (pixels[3 * i + 1]! << 8) | pixels[3 * i + 2]!
    let number = numbers.get(color)
    if (number === undefined) {
      number = numbers.size
      if (number === MOST) return null
      numbers.set(color, number)
    }
    indices[i] = number
  }
  const colors = Uint8Array.from([...numbers.keys()].flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]))
  return { colors, indices }
}

/** Colours with five bits a channel, and what is known of all pixels that have one. */
interface Cell {
  readonly key: number
  count: number
  readonly sums: [red: number, green: number, blue: number]
}

/** Median cut: the box with the most pixels times width is divided at its median, until there are enough. */
function boxedPalette(pixels: Uint8Array): Palette {
  const cells = new Map<number, Cell>()
  const keyAt = (i: number): number =>
    ((pixels[3 * i]! >> 3) << 10) | ((pixels[3 * i + 1]! >> 3) << 5) | (pixels[3 * i + 2]! >> 3)
  const indices = new Uint8Array(pixels.length / 3)
  for (let i = 0; i < indices.length; i++) {
    const key = keyAt(i)
    const cell: Cell = cells.get(key) ?? { key, count: 0, sums: [0, 0, 0] }
    cell.count++
    for (let channel = 0; channel < 3; channel++) cell.sums[channel]! += pixels[3 * i + channel]!
    cells.set(key, cell)
  }
  const boxes = [boxOf([...cells.values()])]
  while (boxes.length < MOST) {
    boxes.sort((a, b) => b.weight - a.weight)
    const [largest] = boxes
    if (largest === undefined || largest.cells.length < 2) break
    boxes.splice(0, 1, ...halves(largest))
  }
  const colors = new Uint8Array(boxes.length * 3)
  const numbers = new Map<number, number>()
  boxes.forEach((box, number) => {
    for (let channel = 0; channel < 3; channel++) {
      const sum = box.cells.reduce((total, { sums }) => total + sums[channel]!, 0)
      colors[3 * number + channel] = Math.round(sum / box.count)
    }
    for (const { key } of box.cells) numbers.set(key, number)
  })
  for (let i = 0; i < indices.length; i++) indices[i] = numbers.get(keyAt(i))!
  return { colors, indices }
}

interface Box {
  readonly cells: Cell[]
  readonly count: number
  /** the channel in which its colours differ most */
  readonly channel: number
  readonly weight: number
}

function boxOf(cells: Cell[]): Box {
  const count = cells.reduce((sum, cell) => sum + cell.count, 0)
  const widths = [0, 1, 2].map((channel) => {
    let [low, high] = [31, 0]
    for (const { key } of cells) {
      const value = (key >> (10 - 5 * channel)) & 31
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
    return high - low
  })
  const width = Math.max(...widths)
  return { cells, count, channel: widths.indexOf(width), weight: count * width }
}

function halves({ cells, count, channel }: Box): [Box, Box] {
  const levelOf = ({ key }: Cell): number => (key >> (10 - 5 * channel)) & 31
  const sorted = [...cells].sort((a, b) => levelOf(a) - levelOf(b))
  let seen = 0
  let at = 0
  while (at < sorted.length - 1 && seen + sorted[at]!.count <= count / 2) seen += sorted[at++]!.count
  const cut = Math.max(at, 1)
  return [boxOf(sorted.slice(0, cut)), boxOf(sorted.slice(cut))]
}
