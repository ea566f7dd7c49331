/** Which panes have a body: those in sight, and as many of the others as memory may be spent on. */
import type { Pane } from './pane.js'

/** Bodies at most, but for those in sight. */
const MAX_DRAWN = 60

export class DrawnPanes {
  /** the one that was in sight last is at the end */
  readonly #panes = new Set<Pane>()

  setVisible(pane: Pane, isVisible: boolean): void {
    pane.visible.value = isVisible
    if (!isVisible) return
    this.#panes.delete(pane)
    this.#panes.add(pane)
    pane.drawn.value = true
    this.#trim()
  }

  remove(pane: Pane): void {
    this.#panes.delete(pane)
    pane.visible.value = false
    pane.drawn.value = false
  }

  #trim(): void {
    for (const pane of this.#panes) {
      if (this.#panes.size <= MAX_DRAWN) return
      if (pane.visible.peek()) continue
      this.#panes.delete(pane)
      pane.drawn.value = false
    }
  }
}
