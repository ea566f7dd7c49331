/** What the body of `update` does to a window. */
import { isObject } from '../protocol/json.js'
import type { JsonObject } from '../protocol/types.js'
import { BadRequest, dataField, describe, objectField, truthy } from './body.js'
import type { Edit } from './edit.js'
import { updateHeatmap } from './heatmap.js'
import type { HubLimits } from './options.js'
import { updateTraces, withName } from './traces.js'
import { type PlotState, readInflate, readSize, readTitle, type TraceState, type WindowState } from './window.js'

/** Types of traces that may be updated, by the first trace of a window. */
const UPDATABLE: readonly unknown[] = ['scatter', 'scattergl', 'custom', 'heatmap', 'histograms']

/** Why a window can't be updated, in visdom's words; `undefined` if it can. */
export function refusal({ type, content }: WindowState): string | undefined {
  if (type === 'text' || type === 'image_history' || type === 'embeddings') return undefined
  const first = type === 'plot' ? (content as PlotState).data[0] : { type }
  if (first === undefined || UPDATABLE.includes(first.type)) return undefined
  return (
    'win is not scatter, heatmap, custom, image_history, embeddings, or text; ' +
    `was ${typeof first.type === 'string' ? first.type : 'unknown'}`
  )
}

/**
 * Changes a window as a body asks.
 *
 * @param warn hears why a body that visdom's server passes over in silence changed nothing
 * @throws BadRequest if the body can't be understood, before anything is changed
 */
export function updateWindow(edit: Edit, body: JsonObject, limits: HubLimits, warn: (message: string) => void): void {
  switch (edit.window.type) {
    case 'text':
      updateText(edit, body, limits.maxTextLength)
      break
    case 'image_history':
      updateHistory(edit, body, limits)
      break
    case 'embeddings':
      updateEmbeddings(edit, body, limits.maxHistory)
      break
    default:
      updatePlot(edit, body, warn)
  }
}

function firstItem(body: JsonObject): Record<string, unknown> {
  const [first] = dataField(body)
  if (first === undefined) throw new BadRequest('data should have an item, but it is an empty list')
  return first
}

function updateText(edit: Edit, body: JsonObject, maxLength: number): void {
  const { content } = firstItem(body)
  if (typeof content !== 'string' && typeof content !== 'number' && typeof content !== 'boolean')
    throw new BadRequest(`data[0].content should be text, but got ${describe(content)}`)
  const { window } = edit
  const before = window.content as string
  const added = `<br>${content}`
  const excess = before.length + added.length - maxLength
  if (excess > 0) {
    const line = before.indexOf('<br>', excess - '<br>'.length)
    if (line < 0)
      throw new BadRequest(
        `the text would have ${before.length + added.length} characters, and more than ${maxLength} are not kept`,
      )
    // an eighth more goes, so that the next lines fit: to cut off one line at a time would send all of the text each time
    const later = before.indexOf('<br>', excess + Math.floor(maxLength / 8))
    edit.set(window, '', 'content', before.slice((later < 0 ? line : later) + '<br>'.length) + added)
  } else {
    edit.lengthen(window, '', 'content', added)
  }
}

function updateHistory(edit: Edit, body: JsonObject, { maxHistory, maxHistoryLength }: HubLimits): void {
  const item = firstItem(body)
  const { window } = edit
  const images = window.content as Record<string, unknown>[]
  if (item.type === 'image_update_selected') {
    const selected = item.selected ?? item.content
    if (typeof selected !== 'number' || !Number.isFinite(selected))
      throw new BadRequest(`data[0].selected should be a number, but got ${describe(selected)}`)
    edit.set(window, '', 'selected', Math.max(0, Math.min(images.length - 1, Math.trunc(selected))))
  } else if (item.type === 'image_history') {
    if (!isObject(item.content))
      throw new BadRequest(`data[0].content should be an image, but got ${describe(item.content)}`)
    edit.insert(images, '/content', [item.content])
    let length = images.reduce((sum, image) => sum + imageLength(image), 0)
    while (images.length > 1 && (images.length > maxHistory || length > maxHistoryLength)) {
      length -= imageLength(images[0]!)
      edit.remove(images, '/content', 0)
    }
    edit.set(window, '', 'selected', images.length - 1)
  }
}

/** Characters of the text in the fields of an image. */
function imageLength(image: Record<string, unknown>): number {
  let length = 0
  for (const field of Object.values(image)) if (typeof field === 'string') length += field.length
  return length
}

