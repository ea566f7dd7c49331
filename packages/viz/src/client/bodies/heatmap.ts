import type { Json } from '../../protocol/types.js'
import { describe, type Values } from '../../tensorboard/values.js'
import type { Call, Target } from '../call.js'
import { checkOpts, copyOpts, optionOr } from '../check-opts.js'
import { layoutOf } from '../layout.js'
import { checkDims, gaps, read, rowsOf } from '../matrix.js'
import type { HeatmapOpts, Opts } from '../opts.js'

const directions = ['replace', 'remove', 'appendRow', 'appendColumn', 'prependRow', 'prependColumn'] as const

/** What happens to a heatmap that is there. */
export type HeatmapUpdate = (typeof directions)[number]

/** `viz.heatmap(X)`. */
export function heatmapCall(
  { win, eid }: Target,
  X: Values | null,
  { opts: given, update = null }: { opts?: HeatmapOpts | null | undefined; update?: HeatmapUpdate | null | undefined },
): Call {
  if (update !== null && !directions.includes(update))
    throw new TypeError(
      `heatmap: update should be one of ${directions.map((name) => `'${name}'`).join(', ')}, but got ${describe(update)}`,
    )
  if (update === 'remove') return { endpoint: 'update', body: { data: [], delete: true, win, eid } }
  if (X === null) throw new TypeError('heatmap: expected values, but X is null')
  const values = read('heatmap', X)
  checkDims('heatmap', 'X', values, 2)
  const opts = copyOpts('heatmap', given)
  opts.colormap = optionOr(opts, 'colormap', 'Viridis')
  checkOpts('heatmap', opts)
  const x = namesOf(opts, 'columnnames', values.shape[1]!)
  const y = namesOf(opts, 'rownames', values.shape[0]!)

  const data: Json[] = [
    {
      z: rowsOf(values).map(gaps),
      x,
      y,
      zmin: opts.xmin ?? null,
      zmax: opts.xmax ?? null,
      type: 'heatmap',
      colorscale: opts.colormap,
    },
  ]
  const { nancolor } = opts
  if (nancolor !== null && nancolor !== undefined) {
    // NaN is transparent: what it lets through is another heatmap, all of one colour
    const z = rowsOf(values).map((row) => row.fill(0))
    const colorscale = [
      [0, nancolor],
      [1, nancolor],
    ]
    data.unshift({ z, x, y, type: 'heatmap', showscale: false, colorscale })
  }
  if (update === null) return { endpoint: 'events', body: { data, win, eid, layout: layoutOf(opts), opts } }
  const append = update !== 'replace'
  return { endpoint: 'update', body: { data, win, eid, layout: {}, opts, append, updateDir: update } }
}

function namesOf(opts: Opts, option: 'columnnames' | 'rownames', size: number): Json {
  const names = opts[option] ?? null
  if (names === null) return null
  const count = Array.isArray(names) ? names.length : 0
  if (count !== size)
    throw new RangeError(
      `heatmap: opts.${option} should name each of the ${size} ${option === 'rownames' ? 'rows' : 'columns'}, but has ${count}`,
    )
  return names
}
