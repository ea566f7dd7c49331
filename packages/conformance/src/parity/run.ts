import { type Library, NotCovered } from '../library.js'
import { type CaseResult, verdict } from '../verdict.js'
import { type InitialisationCase, runInitialisation } from './init.js'
import { runLoader } from './loader.js'
import type { LoaderCase } from './loader-session.js'
import { type RandomCase, runRandom } from './rng.js'

/** The files of random streams: `rng.json`, `init.json`, `loader.json`, parsed. */
export interface ParityFile {
  readonly cases: readonly { readonly id: string }[]
}

const runners: Readonly<Record<string, (library: Library, c: never) => Promise<void>>> = {
  rng: (library: Library, c: RandomCase) => runRandom(library, c),
  init: (library: Library, c: InitialisationCase) => runInitialisation(library, c),
  loader: (library: Library, c: LoaderCase) => runLoader(library, c),
}

/** The files that {@link runParity} can run, without `.json`. */
export const parityFiles: readonly string[] = Object.keys(runners)

/**
 * Runs the cases of one file of random streams, initialisations or loader orders against a library.
 *
 * @param name - `'rng'`, `'init'` or `'loader'`
 */
export async function runParity(name: string, file: ParityFile, library: Library): Promise<CaseResult[]> {
  const run = runners[name]
  const results: CaseResult[] = []
  for (const c of file.cases) {
    results.push({
      group: name,
      id: c.id,
      subject: c.id.split('/')[0]!,
      ...(await verdict(() => {
        if (run === undefined) throw new NotCovered(`files called ${name}`)
        return run(library, c as never)
      })),
    })
  }
  return results
}
