/** Meshes and clouds of points in space. */
import type { SummaryValue } from './event.js'
import { type ReadValues, readValues, type Values } from './values.js'
import { ProtoWriter } from './wire.js'

/** What may go with the vertices of a mesh. */
export interface MeshParts {
  /** Shape `[B, N, 3]`, for each vertex red, green and blue: to 255, or of floating point to 1. */
  readonly colors?: Values | null
  /** Shape `[B, F, 3]`, the three vertices of each triangle. */
  readonly faces?: Values | null
  /** Classes of Three.js and their settings: `{ camera: { cls: 'PerspectiveCamera', fov: 75 } }`. */
  readonly configDict?: object | null
}

/** What a tensor of a mesh is. */
const kinds = { VERTEX: 1, FACE: 2, COLOR: 3 } as const

/** @throws RangeError for other shapes than `[B, N, 3]` */
export function meshValues(tag: string, vertices: Values, parts: MeshParts): SummaryValue[] {
  const { colors = null, faces = null, configDict = null } = parts
  const tensors: [kind: keyof typeof kinds, tensor: ReadValues][] = [['VERTEX', read('vertices', vertices)]]
  if (faces !== null) tensors.push(['FACE', read('faces', faces)])
  if (colors !== null) tensors.push(['COLOR', read('colors', colors)])
  const components = tensors.reduce((bits, [kind]) => bits | (1 << kinds[kind]), 0)
  const config = configDict === null ? '{}' : pythonJson(configDict)
  return tensors.map(([kind, { data, shape }]) => {
    const content = new ProtoWriter()
      .bytes(2, tag)
      .int(3, kinds[kind])
      .bytes(5, config)
      .packedInts(6, shape)
      .int(7, components)
      .finish()
    return {
      tag: `${tag}_${kind}`,
      tensor: { dtype: 'DT_FLOAT', shape, values: data },
      metadata: { pluginName: 'mesh', content },
    }
  })
}

function read(what: string, values: Values): ReadValues {
  const tensor = readValues('addMesh', values)
  if (tensor.shape.length !== 3 || tensor.shape[2] !== 3)
    throw new RangeError(`addMesh: expected ${what} of shape [B, N, 3], but got [${tensor.shape.join(', ')}]`)
  return tensor
}

/** JSON as Python writes it, with keys in order: the same settings have the same bytes. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const keys = Object.keys(value).sort()
  const entry = (key: string): string =>
    `${JSON.stringify(key)}: ${pythonJson((value as Record<string, unknown>)[key])}`
  return `{${keys.map(entry).join(', ')}}`
}
