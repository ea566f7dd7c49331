/** Values that are not finite in plots that nobody has scrolled to yet: what is drawn is watched by the drawing. */
import type { PatchOp, Window } from '../../protocol/types.js'
import type { PlotFlag } from '../plot/types.js'

/** What is not finite comes to pages as text. */
const isNotFinite = (value: unknown): boolean => value === 'NaN' || value === 'Infinity' || value === '-Infinity'

const isLine = (type: unknown): boolean => type === undefined || type === 'scatter' || type === 'scattergl'

/**
 * The first line of a plot with a value that is not finite.
 *
 * @param ops what came since the last look; none if all is new
 */
export function findFlag(window: Window, ops: readonly PatchOp[]): PlotFlag | null {
  if (window.type !== 'plot') return null
  const { data } = window.content as { readonly data?: readonly Record<string, unknown>[] }
  if (!Array.isArray(data)) return null
  const index = ops.length === 0 ? data.findIndex(hasNotFinite) : newNotFinite(data, ops)
  return index < 0 ? null : { trace: String(data[index]?.name ?? ''), message: '', reason: 'not finite' }
}

function hasNotFinite({ type, y }: Record<string, unknown>): boolean {
  return isLine(type) && Array.isArray(y) && y.some(isNotFinite)
}

function newNotFinite(data: readonly Record<string, unknown>[], ops: readonly PatchOp[]): number {
  for (const op of ops) {
    const trace = /^\/content\/data\/(\d+)(?:$|\/y(?:$|\/))/.exec(op.path)?.[1]
    if (trace === undefined || op.op === 'remove') continue
    const { value } = op
    const isNew = typeof value === 'object' ? hasNotFinite(data[Number(trace)] ?? {}) : isNotFinite(value)
    if (isNew && isLine(data[Number(trace)]?.type)) return Number(trace)
  }
  return -1
}
