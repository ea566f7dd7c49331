/** Models as TensorBoard's graphs: a node for each operation, parameter, input and output, named by the modules around it. */
import { className, type ModuleLike, parentPath, shapeOf, tensorsOf } from '../graph/model.js'
import { type Source, type TracedOp, traceCall } from '../graph/trace.js'
import type { SummaryEvent } from './event.js'
import { ProtoReader, ProtoWriter } from './wire.js'

/** A node of a graph. */
export interface GraphNode {
  /** with slashes between the levels: `Net/Conv2d[conv1]/weight` */
  readonly name: string
  /** what it does: `aten::relu`, `IO Node` */
  readonly op: string
  /** names of the nodes whose results it takes */
  readonly inputs: readonly string[]
  /** more of it as text: `{ name :  weight }` */
  readonly attributes: string
  /** of its results, where they are known; -1 for a size that is not */
  readonly outputShapes: readonly (readonly number[])[]
}

/** A graph that was logged. */
export interface Graph {
  readonly nodes: readonly GraphNode[]
}

/** PyTorch's names of operations whose gradients are called otherwise. */
const operations: Readonly<Record<string, string>> = {
  convolution: '_convolution',
  max_pool1d_with_indices: 'max_pool1d',
  max_pool2d_with_indices: 'max_pool2d',
  max_pool3d_with_indices: 'max_pool3d',
  native_batch_norm: 'batch_norm',
  native_layer_norm: 'layer_norm',
  native_group_norm: 'group_norm',
  gru_layer: 'gru',
  lstm_layer: 'lstm',
  rnn_layer: 'rnn',
}

/** Calls a model and tells what happened as nodes. @throws whatever the model throws */
export function graphOf(model: ModuleLike, args: readonly unknown[]): Graph {
  const trace = traceCall(model, args)
  const nodes: GraphNode[] = []
  const taken = new Map<string, number>()
  const add = (wanted: string, node: Omit<GraphNode, 'name'>): string => {
    const used = taken.get(wanted) ?? 0
    taken.set(wanted, used + 1)
    const name = used === 0 ? wanted : `${wanted}_${used}`
    nodes.push({ name, ...node })
    return name
  }
  const io = { op: 'IO Node', attributes: '' }

  const inputs = inputsOf(model, args).map(({ name, shape }) =>
    add(`input/${name}`, { ...io, inputs: [], outputShapes: [shape] }),
  )
  // their place is here, and what they take is known at the end
  const outputs = trace.outputs.map(({ shape }, i) => {
    add(`output/output.${i + 1}`, { ...io, inputs: [], outputShapes: [shape] })
    return nodes.length - 1
  })
  const scopes = scopesOf(model)
  const shapes = new Map([...model.namedParameters()].map(([path, parameter]) => [path, shapeOf(parameter) ?? []]))
  const parameters = new Map<string, string>()
  const ops = new Map<TracedOp, string>()
  const nameOf = (source: Source): string => {
    if (source.kind === 'op') return ops.get(source.op)!
    if (source.kind === 'input') return inputs[source.index]!
    const { path } = source
    const name = path.slice(path.lastIndexOf('.') + 1)
    const known = parameters.get(path)
    if (known !== undefined) return known
    const added = add(`${scopes.get(parentPath(path))}/${name}`, {
      op: 'prim::GetAttr',
      inputs: [],
      attributes: `{ name :  ${name} }`,
      outputShapes: [shapes.get(path)!],
    })
    parameters.set(path, added)
    return added
  }
  for (const op of trace.ops) {
    const isModule = op.name !== op.name.toLowerCase()
    const name = operations[op.name] ?? op.name
    const sources = op.inputs.map(nameOf)
    const node = { op: isModule ? name : `aten::${name}`, inputs: sources, attributes: '{}', outputShapes: op.shapes }
    ops.set(op, add(`${scopes.get(op.path)}/${name}`, node))
  }
  trace.outputs.forEach(({ source }, i) => {
    const at = outputs[i]!
    if (source !== null) nodes[at] = { ...nodes[at]!, inputs: [nameOf(source)] }
  })
  return { nodes }
}

/** `Net/Sequential[features]/Conv2d[0]` for the path `features.0`. */
function scopesOf(model: ModuleLike): Map<string, string> {
  const scopes = new Map<string, string>()
  for (const [path, module] of model.namedModules()) {
    const name = path.slice(path.lastIndexOf('.') + 1)
    scopes.set(path, path === '' ? className(module) : `${scopes.get(parentPath(path))}/${className(module)}[${name}]`)
  }
  return scopes
}

