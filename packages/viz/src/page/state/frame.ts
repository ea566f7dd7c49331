/** Waits for the next frame. */

/** Milliseconds between two changes of a page that nobody sees, which has no frames. */
const HIDDEN_INTERVAL = 250

/** Calls an action with the next frame, or soon if the page is not in sight. The returned function takes that back. */
export function atNextFrame(action: () => void): () => void {
  const isSeen = typeof document !== 'undefined' && document.visibilityState === 'visible'
  if (!isSeen) {
    const timer = setTimeout(action, typeof document === 'undefined' ? 0 : HIDDEN_INTERVAL)
    return () => clearTimeout(timer)
  }
  const frame = requestAnimationFrame(action)
  // a page that goes out of sight has no more frames
  const timer = setTimeout(action, 4 * HIDDEN_INTERVAL)
  return () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
}
