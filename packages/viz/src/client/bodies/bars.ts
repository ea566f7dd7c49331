/** Bars, histograms, boxes and pies. */
import type { Json } from '../../protocol/types.js'
import type { Values } from '../../tensorboard/values.js'
import type { Call, Target } from '../call.js'
import { checkOpts, copyOpts, optionOr, truthy } from '../check-opts.js'
import { layoutOf } from '../layout.js'
import {
  asColumns,
  checkDims,
  checkOneOrTwo,
  column,
  extent,
  linspace,
  listOf,
  type Matrix,
  readSqueezed,
  rounding,
} from '../matrix.js'
import type { BarOpts, BoxplotOpts, HistogramOpts, Opts, PieOpts } from '../opts.js'

/** `viz.bar(X, { Y })`: a group of bars for each row of `X`, at the places `Y`. */
export function barCall(target: Target, X: Values, Y: Values | null, opts: BarOpts | null | undefined): Call {
  return bars('bar', target, readSqueezed('bar', X), Y === null ? null : readSqueezed('bar', Y), copyOpts('bar', opts))
}

/** A list that was given for each row or column. @throws RangeError if it has another length */
function checkCount(verb: string, opts: Opts, option: 'legend' | 'rownames', what: string, count: number): void {
  const list = opts[option] ?? null
  if (list === null) return
  if (Array.isArray(list) && list.length === count) return
  const has = Array.isArray(list) ? list.length : typeof list
  throw new RangeError(`${verb}: opts.${option} should have a name for each of the ${count} ${what}, but has ${has}`)
}

function bars(verb: string, { win, eid }: Target, values: Matrix, places: Matrix | null, opts: Opts): Call {
  checkOneOrTwo(verb, 'X', values.shape.length === 0 ? { ...values, shape: [1] } : values)
  let heights = asColumns(values.shape.length === 0 ? { ...values, shape: [1] } : values)
  if (values.shape.length < 2 && (opts.legend ?? null) !== null) {
    if ((opts.rownames ?? null) !== null)
      throw new TypeError(`${verb}: opts.rownames and opts.legend cannot both be given for X of one dimension`)
    heights = { ...heights, shape: [1, heights.shape[0]!] }
  }
  const [rows, columns] = heights.shape as [number, number]
  if (places !== null) {
    const at = places.shape.length === 0 ? { ...places, shape: [1] } : places
    checkDims(verb, 'Y', at, 1)
    if (at.shape[0] !== rows)
      throw new RangeError(`${verb}: sizes of X and Y should match, but X has ${rows} rows and Y has ${at.shape[0]}`)
  }
  opts.stacked = optionOr(opts, 'stacked', false)
  checkOpts(verb, opts)
  checkCount(verb, opts, 'rownames', 'rows of X', rows)
  checkCount(verb, opts, 'legend', 'columns of X', columns)

  const data = Array.from({ length: columns }, (_, k) => {
    const x = optionOr(
      opts,
      'rownames',
      places === null ? Array.from({ length: rows }, (_, i) => i + 1) : listOf(places),
    )
    const bar: { [key: string]: Json } = { y: column(heights, k), x, type: 'bar' }
    if (truthy(opts.legend)) bar.name = (opts.legend as Json[])[k]!
    return bar
  })
  return { endpoint: 'events', body: { data, win, eid, layout: layoutOf(opts), opts } }
}

/** `viz.histogram(X)`: how many values there are in each of `opts.numbins` bins. */
export function histogramCall(target: Target, X: Values, given: HistogramOpts | null | undefined): Call {
  const values = readSqueezed('histogram', X)
  const flat = values.shape.length === 0 ? { ...values, shape: [1] } : values
  checkDims('histogram', 'X', flat, 1)
  const opts = copyOpts('histogram', given)
  opts.numbins = optionOr(opts, 'numbins', Math.min(30, flat.data.length))
  checkOpts('histogram', opts)
  const bins = opts.numbins
  if (typeof bins !== 'number' || !Number.isInteger(bins) || bins < 1)
    throw new RangeError(`histogram: opts.numbins should be an integer of at least 1, but got ${bins}`)
  const [low, high] = extent(flat)
  if (!(Number.isFinite(low) && Number.isFinite(high)))
    throw new RangeError(`histogram: the values should be finite, but range from ${low} to ${high}`)
  const counts = countBins(flat, low, high, bins)
  const places = linspace(low, high, bins)
  return bars(
    'histogram',
    target,
    { data: counts, shape: bins === 1 ? [] : [bins], dtype: 'int64' },
    { data: places, shape: bins === 1 ? [] : [bins], dtype: 'float64' },
    opts,
  )
}

/** A value on the edge of two bins counts in the upper one, the greatest in the last. */
function countBins(values: Matrix, low: number, high: number, bins: number): number[] {
  const round = rounding(values)
  const [first, last] = low === high ? [low - 0.5, high + 0.5] : [low, high]
  const edges = linspace(first, last, bins + 1).map(round)
  const counts = new Array<number>(bins).fill(0)
  for (let i = 0; i < values.data.length; i++) {
    const value = values.data[i]!
    let bin = Math.min(bins - 1, Math.max(0, Math.floor(((value - first) / (last - first)) * bins)))
    while (bin > 0 && value < edges[bin]!) bin--
    while (bin < bins - 1 && value >= edges[bin + 1]!) bin++
    counts[bin]!++
  }
  return counts
}

/** `viz.boxplot(X)`: a box for each column. */
export function boxplotCall({ win, eid }: Target, X: Values, given: BoxplotOpts | null | undefined): Call {
  const values = readSqueezed('boxplot', X)
  checkOneOrTwo('boxplot', 'X', values)
  const boxes = asColumns(values)
  const opts = copyOpts('boxplot', given)
  checkOpts('boxplot', opts)
  checkCount('boxplot', opts, 'legend', 'columns of X', boxes.shape[1]!)
  const legend = truthy(opts.legend) ? (opts.legend as Json[]) : null
  const data = Array.from({ length: boxes.shape[1]! }, (_, k) => ({
    y: column(boxes, k),
    type: 'box',
    name: legend === null ? `column ${k}` : legend[k]!,
  }))
  return { endpoint: 'events', body: { data, win, eid, layout: layoutOf(opts), opts } }
}

/** `viz.pie(X)`. */
export function pieCall({ win, eid }: Target, X: Values, given: PieOpts | null | undefined): Call {
  const values = readSqueezed('pie', X)
  checkDims('pie', 'X', values, 1)
  const parts = listOf(values)
  const negative = parts.find((part) => !(part >= 0))
  if (negative !== undefined) throw new RangeError(`pie: X cannot contain negative values, but has ${negative}`)
  const opts = copyOpts('pie', given)
  checkOpts('pie', opts)
  const data = [{ values: parts, labels: opts.legend ?? null, type: 'pie' }]
  return { endpoint: 'events', body: { data, win, eid, layout: layoutOf(opts), opts } }
}
