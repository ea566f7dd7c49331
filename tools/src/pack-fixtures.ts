// Packs the fixtures that the conformance suite carries: node tools/dist/pack-fixtures.js DIR
// One gzipped manifest and one gzipped tensor file a group; equal data is stored once in the tensor file already.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { fixtureGroups } from '@tsorch/conformance'
import { readArguments, runCommand, UsageError } from './arguments.js'
import { groupNames } from './folder.js'

await runCommand(async () => {
  const { folder } = readArguments('node tools/dist/pack-fixtures.js DIR', process.argv.slice(2))
  const target = fileURLToPath(new URL('../../packages/conformance/fixtures/', import.meta.url))
  const present = groupNames(folder)
  const missing = fixtureGroups.filter((name) => !present.includes(name))
  if (missing.length > 0) throw new UsageError(`${folder} has no group ${missing.join(', ')}`)
  mkdirSync(target, { recursive: true })
  for (const old of readdirSync(target)) if (old.endsWith('.gz')) rmSync(join(target, old))
  let bytes = 0
  const pack = (source: string, name: string): void => {
    const packed = gzipSync(readFileSync(source), { level: 9 })
    bytes += packed.length
    writeFileSync(join(target, name), packed)
  }
  for (const name of fixtureGroups) {
    pack(join(folder, `${name}.json`), `${name}.json.gz`)
    pack(join(folder, `${name}.safetensors`), `${name}.safetensors.gz`)
  }
  const drift = readdirSync(folder)
    .filter((f) => /^drift\..*\.json$/.test(f))
    .sort()
    .at(-1)
  if (drift === undefined) throw new UsageError(`${folder} has no drift file`)
  pack(join(folder, drift), 'drift.json.gz')
  console.log(`${fixtureGroups.length} groups, ${(bytes / 2 ** 20).toFixed(2)} MB in ${target}`)
  return { failed: 0 }
})
