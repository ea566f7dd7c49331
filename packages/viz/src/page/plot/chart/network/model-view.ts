/** A model from top to bottom: boxes in boxes, with shapes and numbers of parameters. */

import { fitText } from '../../axis/frame.js'
import { countText } from '../../axis/numbers.js'
import { withAlpha } from '../../color/color.js'
import { paletteColor } from '../../color/palette.js'
import { textOf } from '../../data/cells.js'
import { isIn, type Painter, type Rect } from '../../draw/painter.js'
import type { Strings } from '../../strings.js'
import type { Hover, Region, Style } from '../chart.js'
import type { TreeNode } from './tree.js'

const ROW = 30
const GAP = 7
const INDENT = 12
const PAD = 9

interface Box {
  readonly tree: TreeNode
  readonly rect: Rect
  readonly isOpen: boolean
}

/** Kinds of layers that share a colour, by a part of their names. */
const FAMILIES: readonly RegExp[] = [
  /conv/i,
  /linear|bilinear/i,
  /norm/i,
  /relu|gelu|silu|sigmoid|tanh|softmax|elu|activation/i,
  /pool|upsample|flatten|unfold/i,
  /dropout/i,
  /lstm|gru|rnn|attention|transformer/i,
  /embedding/i,
]

export class ModelView {
  #boxes: readonly Box[] = []
  /** width and height at zoom 1 */
  size: { width: number; height: number } = { width: 0, height: 0 }

  /** @returns places that open and close a box */
  draw(
    painter: Painter,
    style: Style,
    trees: readonly TreeNode[],
    closed: ReadonlySet<string>,
    view: { x: number; y: number; zoom: number },
    total: number,
    toggle: (key: string) => void,
  ): Region[] {
    const width = Math.max(240, Math.min(760, painter.width - 28))
    const boxes: Box[] = []
    let y = 0
    for (const tree of trees) y = place(tree, 0, y, width, closed, boxes) + GAP
    this.size = { width, height: Math.max(0, y - GAP) }
    const { zoom } = view
    const left = view.x + (painter.width - width * zoom) / 2
    const screen = (rect: Rect): Rect => ({
      x: left + rect.x * zoom,
      y: view.y + rect.y * zoom,
      width: rect.width * zoom,
      height: rect.height * zoom,
    })
    this.#boxes = boxes.map((box) => ({ ...box, rect: screen(box.rect) }))
    const seen = this.#boxes.filter(({ rect }) => rect.y < painter.height && rect.y + rect.height > 0)
    for (const box of seen) drawBox(painter, style, box, zoom, total)
    this.#drawArrows(painter, style, zoom)
    return seen
      .filter(({ tree }) => tree.children.length > 0)
      .map(({ tree, rect }) => ({
        x: rect.x,
        y: rect.y,
        width: rect.width,
        height: ROW * zoom,
        press: () => toggle(tree.key),
      }))
  }

  /** What one module gives goes to the next, within a box that is run in order; the list is at least read so. */
  #drawArrows(painter: Painter, style: Style, zoom: number): void {
    const byKey = new Map(this.#boxes.map((box) => [box.tree.key, box]))
    const lines: number[] = []
    for (const { tree, isOpen } of this.#boxes) {
      if (!isOpen) continue
      for (let i = 1; i < tree.children.length; i++) {
        const [before, after] = [byKey.get(tree.children[i - 1]!.key), byKey.get(tree.children[i]!.key)]
        if (before === undefined || after === undefined) continue
        const x = after.rect.x + 26 * zoom
        const [from, to] = [before.rect.y + before.rect.height, after.rect.y]
        lines.push(
          x,
          from,
          x,
          to,
          Number.NaN,
          Number.NaN,
          x - 3 * zoom,
          to - 3 * zoom,
          x,
          to,
          x + 3 * zoom,
          to - 3 * zoom,
          Number.NaN,
          Number.NaN,
        )
      }
    }
    painter.line(lines, { color: style.axis, width: 1.2 })
  }

  hover(x: number, y: number, strings: Strings): Hover | null {
    const box = this.#boxes.findLast(({ rect }) => isIn(rect, x, y))
    if (box === undefined) return null
    const { path, kind, config, inputShapes, outputShapes, parameters, trainable } = box.tree.node
    const rows = [
      ...(typeof config !== 'string' || config === ''
        ? []
        : [{ name: '', value: config.length > 90 ? `${config.slice(0, 90)}…` : config }]),
      ...(inputShapes === undefined || inputShapes.length === 0
        ? []
        : [{ name: strings.input, value: shapesText(inputShapes) }]),
      ...(outputShapes === undefined || outputShapes.length === 0
        ? []
        : [{ name: strings.output, value: shapesText(outputShapes) }]),
      ...(typeof parameters !== 'number'
        ? []
        : [{ name: strings.parameters, value: parameters.toLocaleString('en-US') }]),
      ...(typeof trainable !== 'number' || trainable === parameters
        ? []
        : [{ name: strings.trainable, value: trainable.toLocaleString('en-US') }]),
    ]
    return {
      title: path === '' ? (kind ?? '') : `${path} · ${kind}`,
      rows: rows.length > 0 ? rows : [{ name: '', value: kind ?? '' }],
      x,
      y,
    }
  }
}

