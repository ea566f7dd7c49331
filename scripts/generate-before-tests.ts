import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Tests run on sources, and part of them is generated: a fresh clone has to make it before the first test. */
const generators = ['../packages/core/scripts/generate-kernels.mjs', '../packages/kernels/scripts/build-wasm.mjs']

export function setup(): void {
  for (const path of generators) {
    const generator = fileURLToPath(new URL(path, import.meta.url))
    if (existsSync(generator)) execFileSync(process.execPath, [generator], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
}