/** The tensors among the arguments, by the names that `forward` gives them. */
function inputsOf(model: ModuleLike, args: readonly unknown[]): { name: string; shape: readonly number[] }[] {
  const names = parameterNames((model as { forward?: unknown }).forward)
  return args.flatMap((arg, i) => {
    const tensors = tensorsOf(arg)
    const name = names[i] ?? `input.${i + 1}`
    return tensors.map(({ shape }, k) => ({
      name: tensors.length === 1 ? name : `${name}.${k + 1}`,
      shape: [...shape],
    }))
  })
}

/** Names of a function's parameters, as far as they are plain names. */
function parameterNames(fn: unknown): (string | undefined)[] {
  if (typeof fn !== 'function') return []
  const [, list = ''] = /^[^(]*\(([^)]*)\)/.exec(Function.prototype.toString.call(fn)) ?? []
  return list.split(',').map((text) => /^\s*([\w$]+)/.exec(text)?.[1])
}

/** The events of a graph: itself, and what TensorBoard wants to know of the device. */
export function graphEvents(graph: Graph, wallTime: number): SummaryEvent[] {
  const device = new ProtoWriter().bytes(1, '/device:CPU:0')
  const stats = new ProtoWriter().presentBytes(1, device)
  const runMetadata = new ProtoWriter().presentBytes(1, stats).finish()
  return [
    { wallTime, step: 0, graphDef: encodeGraph(graph) },
    { wallTime, step: 0, taggedRunMetadata: { tag: 'step1', runMetadata } },
  ]
}

/** Version of the format of graphs that PyTorch writes. */
const PRODUCER = 22

/** The bytes of a `GraphDef`. */
export function encodeGraph({ nodes }: Graph): Uint8Array {
  const out = new ProtoWriter()
  for (const { name, op, inputs, attributes, outputShapes } of nodes) {
    const node = new ProtoWriter().bytes(1, name).bytes(2, op)
    for (const input of inputs) node.presentBytes(3, input)
    node.presentBytes(5, attribute('attr', new ProtoWriter().presentBytes(2, attributes)))
    const list = new ProtoWriter()
    for (const shape of outputShapes) list.presentBytes(7, encodeShape(shape))
    if (outputShapes.length > 0)
      node.presentBytes(5, attribute('_output_shapes', new ProtoWriter().presentBytes(1, list)))
    out.presentBytes(1, node)
  }
  return out.presentBytes(4, new ProtoWriter().int(1, PRODUCER)).finish()
}

function attribute(key: string, value: ProtoWriter): ProtoWriter {
  return new ProtoWriter().bytes(1, key).presentBytes(2, value)
}

function encodeShape(shape: readonly number[]): ProtoWriter {
  const out = new ProtoWriter()
  for (const size of shape) out.presentBytes(2, new ProtoWriter().int(1, size))
  return out
}

/** Reads a `GraphDef`. @throws Error if it is damaged */
export function decodeGraph(bytes: Uint8Array): Graph {
  const nodes: GraphNode[] = []
  const reader = new ProtoReader(bytes)
  while (reader.next()) if (reader.field === 1) nodes.push(decodeNode(reader.message()))
  return { nodes }
}

function decodeNode(reader: ProtoReader): GraphNode {
  const node = { name: '', op: '', inputs: [] as string[], attributes: '', outputShapes: [] as number[][] }
  while (reader.next()) {
    if (reader.field === 1) node.name = reader.string()
    else if (reader.field === 2) node.op = reader.string()
    else if (reader.field === 3) node.inputs.push(reader.string())
    else if (reader.field === 5) {
      const entry = reader.message()
      let key = ''
      let value: ProtoReader | null = null
      while (entry.next()) {
        if (entry.field === 1) key = entry.string()
        else if (entry.field === 2) value = entry.message()
      }
      while (value?.next()) {
        if (key === 'attr' && value.field === 2) node.attributes = value.string()
        else if (key === '_output_shapes' && value.field === 1) node.outputShapes = decodeShapes(value.message())
      }
    }
  }
  return node
}

function decodeShapes(reader: ProtoReader): number[][] {
  const shapes: number[][] = []
  while (reader.next()) {
    if (reader.field !== 7) continue
    const dims: number[] = []
    const shape = reader.message()
    while (shape.next()) {
      if (shape.field !== 2) continue
      let size = 0
      const dim = shape.message()
      while (dim.next()) if (dim.field === 1) size = dim.int()
      dims.push(size)
    }
    shapes.push(dims)
  }
  return shapes
}
