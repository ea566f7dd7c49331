/** Charts of TensorBoard's page "custom scalars", which put several tags together. */
import type { SummaryValue } from './event.js'
import { describe } from './values.js'
import { ProtoReader, ProtoWriter } from './wire.js'

/** Tags as lines of one chart, or a value with a lower and an upper margin. */
export type CustomChart =
  | readonly ['Multiline', tags: readonly string[]]
  | readonly ['Margin', tags: readonly [value: string, lower: string, upper: string]]

/** Charts by category and title. */
export type CustomScalarsLayout = Readonly<Record<string, Readonly<Record<string, CustomChart>>>>

const TAG = 'custom_scalars__config__'

/** @throws TypeError for what is no layout, RangeError for a margin chart without its three tags */
export function customScalarsValue(name: string, layout: CustomScalarsLayout): SummaryValue {
  if (typeof layout !== 'object' || layout === null || Array.isArray(layout))
    throw new TypeError(`${name}: expected { category: { title: ['Multiline', tags] } }, but got ${describe(layout)}`)
  const out = new ProtoWriter()
  for (const [category, charts] of Object.entries(layout)) {
    const message = new ProtoWriter().bytes(1, category)
    for (const [title, chart] of Object.entries(charts)) message.presentBytes(2, encodeChart(name, title, chart))
    out.presentBytes(2, message)
  }
  return {
    tag: TAG,
    tensor: { dtype: 'DT_STRING', shape: [], values: [], strings: [out.finish()] },
    metadata: { pluginName: 'custom_scalars', content: new Uint8Array(0) },
  }
}

function encodeChart(name: string, title: string, chart: CustomChart): ProtoWriter {
  const [kind, tags] = Array.isArray(chart) ? (chart as CustomChart) : []
  if ((kind !== 'Multiline' && kind !== 'Margin') || !Array.isArray(tags))
    throw new TypeError(
      `${name}: '${title}' should be ['Multiline', tags] or ['Margin', tags], but is ${describe(chart)}`,
    )
  const out = new ProtoWriter().bytes(1, title)
  const content = new ProtoWriter()
  if (kind === 'Multiline') {
    for (const tag of tags) content.presentBytes(1, tag)
    return out.presentBytes(2, content)
  }
  if (tags.length !== 3) throw new RangeError(`${name}: '${title}': expected 3 tags, but got ${tags.length}`)
  const series = new ProtoWriter()
  tags.forEach((tag, i) => {
    series.bytes(i + 1, tag)
  })
  return out.presentBytes(3, content.presentBytes(1, series))
}

/** The layout in a value of {@link customScalarsValue}, or null if it holds none. */
export function readCustomScalars({ tag, tensor }: SummaryValue): CustomScalarsLayout | null {
  const [bytes] = tensor?.strings ?? []
  if (tag !== TAG || bytes === undefined) return null
  const categories: [string, Record<string, CustomChart>][] = []
  const reader = new ProtoReader(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)
  while (reader.next()) {
    if (reader.field !== 2) continue
    const message = reader.message()
    let category = ''
    const charts: [string, CustomChart][] = []
    while (message.next()) {
      if (message.field === 1) category = message.string()
      else if (message.field === 2) {
        const [title, chart] = decodeChart(message.message())
        if (chart !== null) charts.push([title, chart])
      }
    }
    categories.push([category, Object.fromEntries(charts)])
  }
  return Object.fromEntries(categories)
}

function decodeChart(reader: ProtoReader): [title: string, chart: CustomChart | null] {
  let title = ''
  let chart: CustomChart | null = null
  while (reader.next()) {
    if (reader.field === 1) title = reader.string()
    else if (reader.field === 2) {
      const tags: string[] = []
      const content = reader.message()
      while (content.next()) if (content.field === 1) tags.push(content.string())
      chart = ['Multiline', tags]
    } else if (reader.field === 3) {
      const tags: [string, string, string] = ['', '', '']
      const content = reader.message()
      while (content.next()) {
        if (content.field !== 1) continue
        const series = content.message()
        while (series.next()) if (series.field <= 3) tags[series.field - 1] = series.string()
      }
      chart = ['Margin', tags]
    }
  }
  return [title, chart]
}
