/** Windows as the hub keeps them: made from the body of `events`, or from what was saved. */
import { isObject, setField } from '../protocol/json.js'
import type { JsonObject, WindowType } from '../protocol/types.js'
import { BadRequest, copyJson, dataField, describe, label, objectField } from './body.js'

/** A window that may be changed; see {@link Window}. */
export interface WindowState {
  readonly command: 'window'
  version: number
  readonly id: string
  title: string
  inflate: boolean
  width: number | null
  height: number | null
  contentID: string
  content: unknown
  readonly type: WindowType
  i: number
  [key: string]: unknown
}

/** The content of a window of type `plot` that may be changed. */
export interface PlotState {
  readonly data: TraceState[]
  readonly layout: Record<string, unknown>
}

export type TraceState = Record<string, unknown>

/** The window that the body of `events` asks for; its place is not known yet. */
export function makeWindow(body: JsonObject, id: string, contentID: string): WindowState {
  const data = dataField(body)
  const opts = objectField(body, 'opts')
  const [first] = data
  if (first === undefined) throw new BadRequest('data should have an item, but it is an empty list')
  const { type } = first
  if (typeof type !== 'string') throw new BadRequest(`data[0].type should be text, but got ${describe(type)}`)
  const window: WindowState = {
    command: 'window',
    version: readVersion(body.version),
    id,
    title: readTitle(opts.title),
    inflate: readInflate(opts.inflate),
    width: readSize(opts.width),
    height: readSize(opts.height),
    contentID,
    ...makeContent(body, type, data, opts),
    i: 0,
  }
  return window
}

type Content = { content: unknown; type: WindowType; [key: string]: unknown }

function makeContent(
  body: JsonObject,
  type: string,
  data: Record<string, unknown>[],
  opts: Record<string, unknown>,
): Content {
  if (!isOtherType(type)) {
    return { content: { data: copyJson(data), layout: copyJson(objectField(body, 'layout')) }, type: 'plot' }
  }
  const content = readText(type, data[0]!.content)
  if (content === undefined) throw new BadRequest(`data[0].content is missing, for a window of type ${type}`)
  checkContent(type, content, 'data[0].content')
  const copy = copyJson(content)
  if (type === 'image_history')
    return { content: [copy], selected: 0, type, show_slider: copyJson(opts.show_slider ?? true) }
  if (type === 'network') {
    return {
      content: copy,
      type,
      directed: copyJson(opts.directed ?? false),
      showEdgeLabels: copyJson(opts.showEdgeLabels ?? 'hover'),
      showVertexLabels: copyJson(opts.showVertexLabels ?? 'hover'),
    }
  }
  if (type === 'embeddings') {
    setField(copy as object, 'has_previous', false)
    return { content: copy, type, old_content: [] }
  }
  return { content: copy, type }
}

const OTHER_TYPES = ['image', 'image_history', 'text', 'properties', 'network', 'embeddings'] as const

function isOtherType(type: string): type is (typeof OTHER_TYPES)[number] {
  return (OTHER_TYPES as readonly string[]).includes(type)
}

/** A text window may have been given a number. */
function readText(type: unknown, content: unknown): unknown {
  return type === 'text' && (typeof content === 'number' || typeof content === 'boolean') ? String(content) : content
}

/** Checks as much of a content as is needed for later changes of it. */
function checkContent(type: Exclude<WindowType, 'plot'>, content: unknown, what: string): void {
  const expected =
    type === 'text'
      ? 'text'
      : type === 'properties'
        ? 'a list of properties'
        : `an object, for a window of type ${type}`
  const good =
    type === 'text'
      ? typeof content === 'string'
      : type === 'properties'
        ? Array.isArray(content)
        : isObject(content) && (type !== 'embeddings' || content.data === undefined || Array.isArray(content.data))
  if (!good) throw new BadRequest(`${what} should be ${expected}, but got ${describe(content)}`)
}

export const readVersion = (value: unknown): number => (Number.isSafeInteger(value) ? (value as number) : 1)
export const readTitle = (value: unknown): string => (value === undefined || value === null ? '' : label(value))
export const readInflate = (value: unknown): boolean => (typeof value === 'boolean' ? value : true)
export const readSize = (value: unknown): number | null =>
  typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : null

/**
 * A window that was saved, or that a client set as a whole: whatever is not as it should be gets its usual value.
 *
 * @throws BadRequest if it is no window
 */
export function restoreWindow(saved: unknown, id: string, place: number, makeId: () => string): WindowState {
  if (!isObject(saved)) throw new BadRequest(`window '${id}' should be an object, but got ${describe(saved)}`)
  const { type } = saved
  const content = readText(type, saved.content)
  if (type === 'plot') {
    if (!isObject(content) || !Array.isArray(content.data) || !content.data.every(isObject))
      throw new BadRequest(`window '${id}': content.data should be a list of traces`)
  } else if (typeof type !== 'string') {
    throw new BadRequest(`window '${id}': type should be text, but got ${describe(type)}`)
  } else if (!isOtherType(type)) {
    // of another version of visdom: kept as it is
    if (content === undefined) throw new BadRequest(`window '${id}': content is missing`)
  } else if (type === 'image_history') {
    if (!Array.isArray(content) || !content.every(isObject))
      throw new BadRequest(`window '${id}': content should be a list of images, but got ${describe(content)}`)
  } else {
    checkContent(type, content, `window '${id}': content`)
  }
  const window = copyJson(saved) as WindowState
  setFields(window, {
    command: 'window',
    version: readVersion(saved.version),
    id,
    content: copyJson(content),
    title: readTitle(saved.title),
    inflate: readInflate(saved.inflate),
    width: readSize(saved.width),
    height: readSize(saved.height),
    contentID: typeof saved.contentID === 'string' ? saved.contentID : makeId(),
    i: Number.isSafeInteger(saved.i) ? saved.i : place,
  })
  if (type === 'plot' && !isObject((window.content as Record<string, unknown>).layout))
    setField(window.content as object, 'layout', {})
  if (type === 'image_history' && !Number.isSafeInteger(saved.selected))
    window.selected = Math.max(0, (window.content as unknown[]).length - 1)
  if (type === 'embeddings' && !Array.isArray(saved.old_content)) window.old_content = []
  return window
}

function setFields(object: object, fields: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(fields)) setField(object, key, value)
}
