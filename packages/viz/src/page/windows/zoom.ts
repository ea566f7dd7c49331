/** Zooms and moves a picture in its frame. */
import type { HTMLAttributes } from 'preact'
import { useRef, useState } from 'preact/hooks'

export interface ZoomView {
  /** The picture at scale 1 just fits the frame. */
  readonly scale: number
  readonly x: number
  readonly y: number
}

const whole: ZoomView = { scale: 1, x: 0, y: 0 }
/** How far a picture may be scaled. */
const SCALES = [0.25, 64] as const
/** A press that moves less, in pixels, is a click. */
const CLICK = 4

export interface Zoom {
  readonly view: ZoomView
  readonly isZoomed: boolean
  /** The style of the picture, whose origin is at its top left. */
  readonly transform: string
  readonly handlers: HTMLAttributes<HTMLDivElement>
  reset(): void
}

/** @param onClick hears of presses that did not move the picture */
export function useZoom(onClick: (event: PointerEvent) => void): Zoom {
  const [view, setView] = useState(whole)
  const drag = useRef<{ id: number; x: number; y: number; moved: boolean; from: ZoomView } | null>(null)
  const handlers: HTMLAttributes<HTMLDivElement> = {
    onWheel(event) {
      // without a key the page scrolls
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      const box = event.currentTarget.getBoundingClientRect()
      setView((before) =>
        zoomAt(before, event.clientX - box.left, event.clientY - box.top, Math.exp(-event.deltaY / 250)),
      )
    },
    onPointerDown(event) {
      if (event.button !== 0) return
      drag.current = { id: event.pointerId, x: event.clientX, y: event.clientY, moved: false, from: view }
      event.currentTarget.setPointerCapture(event.pointerId)
    },
    onPointerMove(event) {
      const start = drag.current
      if (start === null || start.id !== event.pointerId) return
      const x = event.clientX - start.x
      const y = event.clientY - start.y
      start.moved ||= Math.hypot(x, y) >= CLICK
      if (start.moved) setView({ ...start.from, x: start.from.x + x, y: start.from.y + y })
    },
    onPointerUp(event) {
      const start = drag.current
      drag.current = null
      if (start !== null && !start.moved) onClick(event)
    },
    onPointerCancel() {
      drag.current = null
    },
    onDblClick: () => setView(whole),
  }
  return {
    view,
    isZoomed: view !== whole,
    transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
    handlers,
    reset: () => setView(whole),
  }
}

/** The view scaled so that the point under the pointer stays there. */
export function zoomAt(
  { scale, x, y }: ZoomView,
  pointerX: number,
  pointerY: number,
  factor: number,
  [least, most]: readonly [number, number] = SCALES,
): ZoomView {
  const next = Math.min(Math.max(scale * factor, least), most)
  const ratio = next / scale
  return { scale: next, x: pointerX - (pointerX - x) * ratio, y: pointerY - (pointerY - y) * ratio }
}
