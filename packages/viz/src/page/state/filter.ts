/** Which windows a text lets through. */

/** A test for a text in any case, which is taken as a regular expression if it is one. */
export function makeFilter(text: string): (value: string) => boolean {
  const trimmed = text.trim()
  if (trimmed === '') return () => true
  const lower = trimmed.toLowerCase()
  const pattern = toPattern(trimmed)
  return (value) => value.toLowerCase().includes(lower) || (pattern?.test(value) ?? false)
}

function toPattern(text: string): RegExp | undefined {
  try {
    return new RegExp(text, 'i')
  } catch {
    // not finished yet, or no expression at all
    return undefined
  }
}
