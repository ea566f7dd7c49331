import { bindOptions, type DTypeLike, forkRng, noGrad, rand, type Shape, Tensor, ValueError, zeros } from '@tsorch/core'
import { ownModules, ownParameters } from '../module/entries.js'
import { joinPath } from '../module/keys.js'
import type { AnyModule } from '../module/module.js'
import { className } from '../module/print.js'
import type { Parameter } from '../parameter.js'
import { bytesOf, isLeaf, type LayerRecord, recordCall } from './record.js'
import { checkColumns, type SummaryTableOptions, tableOf } from './table.js'

/** A layer of a model, at its place in the tree. */
export interface SummaryRow {
  /** Path in the model, `'layer1.0.conv1'`; empty for the model itself. */
  readonly path: string
  /** Name in the module above. */
  readonly name: string
  /** Class. */
  readonly type: string
  /** How many modules are above. */
  readonly depth: number
  /** The how manieth of its depth, from 1 on. */
  readonly index: number
  /** Whether no rows are below: what is below it, if anything, is part of what it computes. */
  readonly isLeaf: boolean
  /** Whether the same module, or all its parameters, have a row above already. */
  readonly isRecursive: boolean
  /** Shapes of the tensors that it was given; none if it was not called. */
  readonly inputShapes: readonly Shape[]
  /** Shapes of the tensors that it gave; none if it was not called. */
  readonly outputShapes: readonly Shape[]
  readonly kernelShape: Shape | undefined
  /** Parameters here and below, each counted once. */
  readonly params: number
  /** Those of them that are trained. */
  readonly trainableParams: number
  /** Parameters of the module itself. */
  readonly ownParams: number
  /** Multiply-adds here and below. */
  readonly multAdds: number
  /** How often it was called. */
  readonly calls: number
}

/** What {@link summary} found. As text it is a table. */
export class ModelSummary {
  /** The model and all its modules, each followed by those below it. */
  readonly rows: readonly SummaryRow[]
  readonly totalParams: number
  readonly trainableParams: number
  /** Multiply-adds of the call: parameters times the positions at which they are used, biases too. */
  readonly totalMultAdds: number
  /** Bytes of the inputs. */
  readonly inputBytes: number
  /** Bytes of what layers with parameters give, and of the gradients of that. */
  readonly forwardBackwardBytes: number
  /** Bytes of the parameters. */
  readonly paramBytes: number
  /** Whether the model was called: without, there are no shapes and no multiply-adds. */
  readonly hasRun: boolean
  private readonly options: SummaryTableOptions

  constructor(
    model: AnyModule,
    records: ReadonlyMap<AnyModule, LayerRecord> | null,
    args: readonly unknown[],
    options: SummaryTableOptions,
  ) {
    const parameters = [...model.parameters()]
    this.rows = rowsOf(model, records ?? new Map())
    this.totalParams = countOf(parameters)
    this.trainableParams = countOf(parameters.filter((p) => p.requiresGrad))
    this.totalMultAdds = this.rows[0]!.multAdds
    this.inputBytes = sum(args.map((arg) => (arg instanceof Tensor ? bytesOf(arg) : 0)))
    this.paramBytes = sum(parameters.map(bytesOf))
    let outputs = 0
    for (const [module, record] of records ?? []) {
      const hasParameters = module.parameters().next().done !== true
      if (isLeaf(module) && hasParameters) outputs += record.outputBytes
    }
    this.forwardBackwardBytes = 2 * outputs
    this.hasRun = records !== null
    this.options = options
  }

  get nonTrainableParams(): number {
    return this.totalParams - this.trainableParams
  }

  /** Inputs, outputs, gradients of these and parameters together. */
  get totalBytes(): number {
    return this.inputBytes + this.forwardBackwardBytes + this.paramBytes
  }

  /** The table: a layer a line, the totals below. */
  toString(options: SummaryTableOptions = {}): string {
    return tableOf(this, { ...this.options, ...options })
  }
}

// Node's console shows the table
Object.defineProperty(ModelSummary.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: ModelSummary) {
    return this.toString()
  },
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

function countOf(parameters: readonly Parameter[]): number {
  return sum(parameters.map((p) => p.count))
}

