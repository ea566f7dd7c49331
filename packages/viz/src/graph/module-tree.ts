/** The modules of a model as a tree, with what is known of each. */
import { checkModel, className, countOf, type ModuleLike, parentPath, shapeOf } from './model.js'
import { type Source, type Trace, type TracedOp, traceCall } from './trace.js'

/** A parameter of a module itself, not of those below it. */
export interface TreeParameter {
  readonly name: string
  /** null as long as the first call has to decide it */
  readonly shape: readonly number[] | null
  readonly dtype: string
  readonly trainable: boolean
}

/** A module of a model. */
export interface ModuleTree {
  /** path in the model: `layer1.0.conv1`; of the model itself `''` */
  readonly path: string
  /** name in the module above */
  readonly name: string
  /** class */
  readonly kind: string
  /** what it was made with, as it prints */
  readonly config: string
  /** of the tensors that it was last given; none if it was not called */
  readonly inputShapes: readonly (readonly number[])[]
  /** of the tensors that it last gave; none if it was not called */
  readonly outputShapes: readonly (readonly number[])[]
  /** elements of the parameters here and below, each counted once */
  readonly parameters: number
  /** of those, how many are trained */
  readonly trainable: number
  readonly own: readonly TreeParameter[]
  /** data types of the parameters here and below: `['float32']` */
  readonly dtypes: readonly string[]
  /** how often it was called; 0 if the model was called and it was not, null if the model was not called */
  readonly calls: number | null
  /** the first path of this module if it has several, and this is not the first */
  readonly sameAs: string | null
  readonly children: readonly ModuleTree[]
  /** of the model itself: which module's result goes to which; empty if the model was not called */
  readonly flow: readonly ModuleFlow[]
}

/** Something that goes from one module to another, perhaps by way of operations that belong to neither. */
export interface ModuleFlow {
  /** path of a module without others in it, or null for the model's input */
  readonly from: string | null
  /** path of a module without others in it, or null for the model's output */
  readonly to: string | null
}

/**
 * The modules of a model: classes, settings, numbers of parameters; shapes and the flow between them if inputs are given. The
 * model is then called once with copies of them, in evaluation mode; modes, buffers and gradients stay as they were.
 *
 * @param inputs - the arguments of the call; a tensor by itself if it is the only one
 * @throws TypeError if `model` is no module; whatever the model throws
 * @example
 * ```ts
 * import { moduleTree } from '@tsorch/viz'
 * import { nn, randn } from 'tsorch'
 *
 * const tree = moduleTree(new nn.Sequential(new nn.Conv2d(1, 10, 5), new nn.ReLU()), randn([1, 1, 28, 28]))
 * for (const { path, kind, outputShapes, parameters } of tree.children) console.log(path, kind, outputShapes, parameters)
 * ```
 */
export function moduleTree(model: ModuleLike, inputs?: unknown): ModuleTree {
  checkModel('moduleTree', model)
  if (inputs === undefined || inputs === null) return treeOf(model, null)
  return treeOf(model, traceCall(model, Array.isArray(inputs) ? inputs : [inputs]))
}

/** The tree with what a call showed. */
export function treeOf(model: ModuleLike, trace: Trace | null): ModuleTree {
  type Draft = { -readonly [K in keyof ModuleTree]: ModuleTree[K] } & { children: ModuleTree[] }
  const firstPath = new Map<ModuleLike, string>()
  const drafts = new Map<string, Draft>()
  for (const [path, module] of model.namedModules({ removeDuplicate: false })) {
    const first = firstPath.get(module)
    if (first === undefined) firstPath.set(module, path)
    const seen = trace?.modules.get(first ?? path)
    const parameters = [...module.namedParameters()].map(([, parameter]) => parameter)
    const draft: Draft = {
      path,
      name: path.slice(path.lastIndexOf('.') + 1),
      kind: className(module),
      config: module.extraRepr(),
      inputShapes: seen?.inputShapes ?? [],
      outputShapes: seen?.outputShapes ?? [],
      parameters: sum(parameters.map(countOf)),
      trainable: sum(parameters.map((p) => (p.requiresGrad ? countOf(p) : 0))),
      own: [...module.namedParameters({ recurse: false })].map(([name, p]) => ({
        name,
        shape: shapeOf(p),
        dtype: p.dtype.name,
        trainable: p.requiresGrad,
      })),
      dtypes: [...new Set(parameters.map((p) => p.dtype.name))],
      calls: trace === null ? null : (seen?.calls ?? 0),
      sameAs: first ?? null,
      children: [],
      flow: [],
    }
    drafts.set(path, draft)
    if (path !== '') drafts.get(parentPath(path))!.children.push(draft)
  }
  const root = drafts.get('')!
  if (trace !== null) root.flow = flowOf(trace)
  return root
}

/** All modules of a tree, each before those below it. */
export function* modulesOf(tree: ModuleTree): Generator<ModuleTree> {
  yield tree
  for (const child of tree.children) yield* modulesOf(child)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

/** Which module's result goes to which: operations of modules that were called with no others in them stand for these. */
function flowOf({ modules, ops, outputs }: Trace): ModuleFlow[] {
  const containers = new Set<string>()
  for (const path of modules.keys()) {
    for (let child = path; child !== ''; child = parentPath(child)) containers.add(parentPath(child))
  }
  const origins = new Map<TracedOp, ReadonlySet<string | null>>()
  const originsOf = (source: Source): ReadonlySet<string | null> => {
    if (source.kind === 'input') return new Set([null])
    if (source.kind === 'parameter') return new Set()
    return containers.has(source.op.path) ? (origins.get(source.op) ?? new Set()) : new Set([source.op.path])
  }
  const found = new Map<string, ModuleFlow>()
  const add = (from: string | null, to: string | null): void => {
    if (from !== to || from === null) found.set(JSON.stringify([from, to]), { from, to })
  }
  for (const op of ops) {
    const from = new Set<string | null>(op.inputs.flatMap((source) => [...originsOf(source)]))
    origins.set(op, from)
    if (!containers.has(op.path)) for (const path of from) add(path, op.path)
  }
  for (const { source } of outputs) if (source !== null) for (const path of originsOf(source)) add(path, null)
  return [...found.values()]
}
