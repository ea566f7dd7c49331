/** The values at the pointer, beside it. */
import type { Hover, Style } from '../chart/chart.js'
import type { Strings } from '../strings.js'

export class Tooltip {
  readonly #element: HTMLDivElement = document.createElement('div')

  constructor(root: HTMLElement) {
    this.#element.className = 'viz-plot-tooltip'
    Object.assign(this.#element.style, {
      position: 'absolute',
      display: 'none',
      pointerEvents: 'none',
      zIndex: '3',
      borderRadius: '6px',
      padding: '6px 9px',
      lineHeight: '1.45',
      maxWidth: '70%',
      boxShadow: '0 2px 10px rgba(0, 0, 0, 0.22)',
      fontVariantNumeric: 'tabular-nums',
    })
    root.append(this.#element)
  }

  show(
    hover: Hover,
    x: number,
    y: number,
    style: Style,
    strings: Strings,
    size: { width: number; height: number },
  ): void {
    const element = this.#element
    if (hover.rows.length === 0) {
      this.hide()
      return
    }
    Object.assign(element.style, {
      display: 'block',
      background: style.isDark ? '#262d35' : '#ffffff',
      border: `1px solid ${style.axis}`,
      color: style.text,
      fontSize: `${style.size}px`,
    })
    const rows = hover.rows.map(({ color, name, value, note }) =>
      row([
        swatch(color),
        text('span', name, style.muted),
        text('b', value),
        ...(note === undefined ? [] : [text('span', note, style.muted)]),
      ]),
    )
    const more = hover.more !== undefined && hover.more > 0 ? [text('div', strings.more(hover.more), style.muted)] : []
    const title = text('div', hover.title, style.text)
    title.style.fontWeight = '600'
    element.replaceChildren(...(hover.title === '' ? [] : [title]), ...rows, ...more)
    const [width, height] = [element.offsetWidth, element.offsetHeight]
    const left = x + 16 + width < size.width ? x + 16 : Math.max(0, x - width - 16)
    element.style.left = `${Math.max(0, Math.min(left, size.width - width))}px`
    element.style.top = `${Math.max(0, Math.min(y - height / 2, size.height - height))}px`
  }

  hide(): void {
    this.#element.style.display = 'none'
  }
}

function row(parts: readonly HTMLElement[]): HTMLElement {
  const element = document.createElement('div')
  Object.assign(element.style, {
    display: 'flex',
    gap: '6px',
    alignItems: 'baseline',
    whiteSpace: 'nowrap',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
  })
  element.append(...parts)
  return element
}

function text(tag: string, content: string, color?: string): HTMLElement {
  const element = document.createElement(tag)
  element.textContent = content
  if (color !== undefined) element.style.color = color
  return element
}

function swatch(color: string | undefined): HTMLElement {
  const element = document.createElement('span')
  if (color === undefined) return element
  Object.assign(element.style, { width: '9px', height: '9px', borderRadius: '3px', background: color, flex: 'none' })
  return element
}
