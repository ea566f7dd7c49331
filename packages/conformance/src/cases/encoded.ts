/**
 * How the fixtures spell values. JSON has no float 2.0, no tuple and no tensor, so everything but null, booleans, strings,
 * integers and lists is an object with one telling key.
 */

/** A tensor: `tensor` names its data in the group's tensor file. */
export interface TensorRecord {
  readonly tensor: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** Present if not row-major: the data then is a 1-d storage to build the view over. */
  readonly strides?: readonly number[]
  readonly offset?: number
  readonly requires_grad?: boolean
  /** The result's strides in PyTorch; binding for views only. */
  readonly result_strides?: readonly number[]
  /** Path of the input whose storage the result shares. */
  readonly view_of?: string
}

/** Any encoded value. */
export type Encoded = null | boolean | number | string | readonly Encoded[] | EncodedObject | TensorRecord

/** An encoded value that is neither plain JSON nor a tensor. */
export interface EncodedObject {
  readonly [form: string]: Encoded | undefined
}

/** Arguments by name. */
export type EncodedArgs = Readonly<Record<string, Encoded>>

/** Absolute and relative tolerance: `|got - want| <= atol + rtol |want|`. */
export interface Tolerance {
  readonly rtol: number
  readonly atol: number
}

/** Whether an encoded value is a tensor. */
export function isTensorRecord(value: unknown): value is TensorRecord {
  return typeof value === 'object' && value !== null && typeof (value as { tensor?: unknown }).tensor === 'string'
}

/** The encoded object's content under one key, undefined for anything else. */
export function form(value: Encoded | undefined, key: string): Encoded | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isTensorRecord(value)) return undefined
  return (value as EncodedObject)[key]
}

/** The items of a list or tuple, undefined for anything else. */
export function items(value: Encoded | undefined): readonly Encoded[] | undefined {
  if (Array.isArray(value)) return value as readonly Encoded[]
  return form(value, 'tuple') as readonly Encoded[] | undefined
}

/** The number that an encoded int or float stands for, undefined for anything else; a bigint past 2^53. */
export function scalar(value: Encoded | undefined): number | bigint | undefined {
  if (typeof value === 'number') return value
  const float = form(value, 'float')
  if (float !== undefined)
    return float === 'nan'
      ? Number.NaN
      : float === 'inf'
        ? Number.POSITIVE_INFINITY
        : float === '-inf'
          ? Number.NEGATIVE_INFINITY
          : (float as number)
  const int = form(value, 'int')
  return int === undefined ? undefined : BigInt(int as string)
}

/** As {@link scalar}, for values that must be ordinary numbers. */
export function number(value: Encoded | undefined): number {
  const x = scalar(value)
  if (x === undefined) throw new TypeError(`fixture: expected a number, but got ${JSON.stringify(value)}`)
  return Number(x)
}

/** The floats in a value and its lists, as the fixtures spell them. */
export function floatsIn(value: Encoded): unknown[] {
  const list = items(value)
  if (list !== undefined) return list.flatMap(floatsIn)
  const x = form(value, 'float')
  return x === undefined ? [] : [x]
}