function updateEmbeddings(edit: Edit, body: JsonObject, maxHistory: number): void {
  const { data } = body
  if (!isObject(data)) throw new BadRequest(`data should be an object, but got ${describe(data)}`)
  const { window } = edit
  const content = window.content as Record<string, unknown>
  if (data.update_type === 'EntitySelected') {
    edit.set(content, '/content', 'selected', data.selected ?? null)
  } else if (data.update_type === 'RegionSelected') {
    if (!Array.isArray(data.points))
      throw new BadRequest(`data.points should be a list, but got ${describe(data.points)}`)
    const old = window.old_content as unknown[]
    old.push(content.data ?? [])
    if (old.length > maxHistory) old.shift()
    edit.set(content, '/content', 'selected', null)
    edit.set(content, '/content', 'has_previous', true)
    edit.set(content, '/content', 'data', data.points)
    edit.whole = true
  }
}

/** Goes back to the points before the latest region of an embedding was chosen; false if there are none. */
export function popEmbeddings(edit: Edit): boolean {
  const { window } = edit
  const old = window.old_content
  if (window.type !== 'embeddings' || !Array.isArray(old) || old.length === 0) return false
  const content = window.content as Record<string, unknown>
  edit.set(content, '/content', 'selected', null)
  edit.set(content, '/content', 'data', old.pop())
  edit.set(content, '/content', 'has_previous', old.length > 0)
  edit.whole = true
  return true
}

function updatePlot(edit: Edit, body: JsonObject, warn: (message: string) => void): void {
  const layout = objectField(body, 'layout')
  const opts = objectField(body, 'opts')
  const plot = edit.window.content as PlotState
  const legend = readLegend(opts.legend, plot.data.length)
  const change = tracesChange(edit, body, plot.data, legend, warn)
  for (const [key, value] of Object.entries(layout))
    if (value !== null && value !== undefined) edit.set(plot.layout, '/content/layout', key, value)
  for (const [key, value] of Object.entries(opts))
    if (value !== null && value !== undefined) setOption(edit, key, value)
  if (legend !== undefined)
    for (let i = 0; i < plot.data.length; i++) edit.set(plot.data[i]!, `/content/data/${i}`, 'name', legend[i])
  change?.()
}

/** Fields of a window that options must not touch: its name, and what it holds. */
const OWN_FIELDS = ['command', 'version', 'id', 'contentID', 'content', 'type', 'i', 'selected', 'old_content']

function setOption(edit: Edit, key: string, value: unknown): void {
  if (OWN_FIELDS.includes(key)) return
  const read = { title: readTitle, inflate: readInflate, width: readSize, height: readSize }
  edit.set(edit.window, '', key, Object.hasOwn(read, key) ? read[key as keyof typeof read](value) : value)
}

function readLegend(legend: unknown, traces: number): unknown[] | undefined {
  if (legend === undefined || legend === null) return undefined
  if (!Array.isArray(legend) || legend.length < traces)
    throw new BadRequest(
      `opts.legend names all traces: it should be a list of ${traces} or more names, but got ${describe(legend)}`,
    )
  return legend
}

/** Checks what a body brings for the traces; the function that is returned changes them. */
function tracesChange(
  edit: Edit,
  body: JsonObject,
  traces: TraceState[],
  legend: readonly unknown[] | undefined,
  warn: (message: string) => void,
): (() => void) | undefined {
  const name = body.name ?? undefined
  if (name !== undefined && typeof name !== 'string' && typeof name !== 'number')
    throw new BadRequest(`name should be that of a trace, but got ${describe(name)}`)
  if (name === undefined && (body.data === undefined || body.data === null) && !truthy(body.delete)) return undefined
  const meant: number[] = []
  for (let i = 0; i < traces.length; i++) {
    const own = legend === undefined ? traces[i]!.name : legend[i]
    if (name === undefined || own === name) meant.push(i)
  }
  if (truthy(body.delete)) {
    return () => {
      for (const index of meant.reverse()) edit.remove(traces, '/content/data', index)
    }
  }
  const data = dataField(body)
  if (name !== undefined && data.length !== 1)
    throw new BadRequest(`data should have one trace, since name is ${describe(name)}, but it has ${data.length}`)
  if (data.length === 0) return undefined
  const append = truthy(body.append)
  if (meant.length === 1 && traces[meant[0]!]!.type === 'heatmap')
    return updateHeatmap(edit, meant[0]!, data[0]!, body.updateDir, append, warn)
  if (meant.length === 0) {
    // a heatmap keeps the name it has
    const made = data.map((trace) => (name === undefined || trace.type === 'heatmap' ? trace : withName(trace, name)))
    return () => edit.insert(traces, '/content/data', made)
  }
  return updateTraces(edit, traces, meant.slice(0, data.length), data, append)
}
