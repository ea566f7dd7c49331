const said = new Set<string>()

/** Tells the user of something once, as Python's warnings do. */
export function warnOnce(message: string): void {
  if (said.has(message)) return
  said.add(message)
  console.warn(`UserWarning: ${message}`)
}
