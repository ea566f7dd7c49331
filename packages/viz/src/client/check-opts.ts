import type { Json } from '../protocol/types.js'
import { describe } from '../tensorboard/values.js'
import { listLike } from './matrix.js'
import type { Opts } from './opts.js'

const axisNames = ['type', 'label', 'tickmin', 'tickmax', 'tickstep', 'tickvals', 'ticklabels', 'tick', 'tickfont']
const names = [
  'title width height inflate caption legend showlegend marginleft marginright margintop marginbottom layoutopts',
  'traceopts mode markersymbol markersize markerborderwidth markercolor linecolor dash textlabels fillarea webgl markers',
  'colormap xmin xmax columnnames rownames nancolor stacked numbins normalize arrowheads color opacity size font_color',
  'marker_width name_y1 name_y2 color_title_y1 color_tick_y1 color_title_y2 color_tick_y2 side top bottom left right',
  'store_history show_slider jpgquality sample_frequency fps autoplay loop directed showVertexLabels showEdgeLabels scheme',
]
  .join(' ')
  .split(' ')
  .concat(['x', 'y', 'z'].flatMap((axis) => axisNames.map((name) => axis + name)))

const plain = (name: string): string => name.toLowerCase().replaceAll('_', '')
const known: ReadonlySet<string> = new Set(names)
const byPlainName: ReadonlyMap<string, string> = new Map(names.map((name) => [plain(name), name]))

/**
 * A copy of `opts` as JSON: tensors and typed arrays become lists, and what the caller changes later is not seen. Names that
 * visdom does not have are sent along, as visdom does it, unless they are one of visdom's in other letters.
 *
 * @throws TypeError for what is no object, for `xLabel` instead of `xlabel`, and for what JSON cannot hold
 */
export function copyOpts(verb: string, opts: object | null | undefined): Opts {
  if (opts === null || opts === undefined) return {}
  if (typeof opts !== 'object' || Array.isArray(opts))
    throw new TypeError(`${verb}: opts should be an object such as { title: 'loss' }, but got ${describe(opts)}`)
  const out: Opts = {}
  for (const [name, value] of Object.entries(opts)) {
    if (value === undefined) continue
    if (!known.has(name)) {
      const meant = byPlainName.get(plain(name))
      if (meant !== undefined) throw new TypeError(`${verb}: there is no opts.${name}: did you mean ${meant}?`)
    }
    out[name] = toJson(`${verb}: opts.${name}`, value)
  }
  return out
}

/** A copy as JSON. @throws TypeError for functions, symbols and the like */
export function toJson(what: string, value: unknown): Json {
  switch (typeof value) {
    case 'number':
    case 'string':
    case 'boolean':
      return value
    case 'bigint':
      return Number(value)
    case 'undefined':
      return null
    case 'object':
      break
    default:
      throw new TypeError(`${what} should be a value of JSON, but is ${describe(value)}`)
  }
  if (value === null) return null
  const list = listLike(value)
  if (list !== undefined) return list.map((element) => toJson(what, element))
  if (value instanceof Date) return value.toISOString()
  const { tolist } = value as { tolist?: unknown }
  if (typeof tolist === 'function') return toJson(what, tolist.call(value))
  const out: { [key: string]: Json } = {}
  for (const [key, element] of Object.entries(value)) {
    if (element !== undefined) out[key] = toJson(what, element)
  }
  return out
}

/** What Python takes for true. */
export function truthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value) || Number.isNaN(value)
}

const isNumber = (value: unknown): value is number => typeof value === 'number'
const isString = (value: unknown): boolean => typeof value === 'string'

/** What each option should be. As in visdom, an empty or zero value is not looked at. */
const rules: readonly (readonly [name: string, expected: string, holds: (value: unknown) => boolean])[] = [
  ['color', 'a string', isString],
  ['colormap', 'a string', isString],
  ['mode', 'a string', isString],
  ['markersymbol', 'a string', isString],
  ['markersize', 'a positive number', (value) => isNumber(value) && value > 0],
  ['markerborderwidth', 'a number of at least 0', (value) => isNumber(value) && value >= 0],
  ['columnnames', 'an array of names', Array.isArray],
  ['rownames', 'an array of names', Array.isArray],
  ['jpgquality', 'a number above 0 and up to 100', (value) => isNumber(value) && value > 0 && value <= 100],
  ['opacity', 'a number from 0 to 1', (value) => isNumber(value) && value >= 0 && value <= 1],
  ['fps', 'a positive number', (value) => isNumber(value) && value > 0],
  ['title', 'a string', isString],
]

/** Makes a title text, and checks the others. @throws TypeError for an option of a wrong type or size */
export function checkOpts(verb: string, opts: Opts): void {
  if (opts.title === null) delete opts.title
  else if (typeof opts.title === 'number' && opts.title !== 0) opts.title = String(opts.title)
  for (const [name, expected, holds] of rules) {
    const value = opts[name]
    if (!truthy(value) || holds(value)) continue
    const given = isNumber(value) ? value : describe(value)
    throw new TypeError(`${verb}: opts.${name} should be ${expected}, but got ${given}`)
  }
}

/** An option, or what it is without: `null` counts as given. */
export function optionOr<T extends Json>(opts: Opts, name: string, otherwise: T): Json {
  const value = opts[name]
  return value === undefined ? otherwise : value
}
