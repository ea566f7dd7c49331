// pnpm parity DIR [--set ts|wasm|native] [--threads N] [--group rng,init,loader] [--json FILE]
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CaseResult, formatReport, type ParityFile, parityFiles, runParity, tally } from '@tsorch/conformance'
import { readArguments, runCommand, UsageError } from './arguments.js'
import { readJson } from './folder.js'
import { openLibrary, setsUsage } from './library.js'

await runCommand(async () => {
  const usage = `pnpm parity DIR ${setsUsage} [--group rng,init,loader] [--json FILE]`
  const { folder, set, threads, groups, json } = readArguments(usage, process.argv.slice(2))
  const names = parityFiles.filter((name) => existsSync(join(folder, `${name}.json`)))
  if (names.length === 0)
    throw new UsageError(`${folder} holds none of ${parityFiles.map((n) => `${n}.json`).join(', ')}`)
  const unknown = groups?.filter((g) => !names.includes(g)) ?? []
  if (unknown.length > 0) throw new UsageError(`${folder} has no ${unknown.join(', ')}, it has ${names.join(', ')}`)
  const library = await openLibrary(set, threads)
  const results: CaseResult[] = []
  for (const name of groups ?? names)
    results.push(...(await runParity(name, readJson<ParityFile>(join(folder, `${name}.json`)), library)))
  console.log(formatReport('parity', results))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 1)}\n`)
  return tally(results)
})
