// No import cycles inside a package: the order in which modules of a cycle are initialised depends on who comes first.
// Type imports are erased and do not count; import() runs later and does not either.
import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { importsOf, sourceFiles } from './modules.mjs'
import { runCheck } from './report.mjs'

/**
 * @param {string} root folder that holds `packages/`
 * @returns {string[]} one message per group of modules that import each other, with one cycle through it
 */
export function importCycles(root) {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const folder = join(root, 'packages', name, 'src')
    const files = new Set(sourceFiles(folder))
    const graph = new Map(
      [...files].map((file) => [
        file,
        importsOf(file)
          .filter(({ specifier, kind }) => kind === 'value' && specifier.startsWith('.'))
          .flatMap(({ specifier }) =>
            ['.ts', '.tsx'].map((extension) => join(dirname(file), specifier.replace(/\.js$/, extension))),
          )
          .filter((target) => files.has(target)),
      ]),
    )
    return stronglyConnected(graph).map((group) => {
      const path = shortestCycle(graph, group).map((file) => relative(folder, file))
      return `packages/${name}/src: import cycle (${group.size} modules): ${path.join(' -> ')}`
    })
  })
}

/**
 * Groups of nodes that all reach each other: Tarjan's algorithm.
 *
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @returns {Set<string>[]} only groups with a cycle in them
 */
function stronglyConnected(graph) {
  /** @type {Set<string>[]} */
  const groups = []
  /** @type {Map<string, { index: number, low: number }>} */
  const visited = new Map()
  /** @type {string[]} */
  const stack = []

  /** @param {string} node */
  function visit(node) {
    const state = { index: visited.size, low: visited.size }
    visited.set(node, state)
    stack.push(node)
    for (const next of graph.get(node) ?? []) {
      const seen = visited.get(next)
      if (seen === undefined) state.low = Math.min(state.low, visit(next).low)
      else if (stack.includes(next)) state.low = Math.min(state.low, seen.index)
    }
    if (state.low === state.index) {
      const group = new Set(stack.splice(stack.indexOf(node)))
      if (group.size > 1 || graph.get(node)?.includes(node)) groups.push(group)
    }
    return state
  }
  for (const node of graph.keys()) if (!visited.has(node)) visit(node)
  return groups
}

/**
 * A shortest cycle through the first module of a group, found breadth first.
 *
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @param {ReadonlySet<string>} group
 * @returns {string[]} begins and ends with the same module
 */
function shortestCycle(graph, group) {
  const [start = ''] = group
  const paths = [[start]]
  const seen = new Set()
  for (const path of paths) {
    for (const next of graph.get(path.at(-1) ?? '') ?? []) {
      if (next === start) return [...path, start]
      if (!group.has(next) || seen.has(next)) continue
      seen.add(next)
      paths.push([...path, next])
    }
  }
  return [...group]
}

runCheck(import.meta.url, importCycles, 'cycles: no module imports itself, directly or through others')
