/** Node's file functions, found without an import that a bundler for browsers would stumble over. */
export function nodeFiles(): typeof import('node:fs/promises') | undefined {
  return globalThis.process?.getBuiltinModule?.('node:fs/promises')
}
