/** Node's file functions, found without an import that a bundler for browsers would stumble over. */
export function nodeFiles(): typeof import('node:fs/promises') | undefined {
  return globalThis.process?.getBuiltinModule?.('node:fs/promises')
}

/** Bytes that one call reads or writes: Node ends the process when it is asked for 2 GB or more. */
export const MAX_TRANSFER: number = 2 ** 30