function rowsOf(model: AnyModule, records: ReadonlyMap<AnyModule, LayerRecord>): SummaryRow[] {
  const rows: SummaryRow[] = []
  const seen = new Set<object>()
  const numbers: number[] = []
  const add = (module: AnyModule, path: string, name: string, depth: number): void => {
    const leaf = isLeaf(module)
    const parameters = [...module.parameters()]
    const own = leaf ? parameters : ownParameters(module).map(({ value }) => value)
    const isRecursive = seen.has(module) || (own.length > 0 && own.every((p) => seen.has(p)))
    const record = records.get(module)
    numbers[depth] = (numbers[depth] ?? 0) + 1
    rows.push({
      path,
      name,
      type: className(module),
      depth,
      index: numbers[depth]!,
      isLeaf: leaf,
      isRecursive,
      inputShapes: record?.inputShapes ?? [],
      outputShapes: record?.outputShapes ?? [],
      kernelShape: kernelOf(module),
      params: countOf(parameters),
      trainableParams: countOf(parameters.filter((p) => p.requiresGrad)),
      ownParams: countOf(own),
      multAdds: sum([...module.modules()].map((part) => records.get(part)?.multAdds ?? 0)),
      calls: record?.calls ?? 0,
    })
    const again = seen.has(module)
    seen.add(module)
    for (const p of own) seen.add(p)
    if (leaf || again) return
    for (const { key, value } of ownModules(module)) add(value, joinPath(path, key), key, depth + 1)
  }
  add(model, '', '', 0)
  return rows
}

function kernelOf(module: AnyModule): Shape | undefined {
  const { kernelSize } = module as unknown as { kernelSize?: unknown }
  if (typeof kernelSize === 'number') return [kernelSize]
  return Array.isArray(kernelSize) ? (kernelSize as Shape) : undefined
}

/** A shape, or one for each input; or the inputs themselves: a tensor, or a list of all arguments. */
export type SummaryInput = Shape | readonly Shape[] | Tensor | readonly unknown[]

/** Options of {@link summary}, and how it is written. */
export interface SummaryOptions extends SummaryTableOptions {
  /** Of the inputs that are made, one for all or one for each; the dtype of the model if not given. */
  dtypes?: DTypeLike | readonly DTypeLike[]
  /** Where inputs are made; where the model is, if not given. */
  device?: string
}
const names: readonly (keyof SummaryOptions)[] = ['depth', 'columns', 'columnWidth', 'names', 'dtypes', 'device']

/**
 * The layers of a model with the shapes that they give, their parameters and multiply-adds, and totals.
 *
 * The model is called once, in evaluation mode and without gradients; modes, buffers and the random stream are then as they
 * were. Without an input it is not called, and shapes and multiply-adds are left out.
 *
 * @param input - shape of the input, batch included, or of several inputs; or the inputs themselves
 * @returns an object with `rows` and totals, whose text is the table
 * @throws ValueError for shapes that are none, and for unknown columns
 * @example
 * ```ts
 * console.log(String(summary(model, [64, 1, 28, 28])))
 * summary(model, [names, lengths], { depth: 2, columns: ['outputShape', 'params', 'multAdds'] }).totalParams
 * ```
 * @see https://github.com/TylerYep/torchinfo
 */
export function summary(
  model: AnyModule,
  input?: SummaryInput | null | SummaryOptions,
  options?: SummaryOptions,
): ModelSummary {
  const o = bindOptions<SummaryOptions & { input: SummaryInput | null }>(
    'summary',
    ['input', ...names],
    [input, options],
  )
  const { input: given = null, dtypes, device, ...table } = o
  checkColumns(table.columns)
  if (given === null) return new ModelSummary(model, null, [], table)
  return forkRng(() =>
    noGrad(() => {
      const args = argumentsOf(given, model, dtypes, device)
      return new ModelSummary(model, recordCall(model, args), args, table)
    }),
  )
}

function isShape(value: unknown): value is Shape {
  return Array.isArray(value) && value.length > 0 && value.every((size) => typeof size === 'number')
}

/** The arguments of the call, made where only their shapes are given. */
function argumentsOf(
  given: SummaryInput,
  model: AnyModule,
  dtypes: SummaryOptions['dtypes'],
  device: string | undefined,
): readonly unknown[] {
  if (given instanceof Tensor) return [given]
  if (!Array.isArray(given) || given.length === 0)
    throw new ValueError('summary(): input must be a shape, a list of shapes, a tensor or a list of arguments')
  const shapes: readonly Shape[] = isShape(given) ? [given] : given
  if (!shapes.every(isShape)) return given
  const [first] = model.parameters()
  const place = { device: device ?? first?.device ?? 'cpu' }
  return shapes.map((shape, i) => {
    if (!shape.every((size) => Number.isInteger(size) && size >= 0))
      throw new ValueError(`summary(): sizes must be integers of at least 0, but got [${shape.join(', ')}]`)
    const wanted = (Array.isArray(dtypes) ? dtypes[i] : dtypes) as DTypeLike | undefined
    const dtype = wanted ?? (first?.dtype.isFloatingPoint ? first.dtype : 'float32')
    const zero = zeros(shape, { ...place, dtype })
    return zero.isFloatingPoint() ? rand(shape, { ...place, dtype }) : zero
  })
}
