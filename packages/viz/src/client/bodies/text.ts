/** Windows of text: HTML, drawings, forms, and figures of Plotly's. */
import type { Json, JsonObject, Property } from '../../protocol/types.js'
import { builtin } from '../../tensorboard/node.js'
import { describe } from '../../tensorboard/values.js'
import type { Call, Target } from '../call.js'
import { checkOpts, copyOpts, toJson } from '../check-opts.js'
import { layoutOf } from '../layout.js'
import type { Opts, TextOpts } from '../opts.js'

/** `viz.text('<b>html</b>')`. */
export function textCall(target: Target, text: string, append: boolean, given: TextOpts | null | undefined): Call {
  if (typeof text !== 'string') throw new TypeError(`text: expected a string of HTML, but got ${describe(text)}`)
  const opts = copyOpts('text', given)
  checkOpts('text', opts)
  return textWindow(target, text, opts, append ? 'update' : 'events')
}

/** A window of HTML. */
export function textWindow({ win, eid }: Target, html: string, opts: Opts, endpoint: string = 'events'): Call {
  return { endpoint, body: { data: [{ content: html, type: 'text' }], win, eid, opts } }
}

const propertyTypes: readonly unknown[] = ['text', 'number', 'button', 'checkbox', 'select']

/** `viz.properties([{ type: 'number', name: 'lr', value: 0.1 }])`. */
export function propertiesCall(
  { win, eid }: Target,
  properties: readonly Property[],
  given: TextOpts | null | undefined,
): Call {
  if (!Array.isArray(properties))
    throw new TypeError(`properties: expected an array of { type, name, value }, but got ${describe(properties)}`)
  for (const property of properties as readonly (Partial<Property> | null)[]) {
    if (!propertyTypes.includes(property?.type))
      throw new TypeError(
        `properties: type should be one of ${propertyTypes.join(', ')}, but got ${describe(property?.type)}`,
      )
  }
  const opts = copyOpts('properties', given)
  checkOpts('properties', opts)
  const content = properties.map((property) => toJson('properties', property))
  return { endpoint: 'events', body: { data: [{ content, type: 'properties' }], win, eid, opts } }
}

/** `viz.svg('<svg ...>...</svg>')`, or the path of a file. */
export function svgCall(
  target: Target,
  svgstr: string | undefined,
  svgfile: string | undefined,
  given: TextOpts | null | undefined,
): Call {
  const opts = copyOpts('svg', given)
  checkOpts('svg', opts)
  const text = svgfile === undefined ? svgstr : builtin('node:fs', 'svg: a file').readFileSync(svgfile, 'utf8')
  if (typeof text !== 'string') throw new TypeError(`svg: expected a string of SVG, but got ${describe(text)}`)
  const found = /<svg .+<\/svg>/s.exec(text)
  if (found === null) throw new TypeError("svg: there is no '<svg ...>...</svg>' in the string")
  return textWindow(target, found[0], opts)
}

/** What Plotly calls a figure. */
export interface PlotlyFigure {
  readonly data: readonly object[]
  readonly layout?: object
}

/** `viz.plotlyplot({ data, layout })`. */
export function plotlyCall({ win, eid }: Target, figure: PlotlyFigure): Call {
  if (!Array.isArray(figure?.data))
    throw new TypeError(`plotlyplot: expected a figure { data: [...], layout }, but got ${describe(figure)}`)
  const data = toJson('plotlyplot: data', figure.data)
  const layout = toJson('plotlyplot: layout', figure.layout ?? {}) as JsonObject
  const opts: { [key: string]: Json } = {}
  const { title } = layout
  if (title !== undefined) {
    const text = title !== null && typeof title === 'object' ? (title as JsonObject).text : undefined
    opts.title = text ?? title
  }
  return { endpoint: 'events', body: { data, layout, win, eid, opts } }
}

/** `viz.updateWindowOpts(win, opts)`. */
export function windowOptsCall({ win, eid }: Target, given: object): Call {
  const opts = copyOpts('updateWindowOpts', given)
  return { endpoint: 'update', body: { win, eid, layout: layoutOf(opts), opts } }
}
