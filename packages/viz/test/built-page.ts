/** The page's bundle, which a server gives and documents contain. */
import { mkdirSync, readdirSync, renameSync, rmdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Rollup } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'dist/page/page.js')
/** A folder that who builds has made: other tests wait for them. */
const mark = `${target}.building`

/** Builds the page if it is older than its sources, once for all tests that run at the same time. */
export async function buildPage(): Promise<void> {
  while (!isCurrent()) {
    if (!takeMark()) await new Promise((resolve) => setTimeout(resolve, 50))
    else
      try {
        await buildNow()
      } finally {
        rmdirSync(mark)
      }
  }
}

const isCurrent = (): boolean => changedAt(target) > newest(join(root, 'src'))

function takeMark(): boolean {
  mkdirSync(join(root, 'dist/page'), { recursive: true })
  try {
    mkdirSync(mark)
    return true
  } catch {
    // of one that was killed
    if (changedAt(mark) < Date.now() - 60_000) rmdirSync(mark)
    return false
  }
}

/** The bundle appears as a whole, and as old as the sources are that it was made of. */
async function buildNow(): Promise<void> {
  const start = Date.now() / 1000
  const built = (await build({
    configFile: join(root, 'vite.page.config.ts'),
    root,
    logLevel: 'error',
    build: { write: false },
  })) as Rollup.RollupOutput[]
  const draft = `${target}.${process.pid}`
  writeFileSync(draft, built[0]!.output[0].code)
  utimesSync(draft, start, start)
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
