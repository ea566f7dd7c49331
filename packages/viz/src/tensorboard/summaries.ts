/** The values that a writer's methods log. */
import type { SummaryTensor, SummaryValue, TensorDtype } from './event.js'
import { toPixels } from './image.js'
import { encodePng } from './png.js'
import { makePrCurve, type PrCurve } from './pr-curve.js'
import { describe, readScalar, readValues, type Values } from './values.js'
import { ProtoWriter } from './wire.js'

const nothing = new Uint8Array(0)

/** How a scalar is stored. */
export interface ScalarStyle {
  /** As a tensor, in place of a field of its own. */
  newStyle: boolean
  /** In 64 bits, of a tensor. */
  doublePrecision: boolean
}

export function scalarValue(name: string, tag: string, value: Values | bigint, style: ScalarStyle): SummaryValue {
  const number = readScalar(name, value)
  if (!style.newStyle) return { tag, simpleValue: number }
  const dtype = style.doublePrecision ? 'DT_DOUBLE' : 'DT_FLOAT'
  return {
    tag,
    tensor: { dtype, shape: null, values: [number] },
    metadata: { pluginName: 'scalars', content: nothing },
  }
}

export function imageValue(name: string, tag: string, image: Values, dataformats: string): SummaryValue {
  const pixels = toPixels(name, readValues(name, image), dataformats)
  const { height, width, channels: colorspace } = pixels
  return { tag, image: { height, width, colorspace, encodedImageString: encodePng(pixels) } }
}

export function textValue(tag: string, text: string): SummaryValue {
  if (typeof text !== 'string') throw new TypeError(`addText: expected a string, but got ${describe(text)}`)
  return {
    tag: `${tag}/text_summary`,
    tensor: { dtype: 'DT_STRING', shape: [1], values: [], strings: [text] },
    metadata: { pluginName: 'text', content: nothing },
  }
}

const tensorTypes: Readonly<Record<string, TensorDtype>> = {
  float32: 'DT_FLOAT',
  float64: 'DT_DOUBLE',
  int32: 'DT_INT32',
  uint8: 'DT_UINT8',
  int16: 'DT_INT16',
  int8: 'DT_INT8',
  int64: 'DT_INT64',
  bool: 'DT_BOOL',
}

/** @throws TypeError for a data type that cannot be stored */
export function tensorValue(tag: string, tensor: Values): SummaryValue {
  const { data: values, shape, dtype } = readValues('addTensor', tensor)
  const type = tensorTypes[dtype]
  if (type === undefined) throw new TypeError(`addTensor: ${tag} has unsupported tensor dtype ${dtype}`)
  return { tag, tensor: { dtype: type, shape, values }, metadata: { pluginName: 'tensor', content: nothing } }
}

/** More of them TensorBoard does not take. */
const MAX_THRESHOLDS = 127

/** @throws RangeError if labels, predictions and weights are of different lengths */
export function prCurveValue(
  tag: string,
  labels: Values,
  predictions: Values,
  numThresholds: number,
  weights: Values | null,
): SummaryValue {
  const [truth, predicted] = [readValues('addPrCurve', labels), readValues('addPrCurve', predictions)]
  const weight = weights === null ? null : readValues('addPrCurve', weights)
  const count = predicted.data.length
  if (truth.data.length !== count)
    throw new RangeError(`addPrCurve: there are ${truth.data.length} labels, but ${count} predictions`)
  if (weight !== null && weight.data.length !== 1 && weight.data.length !== count)
    throw new RangeError(`addPrCurve: there are ${weight.data.length} weights, but ${count} predictions`)
  const thresholds = Math.min(numThresholds, MAX_THRESHOLDS)
  if (!Number.isInteger(thresholds) || thresholds < 2)
    throw new RangeError(`addPrCurve: expected numThresholds of 2 or more, but got ${numThresholds}`)
  return curveValue(tag, makePrCurve(truth, predicted, weight, thresholds))
}

/** A curve that is there already. */
export function curveValue(tag: string, curve: PrCurve): SummaryValue {
  const rows = [
    curve.truePositives,
    curve.falsePositives,
    curve.trueNegatives,
    curve.falseNegatives,
    curve.precision,
    curve.recall,
  ]
  const thresholds = curve.precision.length
  const values = new Float64Array(rows.length * thresholds)
  rows.forEach((row, i) => {
    values.set(row, i * thresholds)
  })
  const tensor: SummaryTensor = { dtype: 'DT_FLOAT', shape: [rows.length, thresholds], values }
  const content = new ProtoWriter().int(2, thresholds).finish()
  return { tag, tensor, metadata: { pluginName: 'pr_curves', content } }
}
