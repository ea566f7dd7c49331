/** Tables for spreadsheets, by RFC 4180. */
import { csvLine } from '../plot/data/csv.js'

/** @see https://www.rfc-editor.org/rfc/rfc4180 */
export function toCSV(header: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return `${[header, ...rows].map((row) => csvLine(row.map(noFormula))).join('\r\n')}\r\n`
}

/** A spreadsheet would take a text that begins so for a formula. */
function noFormula(value: unknown): unknown {
  return typeof value === 'string' && /^[=@\t\r]|^[+-](?![\d.])/.test(value) ? `'${value}` : value
}
