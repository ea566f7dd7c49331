/** Colours of traces that have none of their own. */

/** Told apart on light and on dark ground, also by most who see few colours. */
const LIGHT: readonly string[] = [
  '#2f6fde',
  '#e8710a',
  '#129a74',
  '#c5221f',
  '#8a4fd3',
  '#00809d',
  '#b8860b',
  '#d5308f',
  '#5b7083',
  '#6b8e23',
]
const DARK: readonly string[] = [
  '#6ea8ff',
  '#ff9f45',
  '#3fd0a4',
  '#ff6b66',
  '#b98cff',
  '#38bdd8',
  '#e3b341',
  '#ff7cc4',
  '#9fb3c4',
  '#a9cc57',
]

/** The colour of trace `i`. */
export function paletteColor(i: number, dark: boolean): string {
  const colors = dark ? DARK : LIGHT
  return colors[((i % colors.length) + colors.length) % colors.length]!
}

/** Plotly's names of dashes, and its lists of lengths (`'5px,2px'`), as lengths. */
export function dashOf(dash: unknown): readonly number[] {
  if (typeof dash !== 'string' || dash === 'solid') return []
  const named: Readonly<Record<string, readonly number[]>> = {
    dot: [2, 3],
    dash: [7, 4],
    longdash: [14, 5],
    dashdot: [7, 4, 2, 4],
    longdashdot: [14, 5, 2, 5],
  }
  if (Object.hasOwn(named, dash)) return named[dash]!
  const lengths = dash.split(/[\s,]+/).map((part) => Number.parseFloat(part))
  return lengths.every((length) => length >= 0) ? lengths : []
}
