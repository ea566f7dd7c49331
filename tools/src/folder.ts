import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Drift, Group, type Manifest } from '@tsorch/conformance'
import { UsageError } from './arguments.js'

/** Names of the groups in a folder: each is `G.json` beside `G.safetensors`. */
export function groupNames(folder: string): string[] {
  const files = new Set(readdirSync(folder))
  return [...files]
    .filter((f) => f.endsWith('.safetensors') && files.has(f.replace(/safetensors$/, 'json')))
    .map((f) => f.slice(0, -'.safetensors'.length))
    .sort()
}

/** What 2.x answers differently, from the file that lies beside the groups. */
export function readDrift(folder: string): Drift | undefined {
  const files = readdirSync(folder)
    .filter((f) => /^drift\..*\.json$/.test(f))
    .sort()
  const last = files.at(-1)
  return last === undefined ? undefined : readJson<Drift>(join(folder, last))
}

/** Reads one group. @throws UsageError if its files are damaged */
export function readGroup(folder: string, name: string, drift: Drift | undefined): Group {
  const manifest = readJson<Manifest>(join(folder, `${name}.json`))
  try {
    const tensors = readFileSync(join(folder, `${name}.safetensors`))
    return new Group(manifest, tensors, drift, async (path) => readFileSync(join(folder, path)))
  } catch (error) {
    throw new UsageError(`${join(folder, name)}: ${(error as Error).message}`)
  }
}

/** Reads a JSON file. @throws UsageError if it is missing or none */
export function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`)
  }
}
