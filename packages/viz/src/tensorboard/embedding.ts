/** Files of TensorBoard's embedding projector, which lie beside the event file. */
import { toPixels } from './image.js'
import { builtin } from './node.js'
import { encodePng } from './png.js'
import { readValues, type Values } from './values.js'

/** What goes with the points of an embedding. */
export interface EmbeddingParts {
  /** A label for each point, or a row of them under `metadataHeader`. */
  metadata: readonly (string | number | boolean | readonly (string | number | boolean)[])[] | null
  /** An image for each point, shape `[N, C, H, W]`. */
  labelImg: Values | null
  metadataHeader: readonly string[] | null
}

const NEEDS = 'writing an embedding'

/** A tag as part of a path. */
function encodeTag(tag: string): string {
  return tag.replaceAll('%', '%25').replaceAll('/', '%2f').replaceAll('\\', '%5c')
}

/**
 * Writes the files of one embedding and returns its entry for the projector's configuration.
 *
 * @throws RangeError if the points are not a matrix, or labels or images are not as many as points
 */
export function writeEmbedding(
  logDir: string,
  points: Values,
  tag: string,
  step: number,
  parts: EmbeddingParts,
): string {
  const { mkdirSync, writeFileSync } = builtin('node:fs', NEEDS)
  const { join } = builtin('node:path', NEEDS)
  const { data, shape } = readValues('addEmbedding', points)
  if (shape.length !== 2)
    throw new RangeError('addEmbedding: mat should be 2D, where mat.size(0) is the number of data points')
  const [count, width] = shape as [number, number]
  const { metadata, labelImg, metadataHeader } = parts
  if (metadata !== null && metadata.length !== count)
    throw new RangeError(
      `addEmbedding: #labels should equal with #data points, but got ${metadata.length} and ${count}`,
    )
  if (metadata !== null && metadataHeader !== null) {
    const wrong = metadata.find((row) => !Array.isArray(row) || row.length !== metadataHeader.length)
    if (wrong !== undefined)
      throw new RangeError('addEmbedding: len of header must be equal to the number of columns in metadata')
  }
  const sprite = labelImg === null ? null : makeSprite(labelImg, count)

  const number = String(step).padStart(5, '0')
  const folder = `${number}/${encodeTag(tag)}`
  const path = join(logDir, folder)
  mkdirSync(path, { recursive: true })
  const entry = [`tensor_name: ${quoted(`${tag}:${number}`)}`]
  if (metadata !== null) {
    const rows = metadata.map((row) => (Array.isArray(row) ? row.join('\t') : String(row)))
    if (metadataHeader !== null) rows.unshift(metadataHeader.join('\t'))
    writeFileSync(join(path, 'metadata.tsv'), `${rows.join('\n')}\n`)
    entry.push(`metadata_path: ${quoted(`${folder}/metadata.tsv`)}`)
  }
  if (sprite !== null) {
    writeFileSync(join(path, 'sprite.png'), sprite.png)
    const { width, height } = sprite
    entry.push(
      `sprite {\n    image_path: ${quoted(`${folder}/sprite.png`)}\n    single_image_dim: ${width}\n    single_image_dim: ${height}\n  }`,
    )
  }
  const rows: string[] = []
  for (let i = 0; i < count; i++) rows.push(Array.from({ length: width }, (_, j) => data[i * width + j]!).join('\t'))
  writeFileSync(join(path, 'tensors.tsv'), rows.map((row) => `${row}\n`).join(''))
  entry.push(`tensor_path: ${quoted(`${folder}/tensors.tsv`)}`)
  return `embeddings {\n${entry.map((line) => `  ${line}\n`).join('')}}\n`
}

/** Writes the configuration that names all embeddings. */
export function writeProjectorConfig(logDir: string, entries: readonly string[]): void {
  const path = builtin('node:path', NEEDS).join(logDir, 'projector_config.pbtxt')
  builtin('node:fs', NEEDS).writeFileSync(path, entries.join(''))
}

/** A string of protobuf's text format. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`
}

/** All images in one, a square of squares: the projector looks for them there. */
function makeSprite(images: Values, count: number): { png: Uint8Array; width: number; height: number } {
  const read = readValues('addEmbedding', images)
  if (read.shape.length !== 4 || read.shape[0] !== count)
    throw new RangeError(
      `addEmbedding: #images should equal with #data points, but got shape (${read.shape.join(', ')}) and ${count} points`,
    )
  const [height, width] = [read.shape[2]!, read.shape[3]!]
  const columns = Math.ceil(Math.sqrt(count))
  const grid = toPixels('addEmbedding', read, 'NCHW', columns)
  const side = Math.max(grid.width, grid.height)
  const data = new Uint8Array(side * side * 3)
  for (let y = 0; y < grid.height; y++)
    data.set(grid.data.subarray(y * grid.width * 3, (y + 1) * grid.width * 3), y * side * 3)
  return { png: encodePng({ data, width: side, height: side, channels: 3 }), width, height }
}
