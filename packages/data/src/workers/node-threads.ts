/** Node's threads, or null elsewhere. Asked at run time, so that bundlers for browsers see no import. */
export function nodeThreads(): typeof import('node:worker_threads') | null {
  return globalThis.process?.getBuiltinModule?.('node:worker_threads') ?? null
}
