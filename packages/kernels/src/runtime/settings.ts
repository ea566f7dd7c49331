/** What the user can set from outside, and what the runtime offers. */

/**
 * A setting by its name: an environment variable, or a global variable where there is no environment (browsers).
 *
 * @example
 * ```ts
 * setting('TSORCH_KERNELS') // 'wasm', or undefined
 * ```
 */
export function setting(name: string): string | undefined {
  const fromGlobal = (globalThis as Record<string, unknown>)[name]
  if (typeof fromGlobal === 'string') return fromGlobal
  if (typeof process === 'undefined' || process.env === undefined) return undefined
  const value = process.env[name]
  return value === undefined || value === '' ? undefined : value
}

type Builtins = {
  'node:module': typeof import('node:module')
  'node:os': typeof import('node:os')
  'node:v8': typeof import('node:v8')
  'node:vm': typeof import('node:vm')
  'node:worker_threads': typeof import('node:worker_threads')
}

/** A module of Node.js, or null elsewhere. Asked at run time, so that bundlers for browsers see no import. */
export function builtin<N extends keyof Builtins>(name: N): Builtins[N] | null {
  const get = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule
  return typeof get === 'function' ? ((get(name) as Builtins[N] | undefined) ?? null) : null
}

/** Cores that the process may use. */
export function cores(): number {
  const os = builtin('node:os')
  if (os !== null) return os.availableParallelism()
  return typeof navigator === 'undefined' ? 1 : (navigator.hardwareConcurrency ?? 1)
}

/** Whether this is the program's first thread, not a worker that it started. */
export function isMainThread(): boolean {
  const threads = builtin('node:worker_threads')
  if (threads !== null) return threads.isMainThread
  return typeof document !== 'undefined'
}
