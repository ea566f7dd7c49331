const given = new Set<string>()

/** Prints a warning, each text once. */
export function warnOnce(message: string): void {
  if (given.has(message)) return
  given.add(message)
  console.warn(`UserWarning: ${message}`)
}

/** Lets each warning be printed once more, for tests. */
export function forgetWarnings(): void {
  given.clear()
}
