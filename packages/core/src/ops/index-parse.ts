/** What may be written in an index, and what it means. */

import { type TensorData, tensor } from '../create/from-data.js'
import type { Device } from '../dispatch/registry.js'
import { bool, Category, uint8 } from '../dtype.js'
import { IndexError, ValueError } from '../errors.js'
import { describe } from '../options.js'
import { Tensor } from '../tensor.js'
import { moveTo } from './cast.js'
import { isIndexType } from './index-tensor.js'

/** A range of a dimension, as Python writes it: `'1:5'`, `':-1'`, `'::2'`, `':'`. */
export type SliceText = `${string}:${string}`

/** A range of a dimension, for bounds that a program computes. What is absent or null is open. */
export interface Slice {
  readonly start?: number | null
  readonly stop?: number | null
  /** Greater than zero. */
  readonly step?: number | null
}

/** Positions to pick, or a mask of booleans, nested as the result's dimensions shall be. */
export interface IndexList extends ReadonlyArray<number | boolean | IndexList> {}

/**
 * One item of an index: a position (negative from the end), a {@link Slice} as text or object, `'...'` for all dimensions in
 * between, `null` for a new dimension of size 1, `true` or `false` for a new dimension of size 1 or 0, or positions to pick: an
 * integer tensor or lists of numbers, a bool tensor or lists of booleans.
 */
export type Index =
  | number
  | boolean
  | null
  | SliceText
  | '...'
  | Slice
  | Tensor
  | IndexList
  | Int32Array
  | BigInt64Array

/** A range with its open ends as null; the step is 1 or more. */
export interface Range {
  readonly start: number | null
  readonly stop: number | null
  readonly step: number
}

/** One item of an index, understood. */
export type IndexItem =
  | { readonly kind: 'position'; readonly value: number }
  | { readonly kind: 'range'; readonly range: Range }
  | { readonly kind: 'ellipsis' }
  | { readonly kind: 'newDimension' }
  | { readonly kind: 'truth'; readonly value: boolean }
  | { readonly kind: 'tensor'; readonly tensor: Tensor }

const sliceText = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/

function range(start: number | null, stop: number | null, step: number | null): IndexItem {
  if (step === 0) throw new ValueError('slice step cannot be zero')
  if (step !== null && step < 0) throw new ValueError('step must be greater than zero')
  return { kind: 'range', range: { start, stop, step: step ?? 1 } }
}

function parseText(text: string): IndexItem {
  if (text === '...') return { kind: 'ellipsis' }
  const match = sliceText.exec(text)
  if (match === null) {
    throw new IndexError(
      `an index text must be a slice such as ':', '1:-1' or '::2', or '...', but got ${describe(text)}`,
    )
  }
  const [start, stop, step] = [match[1], match[2], match[3]].map((part) => (part === undefined ? null : Number(part)))
  return range(start!, stop!, step!)
}

const bounds = ['start', 'stop', 'step'] as const

function parseSlice(slice: Slice): IndexItem {
  for (const [name, value] of Object.entries(slice)) {
    if (!(bounds as readonly string[]).includes(name))
      throw new TypeError(`a slice has start, stop and step, but got an object with '${name}'`)
    if (value !== null && value !== undefined && !Number.isInteger(value))
      throw new TypeError(`slice indices must be integers or null, but got ${name}: ${describe(value)}`)
  }
  return range(slice.start ?? null, slice.stop ?? null, slice.step ?? null)
}

/** Whether a tensor picks by truth, and stands for as many dimensions as it has. */
export function isMask(index: Tensor): boolean {
  return index.dtype === bool || index.dtype === uint8
}

function parseTensor(index: Tensor, device: Device): IndexItem {
  if (!isMask(index) && !isIndexType(index.dtype))
    throw new IndexError(`tensors used as indices must be long, int, byte or bool tensors, but got ${index.dtype.name}`)
  if (index.ndim > 0) return { kind: 'tensor', tensor: moveTo(index, device) }
  // a 0-d tensor is a number; where it cannot be read now it stays a tensor, which picks the same
  if (index.dtype.category === Category.bool || index.dtype === uint8)
    return { kind: 'truth', value: Boolean(index.item()) }
  if (index.storage.device.memory.readSync(index) === null) return { kind: 'tensor', tensor: moveTo(index, device) }
  return { kind: 'position', value: index.item() }
}

function invalid(index: unknown): IndexError {
  return new IndexError(
    `only integers, slices (':', '1:-1', { start, stop, step }), ellipsis ('...'), null and integer or bool tensors or lists are valid indices (got ${describe(index)})`,
  )
}

function parseList(data: TensorData, device: Device): IndexItem {
  const list = tensor(data, { device: device.name })
  // an empty list picks nothing, and says nothing of a dtype
  if (list.count === 0) return { kind: 'tensor', tensor: tensor(data, { device: device.name, dtype: 'int64' }) }
  return parseTensor(list, device)
}

/** One item of an index. @throws IndexError, TypeError or ValueError if it cannot be one */
function parseItem(index: Index, device: Device): IndexItem {
  if (typeof index === 'number') {
    if (!Number.isInteger(index)) throw invalid(index)
    return { kind: 'position', value: index }
  }
  if (typeof index === 'string') return parseText(index)
  if (index === null) return { kind: 'newDimension' }
  if (typeof index === 'boolean') return { kind: 'truth', value: index }
  if (index instanceof Tensor) return parseTensor(index, device)
  if (Array.isArray(index) || ArrayBuffer.isView(index)) return parseList(index as TensorData, device)
  if (typeof index === 'object' && Object.getPrototypeOf(index) === Object.prototype) return parseSlice(index as Slice)
  throw invalid(index)
}

/** The items of an index for a tensor of `ndim` dimensions. @throws IndexError if they name more dimensions than it has */
export function parseIndex(indices: readonly Index[], ndim: number, device: Device): IndexItem[] {
  const items = indices.map((index) => parseItem(index, device))
  if (dimensionsOf(items) > ndim) {
    const single = items.length === 1 && items[0]!.kind === 'position'
    if (ndim === 0 && single) {
      throw new IndexError('invalid index of a 0-dim tensor. Use `tensor.item()` to convert a 0-dim tensor to a number')
    }
    throw new IndexError(`too many indices for tensor of dimension ${ndim}`)
  }
  return items
}

/** How many dimensions of the tensor the items name. */
export function dimensionsOf(items: readonly IndexItem[]): number {
  let count = 0
  for (const item of items) {
    if (item.kind === 'position' || item.kind === 'range') count++
    else if (item.kind === 'tensor') count += isMask(item.tensor) ? item.tensor.ndim : 1
  }
  return count
}

/** First position, and the one after the last, of a range in a dimension of `size`, as Python cuts them. */
export function boundsOf({ start, stop }: Range, size: number): [number, number] {
  const cut = (bound: number) => Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size)
  const from = start === null ? 0 : cut(start)
  return [from, Math.max(from, stop === null ? size : cut(stop))]
}
