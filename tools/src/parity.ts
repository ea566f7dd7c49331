// pnpm parity DIR [--set ts|wasm|native] [--group rng,init,loader] [--json FILE]
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CaseResult, formatReport, type ParityFile, parityFiles, runParity, tally } from '@tsorch/conformance'
import { readArguments, runCommand, UsageError } from './arguments.js'
import { readJson } from './folder.js'
import { library, useKernelSet } from './library.js'

await runCommand(async () => {
  const usage = 'pnpm parity DIR [--set ts|wasm|native] [--group rng,init,loader] [--json FILE]'
  const { folder, set, groups, json } = readArguments(usage, process.argv.slice(2))
  const names = parityFiles.filter((name) => existsSync(join(folder, `${name}.json`)))
  if (names.length === 0)
    throw new UsageError(`${folder} holds none of ${parityFiles.map((n) => `${n}.json`).join(', ')}`)
  const unknown = groups?.filter((g) => !names.includes(g)) ?? []
  if (unknown.length > 0) throw new UsageError(`${folder} has no ${unknown.join(', ')}, it has ${names.join(', ')}`)
  if (set !== undefined) useKernelSet(set)
  const results: CaseResult[] = []
  for (const name of groups ?? names)
    results.push(...(await runParity(name, readJson<ParityFile>(join(folder, `${name}.json`)), library)))
  console.log(formatReport('parity', results))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 1)}\n`)
  return tally(results)
})
