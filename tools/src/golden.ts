// pnpm golden DIR [--set ts|wasm|native] [--threads N] [--group ops.unary,...] [--json FILE]
import { writeFileSync } from 'node:fs'
import { type CaseResult, formatReport, runGroup, tally } from '@tsorch/conformance'
import { readArguments, runCommand, UsageError } from './arguments.js'
import { groupNames, readDrift, readGroup } from './folder.js'
import { openLibrary, setsUsage } from './library.js'

await runCommand(async () => {
  const { folder, set, threads, groups, json } = readArguments(
    `pnpm golden DIR ${setsUsage} [--group ops.unary,...] [--json FILE]`,
    process.argv.slice(2),
  )
  const names = groupNames(folder)
  if (names.length === 0) throw new UsageError(`${folder} holds no fixtures (G.json beside G.safetensors)`)
  const unknown = groups?.filter((g) => !names.includes(g)) ?? []
  if (unknown.length > 0)
    throw new UsageError(`${folder} has no group ${unknown.join(', ')}, it has ${names.join(', ')}`)
  const library = await openLibrary(set, threads)
  const drift = readDrift(folder)
  const results: CaseResult[] = []
  for (const name of groups ?? names) results.push(...(await runGroup(readGroup(folder, name, drift), { library })))
  console.log(formatReport('golden', results))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 1)}\n`)
  return tally(results)
})
