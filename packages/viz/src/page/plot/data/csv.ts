/** Tables as comma-separated values (RFC 4180). */

/** A line of a table; text with commas, quotes or line breaks is quoted. */
export function csvLine(cells: readonly unknown[]): string {
  return cells.map(csvCell).join(',')
}

function csvCell(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return String(cell)
  const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A whole table. */
export function csvTable(header: readonly string[], rows: Iterable<readonly unknown[]>): string {
  const lines = [csvLine(header)]
  for (const row of rows) lines.push(csvLine(row))
  return `${lines.join('\n')}\n`
}
