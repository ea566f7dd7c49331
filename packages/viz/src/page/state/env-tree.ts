/** Environments by the parts of their names: `mnist_sgd_1` is in `sgd`, which is in `mnist`. */

export interface EnvNode {
  /** The last part of the name. */
  readonly label: string
  /** The whole name up to here. */
  readonly path: string
  /** Whether there is an environment of this name. */
  readonly isEnv: boolean
  readonly children: readonly EnvNode[]
}

interface Draft {
  label: string
  path: string
  isEnv: boolean
  children: Map<string, Draft>
}

/** The tree of the names, divided at `_` and `/`. What has only one child and is no environment is drawn together with it. */
export function envTree(names: readonly string[]): readonly EnvNode[] {
  const root: Draft = { label: '', path: '', isEnv: false, children: new Map() }
  for (const name of names) {
    let node = root
    for (const [part, path] of partsOf(name)) {
      let child = node.children.get(part)
      if (child === undefined) {
        child = { label: part, path, isEnv: false, children: new Map() }
        node.children.set(part, child)
      }
      node = child
    }
    node.isEnv = true
  }
  return [...root.children.values()].map(finish)
}

/** The parts of a name, each with the separator after it, and the names up to them. */
function partsOf(name: string): [part: string, path: string][] {
  const parts: [string, string][] = []
  let start = 0
  for (const match of name.matchAll(/[^_/]+/g)) {
    // separators at the beginning belong to the first part, others to the part after them
    parts.push([name.slice(start, match.index + match[0].length), name.slice(0, match.index + match[0].length)])
    start = match.index + match[0].length
  }
  if (start < name.length) {
    const last = parts.pop()
    parts.push([(last?.[0] ?? '') + name.slice(start), name])
  }
  return parts
}

function finish(draft: Draft): EnvNode {
  if (!draft.isEnv && draft.children.size === 1) {
    const [child] = draft.children.values()
    return finish({ ...child!, label: draft.label + child!.label })
  }
  const { label, path, isEnv } = draft
  return { label, path, isEnv, children: [...draft.children.values()].map(finish) }
}

/** The environments in a node. */
export function envsIn(node: EnvNode): string[] {
  return [...(node.isEnv ? [node.path] : []), ...node.children.flatMap(envsIn)]
}
