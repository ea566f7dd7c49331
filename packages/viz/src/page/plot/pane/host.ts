/** The element that a pane is given. */

/** In one that is smaller, in pixels, no plot is shown. */
export const LEAST = 24

/** Puts an element into the host, which it fills. */
export function fillHost(host: HTMLElement, root: HTMLElement): void {
  Object.assign(root.style, { position: 'absolute', inset: '0', overflow: 'hidden' })
  if (getComputedStyle(host).position === 'static') host.style.position = 'relative'
  host.append(root)
}
