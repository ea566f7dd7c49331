/** Text windows: HTML from anywhere, in a frame that can do nothing. */
import { effect } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Pane } from '../state/pane.js'
import { type App, useApp } from '../ui/context.js'
import type { BodyProps } from './body.js'
import { textDocument } from './text-document.js'

export function TextBody({ pane }: BodyProps): JSX.Element {
  const app = useApp()
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const shown = new ShownText(app, pane, host.current!)
    pane.exports.value = { html: () => textDocument(contentOf(pane), { dark: false, atEnd: false }) }
    return () => {
      pane.exports.value = {}
      shown.destroy()
    }
  }, [pane])
  return (
    <div class="text-body">
      <div class="text-host" ref={host} />
    </div>
  )
}

const contentOf = (pane: Pane): string => String(pane.window.content ?? '')

/** Milliseconds between two changes of the frame. */
const INTERVAL = 500

/**
 * The frame has an origin of its own, so that nothing reaches in or out: for a changed text a new frame is made behind the old one, which goes
 * when the new one is there. A text that grows shows its end, but not while somebody reads in it.
 */
class ShownText {
  readonly #app: App
  readonly #pane: Pane
  readonly #host: HTMLElement
  readonly #ends: (() => void)[] = []
  readonly #button: HTMLButtonElement = document.createElement('button')
  #frame: HTMLIFrameElement | null = null
  #next: HTMLIFrameElement | null = null
  #grows = false
  #reads = false
  #isOld = false
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(app: App, pane: Pane, host: HTMLElement) {
    this.#app = app
    this.#pane = pane
    this.#host = host
    this.#button.type = 'button'
    this.#button.className = 'button small text-new'
    this.#button.hidden = true
    this.#button.addEventListener('click', () => this.#show())
    host.after(this.#button)
    host.addEventListener('pointerenter', this.#onEnter)
    host.addEventListener('pointerleave', this.#onLeave)
    this.#ends.push(
      pane.listen((ops) => {
        const path = '/content'
        const touches = ops.length === 0 || ops.some((op) => op.path === path)
        this.#grows = ops.length > 0 ? this.#grows || touches : false
        if (touches) this.#change()
      }),
      effect(() => {
        void app.dark.value
        this.#show()
      }),
      effect(() => {
        this.#button.textContent = app.text.value.newText
      }),
    )
  }

  readonly #onEnter = (): void => {
    this.#reads = true
  }

  readonly #onLeave = (): void => {
    this.#reads = false
    if (this.#isOld) this.#change()
  }

  #change(): void {
    this.#isOld = true
    if (this.#reads && this.#grows) this.#button.hidden = false
    else this.#timer ??= setTimeout(() => this.#show(), INTERVAL)
  }

  #show(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#isOld = false
    this.#button.hidden = true
    const frame = document.createElement('iframe')
    // before the content: no scripts, no forms, no navigation, an origin of its own
    frame.setAttribute('sandbox', '')
    frame.setAttribute('referrerpolicy', 'no-referrer')
    frame.title = this.#pane.title.peek() || this.#app.text.peek().untitled
    frame.className = 'text-frame'
    frame.srcdoc = textDocument(contentOf(this.#pane), { dark: this.#app.dark.peek(), atEnd: this.#grows })
    this.#next?.remove()
    this.#next = frame
    frame.addEventListener('load', () => {
      if (this.#next !== frame) return
      this.#next = null
      this.#frame?.remove()
      this.#frame = frame
    })
    this.#host.append(frame)
  }

  destroy(): void {
    for (const end of this.#ends) end()
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#host.removeEventListener('pointerenter', this.#onEnter)
    this.#host.removeEventListener('pointerleave', this.#onLeave)
    this.#button.remove()
    this.#host.replaceChildren()
  }
}
