import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Tests run on sources, and part of core's sources is generated: a fresh clone has to make it before the first test. */
export function setup(): void {
  const generator = fileURLToPath(new URL('../packages/core/scripts/generate-kernels.mjs', import.meta.url))
  if (existsSync(generator)) execFileSync(process.execPath, [generator], { stdio: ['ignore', 'ignore', 'inherit'] })
}
