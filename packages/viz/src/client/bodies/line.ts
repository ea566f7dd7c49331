import type { Values } from '../../tensorboard/values.js'
import type { Call, Target } from '../call.js'
import { checkOpts, copyOpts, optionOr, truthy } from '../check-opts.js'
import { checkOneOrTwo, checkSameShape, linspace, type Matrix, read, shapeText } from '../matrix.js'
import type { LineOpts } from '../opts.js'
import { checkUpdate, equalGroups, removeCall, type TraceOptions, traces } from './scatter.js'

/** `viz.line(Y, { X })`: a line for each column of `Y`. */
export function lineCall(
  target: Target,
  Y: Values | null,
  X: Values | null,
  { opts, update = null, name = null }: TraceOptions<LineOpts>,
): Call {
  checkUpdate('line', update)
  if (update === 'remove') return removeCall('line', target, name, opts)
  if (update !== null && X === null) throw new TypeError(`line: update '${update}' needs X, the places on the x axis`)
  if (Y === null) throw new TypeError('line: expected values, but Y is null')
  const y = read('line', Y)
  checkOneOrTwo('line', 'Y', y)
  const [count = 0, lines = 1] = y.shape
  if (count * lines === 0)
    throw new RangeError(`line: there should be something to draw, but Y has shape ${shapeText(y.shape)}`)
  const x = readX(X, y)

  const copied = copyOpts('line', opts)
  copied.markers = optionOr(copied, 'markers', false)
  copied.fillarea = optionOr(copied, 'fillarea', false)
  copied.mode = truthy(copied.markers) ? 'lines+markers' : 'lines'
  checkOpts('line', copied)

  const points = new Float64Array(2 * count * lines)
  for (let k = 0, at = 0; k < lines; k++) {
    for (let i = 0; i < count; i++) {
      points[at++] = x.data[i * lines + k]!
      points[at++] = y.data[i * lines + k]!
    }
  }
  const all = { data: points, shape: [count * lines, 2], dtype: 'float64' }
  return traces('line', target, equalGroups(all, lines), copied, opts ?? {}, update, name)
}

function readX(X: Values | null, y: Matrix): Matrix {
  const count = y.shape[0]!
  if (X === null && y.shape.length === 1) return { data: linspace(0, 1, count), shape: [count], dtype: 'float64' }
  const x = X === null ? { data: linspace(0, 1, count), shape: [count], dtype: 'float64' } : read('line', X)
  checkOneOrTwo('line', 'X', x)
  if (y.shape.length === 1 || x.shape.length === 2) {
    checkSameShape('line', 'X', 'Y', x, y)
    return x
  }
  // one x axis for all lines
  if (x.shape[0] !== count)
    throw new RangeError(`line: X should have the length of Y, but got ${shapeText(x.shape)} and ${shapeText(y.shape)}`)
  const lines = y.shape[1]!
  return {
    data: Array.from({ length: count * lines }, (_, i) => x.data[Math.floor(i / lines)]!),
    shape: y.shape,
    dtype: x.dtype,
  }
}
