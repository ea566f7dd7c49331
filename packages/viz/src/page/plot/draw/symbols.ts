/** Shapes of markers. */
import { textOf } from '../data/cells.js'
import type { SymbolName } from './painter.js'

/** Outlines around 0, 0, as far as 1 to each side. */
const OUTLINES: Readonly<Record<Exclude<SymbolName, 'circle'>, readonly number[]>> = {
  square: [-0.89, -0.89, 0.89, -0.89, 0.89, 0.89, -0.89, 0.89],
  diamond: [0, -1.2, 1.2, 0, 0, 1.2, -1.2, 0],
  cross: [
    -0.35, -1, 0.35, -1, 0.35, -0.35, 1, -0.35, 1, 0.35, 0.35, 0.35, 0.35, 1, -0.35, 1, -0.35, 0.35, -1, 0.35, -1,
    -0.35, -0.35, -0.35,
  ],
  x: [0, -0.45, 0.6, -1, 1, -0.6, 0.45, 0, 1, 0.6, 0.6, 1, 0, 0.45, -0.6, 1, -1, 0.6, -0.45, 0, -1, -0.6, -0.6, -1],
  'triangle-up': [0, -1.1, 1.05, 0.75, -1.05, 0.75],
  'triangle-down': [0, 1.1, -1.05, -0.75, 1.05, -0.75],
  star: starOutline(),
  hexagon: [1, 0, 0.5, 0.87, -0.5, 0.87, -1, 0, -0.5, -0.87, 0.5, -0.87],
}

function starOutline(): number[] {
  return Array.from({ length: 10 }, (_, i) => {
    const [angle, radius] = [(i * Math.PI) / 5 - Math.PI / 2, i % 2 === 0 ? 1.25 : 0.5]
    return [Math.cos(angle) * radius, Math.sin(angle) * radius]
  }).flat()
}

/** The corners of a symbol around 0, 0, as far as 1 to each side; `null` for a circle. */
export function outlineOf(symbol: SymbolName): readonly number[] | null {
  return symbol === 'circle' ? null : OUTLINES[symbol]
}

/** One of Plotly's symbols (also by its number) by the nearest that is drawn here, and whether only its outline shows. */
export function symbolOf(given: unknown): {
  readonly symbol: SymbolName
  readonly isOpen: boolean
  readonly isThin: boolean
} {
  const text = typeof given === 'number' ? (NUMBERED[given % 100] ?? 'circle') : textOf(given ?? 'circle')
  const isOpen = /-open/.test(text) || (typeof given === 'number' && given % 200 >= 100)
  const isThin = /-thin/.test(text)
  const name = text.replace(/-(open|dot|thin)/g, '')
  if (Object.hasOwn(OUTLINES, name)) return { symbol: name as SymbolName, isOpen, isThin }
  if (name.startsWith('triangle')) return { symbol: 'triangle-up', isOpen, isThin }
  if (name.startsWith('star') || name === 'asterisk') return { symbol: 'star', isOpen, isThin }
  if (name.startsWith('diamond')) return { symbol: 'diamond', isOpen, isThin }
  if (name.startsWith('hex') || name.startsWith('octagon') || name === 'pentagon')
    return { symbol: 'hexagon', isOpen, isThin }
  if (name.startsWith('square')) return { symbol: 'square', isOpen, isThin }
  return { symbol: 'circle', isOpen, isThin }
}

const NUMBERED: readonly string[] = ['circle', 'square', 'diamond', 'cross', 'x', 'triangle-up', 'triangle-down']
