/** Meshes, rings of parts, and lines with two axes. */
import type { Json } from '../../protocol/types.js'
import type { Values } from '../../tensorboard/values.js'
import type { Call, Target } from '../call.js'
import { checkOpts, copyOpts, optionOr } from '../check-opts.js'
import { layoutOf } from '../layout.js'
import {
  checkDims,
  checkSameShape,
  column,
  listOf,
  type Matrix,
  read,
  readSqueezed,
  shapeText,
  strings,
} from '../matrix.js'
import type { DualAxisOpts, MeshOpts, SunburstOpts } from '../opts.js'

/** `viz.mesh(X, { Y })`: corners, and in each row of `Y` the corners of a polygon. */
export function meshCall({ win, eid }: Target, X: Values, Y: Values | null, given: MeshOpts | null | undefined): Call {
  const opts = copyOpts('mesh', given)
  checkOpts('mesh', opts)
  const corners = read('mesh', X)
  checkDims('mesh', 'X', corners, 2)
  const columns = corners.shape[1]!
  if (columns !== 2 && columns !== 3)
    throw new RangeError(`mesh: X should have 2 or 3 columns, but has shape ${shapeText(corners.shape)}`)
  const polygons = Y === null ? null : read('mesh', Y)
  if (polygons !== null) {
    checkDims('mesh', 'Y', polygons, 2)
    if (polygons.shape[1] !== columns)
      throw new RangeError(
        `mesh: X and Y should have the same number of columns, but got ${shapeText(corners.shape)} and ${shapeText(polygons.shape)}`,
      )
  }
  const is3d = columns === 3
  const corner = (k: number, from: Matrix | null): Json => (from === null ? null : column(from, k))
  const mesh = {
    x: corner(0, corners),
    y: corner(1, corners),
    z: is3d ? corner(2, corners) : null,
    i: corner(0, polygons),
    j: corner(1, polygons),
    k: is3d ? corner(2, polygons) : null,
    color: opts.color ?? null,
    opacity: opts.opacity ?? null,
    type: is3d ? 'mesh3d' : 'mesh',
  }
  return { endpoint: 'events', body: { data: [mesh], win, eid, layout: layoutOf(opts), opts } }
}

/** `viz.sunburst(labels, parents, { values })`. */
export function sunburstCall(
  { win, eid }: Target,
  labels: readonly string[],
  parents: readonly string[],
  values: Values | null,
  given: SunburstOpts | null | undefined,
): Call {
  const opts = copyOpts('sunburst', given)
  checkOpts('sunburst', opts)
  const [parts, within] = [strings('sunburst', 'labels', labels), strings('sunburst', 'parents', parents)]
  if (parts.length !== within.length)
    throw new RangeError(
      `sunburst: labels and parents should be as many, but there are ${parts.length} and ${within.length}`,
    )
  const rings: { [key: string]: Json } = {
    labels: parts,
    parents: within,
    outsidetextfont: { size: opts.size ?? null, color: opts.font_color ?? null },
    leaf: { opacity: opts.opacity ?? null },
    marker: { line: { width: opts.marker_width ?? null } },
    type: 'sunburst',
  }
  if (values !== null) {
    const sizes = readSqueezed('sunburst', values)
    checkDims('sunburst', 'values', sizes, 1)
    if (sizes.shape[0] !== parts.length)
      throw new RangeError(
        `sunburst: values should be as many as labels, but there are ${sizes.shape[0]} and ${parts.length}`,
      )
    rings.values = listOf(sizes)
  }
  return { endpoint: 'events', body: { data: [rings], win, eid, layout: layoutOf(opts), opts } }
}

/** `viz.dualAxisLines(X, Y1, Y2)`: two lines over one x axis, with a y axis each. */
export function dualAxisCall(
  { win, eid }: Target,
  X: Values,
  Y1: Values,
  Y2: Values,
  given: DualAxisOpts | null | undefined,
): Call {
  const [x, y1, y2] = [read('dualAxisLines', X), read('dualAxisLines', Y1), read('dualAxisLines', Y2)]
  checkDims('dualAxisLines', 'X', x, 1)
  checkSameShape('dualAxisLines', 'X', 'Y1', x, y1)
  checkSameShape('dualAxisLines', 'X', 'Y2', x, y2)
  const opts = copyOpts('dualAxisLines', given)
  const get = (name: string, otherwise: Json): Json => optionOr(opts, name, otherwise)
  const left = { x: listOf(x), y: listOf(y1), name: get('name_y1', 'Y1 axis'), type: 'scatter' }
  const right = { x: listOf(x), y: listOf(y2), yaxis: 'y2', name: get('name_y2', 'Y2 axis'), type: 'scatter' }
  const layout = {
    title: get('title', 'Example Double Y axis'),
    yaxis: {
      title: left.name,
      titlefont: { color: get('color_title_y1', 'black') },
      tickfont: { color: get('color_tick_y1', 'black') },
    },
    yaxis2: {
      title: right.name,
      titlefont: { color: get('color_title_y2', 'rgb(148, 103, 0189)') },
      tickfont: { color: get('color_tick_y2', 'rgb(148, 103, 189)') },
      overlaying: 'y',
      side: get('side', 'right'),
    },
    showlegend: get('showlegend', true),
    margin: { b: get('bottom', 60), r: get('right', 60), t: get('top', 60), l: get('left', 60) },
  }
  opts.height = get('height', 300)
  opts.width = get('width', 500)
  return { endpoint: 'events', body: { win, eid, data: [left, right], layout, opts } }
}
