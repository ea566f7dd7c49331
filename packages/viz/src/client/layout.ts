import type { Json, JsonObject } from '../protocol/types.js'
import { describe } from '../tensorboard/values.js'
import { optionOr, truthy } from './check-opts.js'
import type { Opts } from './opts.js'

/** An axis is described if one of these says something. */
const described = ['type', 'label', 'tickmin', 'tickmax', 'tickvals', 'ticklabels', 'tick', 'tickfont']

/** Python's `a and b`. */
const and = (a: Json | undefined, b: Json | undefined): Json | undefined => (truthy(a) ? b : a)

const given = (value: Json | undefined): boolean => value !== null && value !== undefined

function axis(opts: Opts, name: 'x' | 'y' | 'z', is3d: boolean): JsonObject | null {
  const get = (option: string): Json => opts[name + option] ?? null
  if (!described.some((option) => truthy(get(option)))) return null
  const hasTicks = given(and(get('tickmin'), get('tickmax')))
  const common = {
    type: get('type'),
    title: get('label'),
    range: hasTicks ? [get('tickmin'), get('tickmax')] : null,
    tickvals: get('tickvals'),
    ticktext: get('ticklabels'),
  }
  if (!is3d) return { ...common, dtick: get('tickstep'), showticklabels: get('tick'), tickfont: get('tickfont') }
  const [low, high, step] = [get('tickmin'), get('tickmax'), get('tickstep')]
  const nticks = hasTicks && step !== null ? (numberOf(high) - numberOf(low)) / numberOf(step) : null
  return { ...common, nticks, tickfont: get('tickfont') }
}

function numberOf(value: Json): number {
  if (typeof value === 'number') return value
  throw new TypeError(`opts: tickmin, tickmax and tickstep should be numbers, but got ${describe(value)}`)
}

/** Plotly's layout as visdom makes it of `opts`. */
export function layoutOf(opts: Opts, is3d = false): JsonObject {
  const layout: { [key: string]: Json } = {
    showlegend: optionOr(opts, 'showlegend', opts.legend !== undefined),
    title: opts.title ?? null,
    margin: {
      l: optionOr(opts, 'marginleft', is3d ? 0 : 60),
      r: optionOr(opts, 'marginright', 60),
      t: optionOr(opts, 'margintop', is3d ? 20 : 60),
      b: optionOr(opts, 'marginbottom', is3d ? 0 : 60),
    },
  }
  if (is3d) layout.scene = { xaxis: axis(opts, 'x', true), yaxis: axis(opts, 'y', true), zaxis: axis(opts, 'z', true) }
  else {
    layout.xaxis = axis(opts, 'x', false)
    layout.yaxis = axis(opts, 'y', false)
  }
  if (truthy(opts.stacked)) layout.barmode = 'stack'
  const { plotly } = (opts.layoutopts ?? {}) as { plotly?: JsonObject }
  if (plotly !== undefined) Object.assign(layout, plotly)
  return withoutNulls(layout) as JsonObject
}

/** Leaves out what is `null` in objects, however deep; lists stay as they are. */
export function withoutNulls(value: Json): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const out: { [key: string]: Json } = {}
  for (const [key, element] of Object.entries(value)) {
    if (element !== null && element !== undefined) out[key] = withoutNulls(element)
  }
  return out
}
