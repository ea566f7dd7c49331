/** The modules of a model, from a network's nodes: who is in whom. */

import type { NetworkContent, NetworkNode } from '../../../../protocol/types.js'
import { textOf } from '../../data/cells.js'

export interface TreeNode {
  readonly node: NetworkNode
  readonly key: string
  readonly children: readonly TreeNode[]
  readonly depth: number
}

/** Whether a network is a model: its nodes say what they are. */
export function isModel({ nodes }: NetworkContent): boolean {
  return nodes.length > 0 && nodes.every(({ path, kind }) => typeof path === 'string' && typeof kind === 'string')
}

/** The modules that are in no other, with all below them; edges lead from a module to each in it. */
export function treesOf({ nodes, edges }: NetworkContent): TreeNode[] {
  const byKey = new Map(nodes.map((node) => [textOf(node.name), node]))
  const below = new Map<string, string[]>()
  const isBelow = new Set<string>()
  for (const { source, target } of edges) {
    const [from, to] = [textOf(source), textOf(target)]
    // each module has one place
    if (from === to || isBelow.has(to) || !byKey.has(from) || !byKey.has(to)) continue
    isBelow.add(to)
    const list = below.get(from)
    if (list === undefined) below.set(from, [to])
    else list.push(to)
  }
  const placed = new Set<string>()
  const make = (key: string, depth: number): TreeNode => {
    placed.add(key)
    const children = (below.get(key) ?? []).filter((child) => !placed.has(child)).map((child) => make(child, depth + 1))
    return { node: byKey.get(key)!, key, children, depth }
  }
  return [...byKey.keys()].filter((key) => !isBelow.has(key)).map((key) => make(key, 0))
}

/** Modules that begin closed, so that a large model fits: those below a depth that leaves at most `rows` rows, but never the outermost. */
export function closedAtStart(trees: readonly TreeNode[], rows: number): Set<string> {
  const levels: TreeNode[][] = [[...trees]]
  for (let level = levels[0]!; level.length > 0; ) {
    level = level.flatMap(({ children }) => children)
    levels.push(level)
  }
  let count = levels[0]!.length
  let depth = 1
  while (depth < levels.length && (depth === 1 || count + levels[depth]!.length <= rows))
    count += levels[depth++]!.length
  return new Set((levels[depth - 1] ?? []).filter(({ children }) => children.length > 0).map(({ key }) => key))
}
