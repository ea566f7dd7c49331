import { describe } from '../../tensorboard/values.js'
import type { Call, Target } from '../call.js'
import { copyOpts, optionOr } from '../check-opts.js'
import { listLike } from '../matrix.js'
import type { GraphOpts } from '../opts.js'

export interface GraphLabels {
  readonly edgeLabels?: readonly (string | number)[] | null | undefined
  /** in the order of the nodes */
  readonly nodeLabels?: readonly (string | number)[] | null | undefined
}

/** `viz.graph([[0, 1], [1, 2]])`: nodes 0 to n - 1, and edges between them. */
export function graphCall(
  { win, eid }: Target,
  edges: readonly (readonly number[])[],
  { edgeLabels, nodeLabels }: GraphLabels,
  given: GraphOpts | null | undefined,
): Call {
  const { nodes, links } = distinct(edges)
  checkLabels('edgeLabels', edgeLabels, 'edges', links.length)
  checkLabels('nodeLabels', nodeLabels, 'nodes', nodes.length)
  const opts = copyOpts('graph', given)
  opts.directed = optionOr(opts, 'directed', false)
  opts.showVertexLabels = optionOr(opts, 'showVertexLabels', false)
  opts.showEdgeLabels = optionOr(opts, 'showEdgeLabels', false)
  opts.height = optionOr(opts, 'height', 500)
  opts.width = optionOr(opts, 'width', 500)
  opts.scheme = optionOr(opts, 'scheme', 'same')
  const club = opts.scheme === 'different'
  const content = {
    nodes: nodes.map((name, i) => ({ name, label: String(nodeLabels?.[i] ?? name), ...(club ? { club: i } : {}) })),
    edges: links.map(([source, target], i) => ({
      source,
      target,
      label: String(edgeLabels?.[i] ?? `${source}-${target}`),
    })),
  }
  return { endpoint: 'events', body: { data: [{ content, type: 'network' }], win, eid, opts } }
}

/** Nodes in their order, and each edge once, in the order in which a walk over the nodes as they came meets it. */
function distinct(edges: readonly (readonly number[])[]): { nodes: number[]; links: [number, number][] } {
  const list = listLike(edges)
  if (list === undefined)
    throw new TypeError(`graph: expected an array of edges [from, to], but got ${describe(edges)}`)
  const neighbours = new Map<number, Set<number>>()
  const of = (node: number): Set<number> => {
    let found = neighbours.get(node)
    if (found === undefined) {
      found = new Set()
      neighbours.set(node, found)
    }
    return found
  }
  for (const edge of list) {
    const ends = listLike(edge) ?? []
    const [from, to] = [Number(ends[0]), Number(ends[1])]
    if (ends.length < 2 || !Number.isInteger(from) || !Number.isInteger(to))
      throw new TypeError('graph: an edge should be two numbers of nodes, such as [0, 1]')
    of(from)
    of(to)
    of(from).add(to)
    of(to).add(from)
  }
  const links: [number, number][] = []
  const seen = new Set<number>()
  for (const [node, around] of neighbours) {
    for (const other of around) if (!seen.has(other)) links.push([node, other])
    seen.add(node)
  }
  const nodes = [...neighbours.keys()].sort((a, b) => a - b)
  nodes.forEach((node, i) => {
    if (node !== i) throw new RangeError(`graph: nodes should be numbered from 0 to n - 1, but there is no node ${i}`)
  })
  return { nodes, links }
}

function checkLabels(option: string, labels: unknown, what: string, count: number): void {
  if (labels === null || labels === undefined) return
  const given = listLike(labels)
  if (given?.length !== count)
    throw new RangeError(
      `graph: ${option} should name each of the ${count} ${what}, but there are ${given?.length ?? 'none'}`,
    )
}
