/** Values over a plane: contours and surfaces. */
import type { Values } from '../../tensorboard/values.js'
import type { Call, Target } from '../call.js'
import { checkOpts, copyOpts, optionOr } from '../check-opts.js'
import { layoutOf } from '../layout.js'
import { checkDims, extent, readSqueezed, rowsOf } from '../matrix.js'
import type { Opts, SurfaceOpts } from '../opts.js'

/** `viz.contour(X)`. */
export function contourCall(target: Target, X: Values, opts: SurfaceOpts | null | undefined): Call {
  return surface('contour', 'contour', target, X, opts)
}

/** `viz.surf(X)`. */
export function surfCall(target: Target, X: Values, opts: SurfaceOpts | null | undefined): Call {
  return surface('surf', 'surface', target, X, opts)
}

function surface(
  verb: string,
  type: 'contour' | 'surface',
  { win, eid }: Target,
  X: Values,
  given: SurfaceOpts | null | undefined,
): Call {
  const values = readSqueezed(verb, X)
  checkDims(verb, 'X', values, 2)
  const opts = copyOpts(verb, given)
  const [low, high] = extent(values)
  opts.xmin = limit(verb, opts, 'xmin', low)
  opts.xmax = limit(verb, opts, 'xmax', high)
  opts.colormap = optionOr(opts, 'colormap', 'Viridis')
  checkOpts(verb, opts)
  const data = [{ z: rowsOf(values), cmin: opts.xmin, cmax: opts.xmax, type, colorscale: opts.colormap }]
  return { endpoint: 'events', body: { data, win, eid, layout: layoutOf(opts, type === 'surface'), opts } }
}

function limit(verb: string, opts: Opts, option: 'xmin' | 'xmax', otherwise: number): number {
  const value = optionOr(opts, option, otherwise)
  if (typeof value !== 'number') throw new TypeError(`${verb}: opts.${option} should be a number, but got ${value}`)
  return value
}
