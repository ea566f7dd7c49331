import { type Drift, type FileReader, Group, type Manifest } from './group.js'
import { openTensors, type TensorFile } from './safetensors.js'

/** The groups that this package carries. */
export const fixtureGroups: readonly string[] = [
  'ops.unary',
  'ops.binary',
  'ops.reduce',
  'ops.shape',
  'ops.index',
  'ops.linalg',
  'ops.nn',
  'ops.create',
  'ops.cast',
  'ops.special',
  'ops.masked',
  'ops.misc',
  'ops.extra',
  'torch2.ops',
  'errors',
  'promotion',
  'torch2.repr',
  'rng',
  'init',
  'programs',
  'modules',
  'torch2.modules',
  'optim',
  'torch2.optim',
  'lr_scheduler',
  'training',
  'torch2.training',
  'models',
  'transforms',
  'files',
]

/** Where packed fixtures come from: gives the bytes of a file by its name. */
export type FixtureSource = (file: string) => Promise<Uint8Array>

/** The fixtures beside this package, read from disk where there is one and fetched elsewhere. */
export const packagedFixtures: FixtureSource = async (file) => {
  const url = new URL(`../../fixtures/${file}`, import.meta.url)
  if (url.protocol === 'file:') {
    // asked for at run time, so that nothing of Node's is in a browser's bundle
    const { readFile } = process.getBuiltinModule('node:fs/promises')
    return readFile(url)
  }
  const response = await fetch(url)
  if (!response.ok) throw new Error(`fixtures: ${url} gives ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

/**
 * Loads one group of packed fixtures.
 *
 * @param name - one of {@link fixtureGroups}
 * @throws Error if the source does not have it
 */
export async function loadGroup(name: string, source: FixtureSource = packagedFixtures): Promise<Group> {
  const [manifest, tensors, drift] = await Promise.all(
    [`${name}.json.gz`, `${name}.safetensors.gz`, 'drift.json.gz'].map(async (file) => unzip(await source(file))),
  )
  return new Group(parse<Manifest>(manifest!), tensors!, parse<Drift>(drift!), packedFiles(name, source))
}

/** The files of a group are packed as tensors of bytes, under their paths. */
function packedFiles(name: string, source: FixtureSource): FileReader {
  let opened: Promise<TensorFile> | null = null
  const open = async (): Promise<TensorFile> => openTensors(await unzip(await source(`${name}.files.gz`)))
  return async (path) => {
    opened ??= open()
    return (await opened).read(path) as Uint8Array
  }
}

function parse<T>(bytes: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(bytes)) as T
}

/** Unpacks gzip; a server may have done so already. */
async function unzip(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
