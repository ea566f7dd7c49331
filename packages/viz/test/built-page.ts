/** The page's bundle, which a server gives and documents contain. */
import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Rollup } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'dist/page/page.js')

/** Builds the page if it is older than its sources. It appears as a whole: other tests may be reading it. */
export async function buildPage(): Promise<void> {
  if (changedAt(target) > newest(join(root, 'src'))) return
  const built = (await build({
    configFile: join(root, 'vite.page.config.ts'),
    root,
    logLevel: 'error',
    build: { write: false },
  })) as Rollup.RollupOutput[]
  const chunk = built[0]!.output[0]
  mkdirSync(join(root, 'dist/page'), { recursive: true })
  const draft = `${target}.${process.pid}`
  writeFileSync(draft, chunk.code)
  renameSync(draft, target)
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function newest(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((latest, { parentPath, name }) => Math.max(latest, changedAt(join(parentPath, name))), 0)
}
