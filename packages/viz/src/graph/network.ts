import type { JsonObject, NetworkContent, NetworkNode } from '../protocol/types.js'
import { type ModuleTree, modulesOf } from './module-tree.js'

/**
 * The modules of a model as a window of type `network`. Nodes are named by their numbers, by which edges name them too: what
 * visdom's own page draws. An edge leads from a module to each in it.
 *
 * @example
 * ```ts
 * import { moduleTree, toNetwork } from '@tsorch/viz'
 * import { nn, randn } from 'tsorch'
 *
 * const content = toNetwork(moduleTree(new nn.Linear(3, 2), randn([1, 3])))
 * content.nodes[0] // { name: 0, label: 'Linear 1×2 8', path: '', kind: 'Linear', outputShapes: [[1, 2]], ... }
 * ```
 */
export function toNetwork(tree: ModuleTree): NetworkContent {
  const modules = [...modulesOf(tree)]
  const numbers = new Map(modules.map((module, i) => [module, i]))
  const nodes = modules.map((module, name): NetworkNode => {
    const { path, kind, config, inputShapes, outputShapes, parameters, trainable, dtypes, calls, sameAs } = module
    const node: NetworkNode & JsonObject = {
      name,
      label: labelOf(module),
      club: kind,
      path,
      kind,
      config,
      inputShapes,
      outputShapes,
      parameters,
      trainable,
      dtypes,
      calls,
    }
    return sameAs === null ? node : ({ ...node, sameAs } as NetworkNode)
  })
  const edges = modules.flatMap((module, source) =>
    module.children.map((child) => ({ source, target: numbers.get(child)!, label: child.name })),
  )
  return { nodes, edges }
}

/** `conv1 Conv2d 64×10×24×24 260`: name, class, what it gives, parameters. */
function labelOf({ name, kind, outputShapes, parameters, calls }: ModuleTree): string {
  const shapes = outputShapes.map((shape) => (shape.length === 0 ? 'scalar' : shape.join('×')))
  const parts = [name, kind, shapes.join(', '), parameters > 0 ? parameters.toLocaleString('en') : '']
  if (calls === 0) parts.push('(not called)')
  if (calls !== null && calls > 1) parts.push(`(called ${calls} times)`)
  return parts.filter((part) => part !== '').join(' ')
}
