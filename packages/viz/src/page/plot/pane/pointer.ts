/** What a pointer does over a pane: shows values, selects, moves, presses. */
import type { Chart, Drag, Hover } from '../chart/chart.js'
import { isIn, type Rect } from '../draw/painter.js'

export interface PointerTarget {
  readonly chart: Chart
  /** Shows values and a selected rectangle; `null` for none. */
  show(hover: Hover | null, selected: Rect | null, x: number, y: number): void
}

/** Pixels that a press may move. */
const STILL = 4

/** Listens on an element until the signal ends. */
export function listenToPointer(element: HTMLElement, target: PointerTarget, signal: AbortSignal): void {
  let drag: Drag | null = null
  let start = { x: 0, y: 0 }
  let isFocused = false
  const { chart } = target

  const place = (event: MouseEvent): { x: number; y: number } => {
    const box = element.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  const regionAt = ({ x, y }: { x: number; y: number }) => chart.regions.find((region) => isIn(region, x, y))

  const on = <K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    passive = true,
  ): void => element.addEventListener(type, listener, { signal, passive })

  on(
    'pointerdown',
    (event) => {
      isFocused = true
      start = place(event)
      if (event.button === 2 || regionAt(start) !== undefined) return
      drag = chart.drag?.(start.x, start.y, { shift: event.shiftKey, button: event.button }) ?? null
      if (drag === null) return
      // a pointer that was made up by a program can't be held
      try {
        element.setPointerCapture(event.pointerId)
      } catch {}
      if (event.button === 1) event.preventDefault()
    },
    false,
  )
  on('pointermove', (event) => {
    const at = place(event)
    if (drag !== null) {
      element.style.cursor = drag.cursor
      target.show(null, drag.move(at.x, at.y), at.x, at.y)
      return
    }
    const region = regionAt(at)
    element.style.cursor = region === undefined ? 'default' : 'pointer'
    element.title = region?.hint ?? ''
    target.show(region === undefined ? (chart.hover?.(at.x, at.y) ?? null) : null, null, at.x, at.y)
  })
  on('pointerup', (event) => {
    const at = place(event)
    const isStill = Math.hypot(at.x - start.x, at.y - start.y) < STILL
    if (drag !== null) {
      const ended = drag
      drag = null
      // a press that did not move changes nothing, but is over
      ended.end(isStill ? start.x : at.x, isStill ? start.y : at.y)
      target.show(null, null, at.x, at.y)
      if (!isStill) return
    }
    if (event.button === 0 && isStill) regionAt(start)?.press()
  })
  on('pointercancel', () => {
    drag?.end(start.x, start.y)
    drag = null
    target.show(null, null, 0, 0)
  })
  on('pointerleave', () => {
    isFocused = false
    if (drag === null) target.show(null, null, 0, 0)
  })
  on('dblclick', (event) => {
    const region = regionAt(place(event))
    if (region === undefined) chart.resetZoom()
    else region.pressTwice?.()
  })
  on(
    'wheel',
    (event) => {
      // the wheel is the page's until the pane was pressed, or with a key
      if (chart.zoom === undefined || !(isFocused || event.ctrlKey || event.metaKey || event.shiftKey)) return
      event.preventDefault()
      const { x, y } = place(event)
      const delta = event.deltaY !== 0 ? event.deltaY : event.deltaX
      chart.zoom(x, y, Math.max(-2, Math.min(2, (delta * (event.deltaMode === 1 ? 16 : 1)) / 300)))
    },
    false,
  )
}
