/** The modules of a model as a tree, and a model watched while it trains. */
export type { ModuleLike } from './model.js'
export { type ModuleFlow, type ModuleTree, moduleTree, type TreeParameter } from './module-tree.js'
export { toNetwork } from './network.js'
export { unwatch, type Watch, type WatchOptions, type WatchSink, watch } from './watch.js'
