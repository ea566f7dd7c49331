/** Curves of the lectures: on the terminal and, if there is one, on a page. */
import { terminal, type Visdom } from '@tsorch/viz'

/** What is written around the curves. */
export interface CurveOptions {
  /** Names the window of the page. */
  readonly title: string
  readonly xlabel: string
  readonly ylabel: string
  /** A logarithmic y axis. */
  readonly logY?: boolean
  /** Where the values stand; 0, 1, 2, ... if not given. */
  readonly x?: readonly number[]
}

/** Shows one curve. */
export function showCurve(y: readonly number[], options: CurveOptions, viz: Visdom | null): void {
  showCurves(new Map([['', y]]), options, viz)
}

/** Shows curves of one length together, by their names. */
export function showCurves(
  curves: ReadonlyMap<string, readonly number[]>,
  { title, xlabel, ylabel, logY = false, x }: CurveOptions,
  viz: Visdom | null,
): void {
  const names = [...curves.keys()]
  const [first = []] = curves.values()
  const X = x ?? first.map((_, i) => i)
  const isNamed = names.length > 1
  const series = [...curves].map(([name, y]) => (isNamed ? { name, x: X, y } : { x: X, y }))
  const color = isNamed && terminal.hasColor(process.stdout)
  console.log(terminal.linePlot(series, { xlabel, ylabel, logY, color }))
  // a column for each curve
  const Y = isNamed ? X.map((_, i) => [...curves.values()].map((y) => y[i]!)) : first
  const opts = {
    title,
    xlabel,
    ylabel,
    ...(isNamed ? { legend: names, width: 640, height: 420 } : {}),
    ...(logY ? { ytype: 'log' } : {}),
  }
  viz?.line(Y, { X, win: title, opts })
}
