/** Tables as CSV, by RFC 4180. */

/** @see https://www.rfc-editor.org/rfc/rfc4180 */
export function toCSV(header: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return `${[header, ...rows].map((row) => row.map(toField).join(',')).join('\r\n')}\r\n`
}

function toField(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  // a spreadsheet would take a text that begins so for a formula
  const safe = typeof value === 'string' && /^[=@\t\r]|^[+-](?![\d.])/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
