import type { NetworkContent, NetworkNode } from '../../protocol/types.js'
import type { Graph, GraphNode } from '../../tensorboard/graph.js'

/** Modules that are shown. */
const MAX_MODULES = 2000

/** A part of a graph whose nodes have a name in common. */
interface Scope {
  readonly number: number
  /** `conv1` of `Conv2d[conv1]`; of what has no brackets, all of it */
  readonly name: string
  readonly kind: string
  readonly path: string
  /** above it, if there is one */
  readonly parent: Scope | null
  parameters: number
  outputShapes: readonly (readonly number[])[]
}

/** The modules of a graph as a tree: nodes are named by the modules around them, `Net/Conv2d[conv1]/weight`. */
export function networkOf({ nodes }: Graph): NetworkContent {
  const scopes = new Map<string, Scope>()
  // PyTorch gives parameters levels of their own, without a class
  const hasClasses = nodes.some(({ name }) => name.includes('['))
  for (const node of nodes) {
    const scope = scopeOf(node.name.slice(0, Math.max(0, node.name.lastIndexOf('/'))), scopes, hasClasses)
    if (scope !== null) count(scope, node)
  }
  const all = [...scopes.values()]
  return {
    nodes: all.map(({ number, name, kind, path, parameters, outputShapes }): NetworkNode => {
      const label = [name, kind === name ? '' : kind, parameters > 0 ? parameters.toLocaleString('en') : '']
      return { name: number, label: label.filter(Boolean).join(' '), club: kind, path, kind, parameters, outputShapes }
    }),
    edges: all.flatMap(({ number, name, parent }) =>
      parent === null ? [] : [{ source: parent.number, target: number, label: name }],
    ),
  }
}

function scopeOf(full: string, scopes: Map<string, Scope>, hasClasses: boolean): Scope | null {
  // what goes in and out of a model is no part of it
  if (full === '' || full === 'input' || full === 'output') return null
  const known = scopes.get(full)
  if (known !== undefined) return known
  const slash = full.lastIndexOf('/')
  const parent = slash < 0 ? null : scopeOf(full.slice(0, slash), scopes, hasClasses)
  const part = full.slice(slash + 1)
  if (scopes.size >= MAX_MODULES || (hasClasses && parent !== null && !part.includes('['))) return parent
  const [, kind = part, name = part] = /^(.+)\[(.+)\]$/.exec(part) ?? []
  const path = parent === null ? '' : parent.path === '' ? name : `${parent.path}.${name}`
  const scope = { number: scopes.size, name, kind, path, parent, parameters: 0, outputShapes: [] }
  scopes.set(full, scope)
  return scope
}

/** Parameters count for all modules around them; the last result of a module is taken for what it gives. */
function count(inner: Scope, { op, outputShapes }: GraphNode): void {
  const isParameter = op === 'prim::GetAttr' || op === 'prim::Param' || op === 'Parameter'
  const size = isParameter ? elementsOf(outputShapes) : 0
  for (let scope: Scope | null = inner; scope !== null; scope = scope.parent) {
    scope.parameters += size
    if (!isParameter && outputShapes.length > 0) scope.outputShapes = outputShapes
  }
}

function elementsOf(shapes: GraphNode['outputShapes']): number {
  let sum = 0
  for (const shape of shapes)
    if (shape.every((size) => size >= 0)) sum += shape.reduce((product, size) => product * size, 1)
  return sum
}
