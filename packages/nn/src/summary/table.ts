/** Tables of layers as text. */
import { ValueError } from '@tsorch/core'
import type { ModelSummary, SummaryRow } from './summary.js'

/** What a table can show of each layer. */
export type SummaryColumn = 'kernelShape' | 'inputShape' | 'outputShape' | 'params' | 'multAdds' | 'trainable'

const titles: Readonly<Record<SummaryColumn, string>> = {
  kernelShape: 'Kernel Shape',
  inputShape: 'Input Shape',
  outputShape: 'Output Shape',
  params: 'Param #',
  multAdds: 'Mult-Adds',
  trainable: 'Trainable',
}

/** How a table is written. */
export interface SummaryTableOptions {
  /** Below how many levels layers are left out, 3 if not given. */
  depth?: number
  /** Output shapes and numbers of parameters, if not given. */
  columns?: readonly SummaryColumn[]
  /** Width of each column, 25 if not given. */
  columnWidth?: number
  /** Whether the names of layers in their modules are shown. */
  names?: boolean
}

/** @throws ValueError for columns that there are not */
export function checkColumns(columns: readonly string[] = []): void {
  for (const column of columns) {
    if (!Object.hasOwn(titles, column))
      throw new ValueError(`summary(): unknown column '${column}', expected ${Object.keys(titles).join(', ')}`)
  }
}

/** `1234567` as `1,234,567`. */
function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',')
}

function shapeText(shape: readonly number[] | undefined): string {
  return shape === undefined ? '--' : `[${shape.join(', ')}]`
}

/** Parameters of a layer alone; with those below it, where these have no rows of their own. */
function parameterText(row: SummaryRow, isLast: boolean): string {
  if (row.params === 0) return '--'
  if (row.isRecursive) return '(recursive)'
  const count = row.isLeaf || isLast ? row.params : row.ownParams
  if (count === 0) return '--'
  return row.trainableParams === 0 ? `(${grouped(count)})` : grouped(count)
}

function multAddsText(row: SummaryRow, isLast: boolean): string {
  return row.multAdds > 0 && (row.isLeaf || isLast) ? grouped(row.multAdds) : '--'
}

function trainableText({ params, trainableParams }: SummaryRow): string {
  if (params === 0) return '--'
  if (trainableParams === 0) return 'False'
  return trainableParams === params ? 'True' : 'Partial'
}

function cell(column: SummaryColumn, row: SummaryRow, isLast: boolean): string {
  switch (column) {
    case 'kernelShape':
      return shapeText(row.kernelShape)
    case 'inputShape':
      return shapeText(row.inputShapes[0])
    case 'outputShape':
      return shapeText(row.outputShapes[0])
    case 'params':
      return parameterText(row, isLast)
    case 'multAdds':
      return multAddsText(row, isLast)
    case 'trainable':
      return trainableText(row)
  }
}

function branch(depth: number): string {
  if (depth === 0) return ''
  return depth === 1 ? '├─' : `${'│    '.repeat(depth - 1)}└─`
}

function title(row: SummaryRow, names: boolean): string {
  const name = names && row.name !== '' ? ` (${row.name})` : ''
  return `${row.type}${name}${row.depth === 0 ? '' : `: ${row.depth}-${row.index}`}`
}

/** A number in the unit that fits it: ` (M): 1.23`. */
function inUnits(n: number): string {
  for (const [unit, size] of [
    ['T', 1e12],
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (n >= size) return ` (${unit}): ${(n / size).toFixed(2)}`
  }
  return `: ${n}`
}

function megabytes(bytes: number): string {
  return ` (MB): ${(bytes / 1e6).toFixed(2)}`
}

/** A summary as a table, with totals below it. */
export function tableOf(summary: ModelSummary, options: SummaryTableOptions): string {
  const { depth = 3, columnWidth = 25, names = false } = options
  checkColumns(options.columns)
  const columns = options.columns ?? (summary.hasRun ? ['outputShape', 'params'] : ['params'])
  const rows = summary.rows.filter((row) => row.depth <= depth)
  const longest = Math.max(0, ...rows.map((row) => title(row, names).length + row.depth * 5 + 1))
  const width = longest >= 40 ? Math.ceil(longest / 5) * 5 : 40
  const line = (first: string, cells: readonly string[]): string =>
    `${first.padEnd(width)} ${cells.map((text) => `${text.padEnd(columnWidth)} `).join('')}`.trimEnd()
  const rule = '='.repeat(width + columns.length * columnWidth)
  const lines = [
    rule,
    line(
      `Layer (type${names ? ' (var_name)' : ''}:depth-idx)`,
      columns.map((column) => titles[column]),
    ),
    rule,
    ...rows.map((row) =>
      line(
        branch(row.depth) + title(row, names),
        columns.map((column) => cell(column, row, row.depth === depth)),
      ),
    ),
    rule,
    `Total params: ${grouped(summary.totalParams)}`,
    `Trainable params: ${grouped(summary.trainableParams)}`,
    `Non-trainable params: ${grouped(summary.nonTrainableParams)}`,
  ]
  if (summary.hasRun) {
    lines.push(
      `Total mult-adds${inUnits(summary.totalMultAdds)}`,
      rule,
      `Input size${megabytes(summary.inputBytes)}`,
      `Forward/backward pass size${megabytes(summary.forwardBackwardBytes)}`,
      `Params size${megabytes(summary.paramBytes)}`,
      `Estimated Total Size${megabytes(summary.totalBytes)}`,
    )
  }
  return [...lines, rule].join('\n')
}
