import type { Json, JsonObject, VisEvent } from '../protocol/types.js'
import { describe, type Values } from '../tensorboard/values.js'
import type { Body, Target } from './call.js'
import { checkOpts, copyOpts } from './check-opts.js'
import { checkDims, listLike, type Matrix, read } from './matrix.js'
import type { EmbeddingsOpts, Opts } from './opts.js'
import { MAX_POINTS, tsne } from './tsne.js'

/** What {@link Visdom.embeddings} shows of the point that a user selects: HTML. */
export type DataGetter = (index: number) => string

/** Points of many dimensions on a plane. */
export class Embeddings {
  readonly #target: Target
  readonly #opts: Opts
  readonly #features: Matrix
  readonly #labels: readonly (string | number)[]
  readonly #getter: DataGetter | null
  readonly #post: (endpoint: string, body: Body) => void

  /** @throws RangeError if there is not a label for each row, or too many rows */
  constructor(
    target: Target,
    features: Values,
    labels: unknown,
    getter: DataGetter | null,
    opts: EmbeddingsOpts | null | undefined,
    post: (endpoint: string, body: Body) => void,
  ) {
    const { data, shape, dtype } = read('embeddings', features)
    this.#features = { data: Array.from(data), shape, dtype }
    checkDims('embeddings', 'features', this.#features, 2)
    const names = listLike(labels)
    if (names === undefined) throw new TypeError(`embeddings: labels should be an array, but got ${describe(labels)}`)
    if (names.length !== shape[0] || names.length === 0)
      throw new RangeError(
        `embeddings: there should be a label for each row, but there are ${names.length} labels and ${shape[0]} rows`,
      )
    if (names.length > MAX_POINTS)
      throw new RangeError(
        `embeddings: expected ${MAX_POINTS} rows at most, but got ${names.length}: choose some of them`,
      )
    this.#labels = names.map((name) => (typeof name === 'number' ? name : String(name)))
    this.#getter = getter
    this.#target = target
    this.#opts = copyOpts('embeddings', opts)
    checkOpts('embeddings', this.#opts)
    this.#post = post
  }

  /** Says that points are coming, finds their places, and shows them. */
  async show(): Promise<void> {
    this.#window({ isLoading: true })
    this.#window({ data: await this.#places(this.#labels.map((_, i) => i)) })
  }

  /** What a user did in the window. */
  async heard(event: VisEvent): Promise<void> {
    if (event.event_type === 'EntitySelected') {
      const index = Number(event.idx)
      const html = this.#getter === null ? '<div>No preview available</div>' : this.#getter(index)
      const selected = { html, entityId: (event.entityId ?? null) as Json }
      this.#update({ update_type: 'EntitySelected', selected })
    } else if (event.event_type === 'RegionSelected') {
      const chosen = (listLike(event.selectedIdxs) ?? []).map(Number).filter((i) => this.#labels[i] !== undefined)
      if (chosen.length > 0) this.#update({ update_type: 'RegionSelected', points: await this.#places(chosen) })
    }
  }

  async #places(indexes: readonly number[]): Promise<Json[]> {
    const { data, shape, dtype } = this.#features
    const dims = shape[1]!
    const rows = indexes.flatMap((i) => Array.prototype.slice.call(data, i * dims, (i + 1) * dims) as number[])
    const places = await tsne({ data: rows, shape: [indexes.length, dims], dtype })
    const groups = [...new Set(this.#labels)]
    return indexes.map((i, k) => ({
      group: groups.indexOf(this.#labels[i]!),
      name: `Entity ${i}`,
      label: this.#labels[i]!,
      position: places[k]!,
      idx: i,
    }))
  }

  #window(content: JsonObject): void {
    const { win, eid } = this.#target
    this.#post('events', { data: [{ content, type: 'embeddings' }], win, eid, opts: { ...this.#opts } })
  }

  #update(data: JsonObject): void {
    const { win, eid } = this.#target
    this.#post('update', { data, win, eid, opts: { ...this.#opts } })
  }
}