/** @returns where the next box may begin */
function place(tree: TreeNode, x: number, y: number, width: number, closed: ReadonlySet<string>, out: Box[]): number {
  const isOpen = tree.children.length > 0 && !closed.has(tree.key)
  const at = out.length
  out.push({ tree, rect: { x, y, width, height: ROW }, isOpen })
  if (!isOpen) return y + ROW
  let below = y + ROW + 2
  for (const child of tree.children) below = place(child, x + INDENT, below, width - 2 * INDENT, closed, out) + GAP
  const height = below - y + 2
  out[at] = { tree, rect: { x, y, width, height }, isOpen }
  return y + height
}

function drawBox(painter: Painter, style: Style, { tree, rect, isOpen }: Box, zoom: number, total: number): void {
  const { node, children } = tree
  const { kind = '', outputShapes } = node
  const config = typeof node.config === 'string' ? node.config : ''
  const parameters = typeof node.parameters === 'number' ? node.parameters : 0
  const family = FAMILIES.findIndex((pattern) => pattern.test(kind))
  const isLeaf = children.length === 0
  const color = isLeaf && family >= 0 ? paletteColor(family, style.isDark) : style.muted
  painter.rect(
    rect,
    isLeaf ? withAlpha(color, 0.1) : withAlpha(style.muted, 0.06),
    { color: withAlpha(color, isLeaf ? 0.55 : 0.4), width: 1 },
    6 * zoom,
  )
  const size = style.size * zoom
  if (size < 3) return
  const middle = rect.y + (ROW * zoom) / 2
  if (isLeaf)
    painter.rect(
      { x: rect.x, y: rect.y + 6 * zoom, width: 3.5 * zoom, height: (ROW - 12) * zoom },
      color,
      undefined,
      1.5 * zoom,
    )
  else {
    const [cx, d] = [rect.x + 11 * zoom, 3.5 * zoom]
    painter.polygon(
      isOpen
        ? [cx - d, middle - d / 2, cx + d, middle - d / 2, cx, middle + d]
        : [cx - d / 2, middle - d, cx + d, middle, cx - d / 2, middle + d],
      style.muted,
    )
  }
  // from the right: parameters with their share, the shape that comes out, then whatever has room
  let right = rect.x + rect.width - PAD * zoom
  if (parameters > 0) {
    const text = countText(parameters)
    painter.text(text, right, middle - 1, { color: style.text, size, align: 'right' })
    const bar = 54 * zoom
    painter.rect(
      { x: right - bar, y: middle + size * 0.68, width: bar, height: 2.5 * zoom },
      withAlpha(style.muted, 0.2),
      undefined,
      1,
    )
    painter.rect(
      {
        x: right - bar,
        y: middle + size * 0.68,
        width: Math.max(1, (bar * parameters) / Math.max(1, total)),
        height: 2.5 * zoom,
      },
      color,
      undefined,
      1,
    )
  }
  right -= 70 * zoom
  let left = rect.x + (isLeaf ? 12 : 21) * zoom
  const shape = shapesText(outputShapes)
  const needed = painter.measure(nameOf(tree), size, true) + painter.measure(kind, size) + 30 * zoom
  // names are worth more than shapes
  if (shape !== '' && right - left - painter.measure(shape, size) > needed) {
    painter.text(shape, right, middle, { color: style.muted, size, align: 'right' })
    right -= painter.measure(shape, size) + 14 * zoom
  }
  for (const [text, ink, bold] of [
    [nameOf(tree), style.text, true],
    [kind, isLeaf && family >= 0 ? color : style.text, false],
    [config, style.muted, false],
  ] as const) {
    const fitted = text === '' ? '' : fitText(painter, text, size, right - left, bold)
    if (fitted === '') continue
    painter.text(fitted, left, middle, { color: ink, size, bold })
    left += painter.measure(fitted, size, bold) + 8 * zoom
  }
}

/** Name in the module above: the end of the path. */
function nameOf({ node }: TreeNode): string {
  const path = node.path ?? ''
  return path.slice(path.lastIndexOf('.') + 1)
}

/** `1×28×28`, or several. */
export function shapesText(shapes: unknown): string {
  if (!Array.isArray(shapes)) return ''
  return shapes
    .filter(Array.isArray)
    .map((shape: readonly unknown[]) => (shape.length === 0 ? '()' : shape.map(textOf).join('×')))
    .join(', ')
}
