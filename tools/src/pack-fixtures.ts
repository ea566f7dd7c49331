// Packs the fixtures that the conformance suite carries: node tools/dist/pack-fixtures.js DIR
// One gzipped manifest and one gzipped tensor file a group, equal data being stored once in the tensor file already, and one
// with the files that its cases name.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { fixtureGroups, type Manifest } from '@tsorch/conformance'
import { fromTypedArray } from '@tsorch/core'
import { serializeSafetensors } from '@tsorch/io'
import { readArguments, runCommand, UsageError } from './arguments.js'
import { groupNames, readJson } from './folder.js'

/** Paths of the files that the cases of a group name. */
function filesOf({ cases }: Manifest): string[] {
  return cases.flatMap((c) => ('file' in c ? [String(c.file)] : []))
}

/** Files in one: tensors of bytes under their paths. */
function asTensors(folder: string, files: readonly string[]): Uint8Array {
  return serializeSafetensors(
    files.map((path) => [path, fromTypedArray(new Uint8Array(readFileSync(join(folder, path))))]),
  )
}

await runCommand(async () => {
  const { folder } = readArguments('node tools/dist/pack-fixtures.js DIR', process.argv.slice(2))
  const target = fileURLToPath(new URL('../../packages/conformance/fixtures/', import.meta.url))
  const present = groupNames(folder)
  const missing = fixtureGroups.filter((name) => !present.includes(name))
  if (missing.length > 0) throw new UsageError(`${folder} has no group ${missing.join(', ')}`)
  mkdirSync(target, { recursive: true })
  for (const old of readdirSync(target)) if (old.endsWith('.gz')) rmSync(join(target, old))
  let bytes = 0
  const packBytes = (content: Uint8Array, name: string): void => {
    const packed = gzipSync(content, { level: 9 })
    bytes += packed.length
    writeFileSync(join(target, name), packed)
  }
  const pack = (source: string, name: string): void => packBytes(readFileSync(source), name)
  for (const name of fixtureGroups) {
    pack(join(folder, `${name}.json`), `${name}.json.gz`)
    pack(join(folder, `${name}.safetensors`), `${name}.safetensors.gz`)
    const files = filesOf(readJson<Manifest>(join(folder, `${name}.json`)))
    if (files.length > 0) packBytes(asTensors(folder, files), `${name}.files.gz`)
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
