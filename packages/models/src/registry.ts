import { ValueError } from '@tsorch/core'
import { type Builders, builders } from './builders.js'

/** The names of {@link getModel}: torchvision's. */
export type ModelName = keyof Builders

/** What {@link getModel} takes for a name. */
export type ModelOptions<N extends ModelName> = NonNullable<Parameters<Builders[N]>[0]>

/** What {@link getModel} gives for a name. */
export type ModelOf<N extends ModelName> = ReturnType<Builders[N]>

/** Options of {@link listModels}. */
export interface ListModelsOptions {
  /** Only names that fit one of these; `*` stands for any characters, `?` for one. */
  include?: string | readonly string[]
  /** No names that fit one of these. */
  exclude?: string | readonly string[]
}

/**
 * The names of the networks, sorted.
 *
 * @param filter - only names that fit, or {@link ListModelsOptions}
 * @example
 * ```ts
 * listModels('resnet*') // resnet101, resnet152, resnet18, resnet34, resnet50
 * listModels({ include: ['vgg*', 'densenet*'], exclude: '*_bn' })
 * ```
 * @see https://pytorch.org/vision/stable/models.html#listing-and-retrieving-available-models
 */
export function listModels(filter: string | ListModelsOptions = {}): ModelName[] {
  const { include, exclude } = typeof filter === 'string' ? { include: filter } : filter
  const names = (Object.keys(builders) as ModelName[]).sort()
  const included = names.filter((name) => include === undefined || fits(name, include))
  return included.filter((name) => exclude === undefined || !fits(name, exclude))
}

function fits(name: string, patterns: string | readonly string[]): boolean {
  const list = typeof patterns === 'string' ? [patterns] : patterns
  return list.some((pattern) => {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
    return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name)
  })
}

/**
 * A network by its name, with fresh weights.
 *
 * @param options - those of the function that builds it
 * @throws ValueError for a name that there is not; the message has those that are closest
 * @example
 * ```ts
 * const model = getModel('resnet18', { numClasses: 10 }) // a ResNet
 * ```
 * @see https://pytorch.org/vision/stable/generated/torchvision.models.get_model.html
 */
export function getModel<N extends ModelName>(name: N, options?: ModelOptions<N>): ModelOf<N> {
  if (!Object.hasOwn(builders, name))
    throw new ValueError(`Unknown model ${String(name)}, did you mean ${closest(String(name)).join(', ')}?`)
  return (builders[name] as (options?: ModelOptions<N>) => ModelOf<N>)(options)
}

/** Three names: those that go on as the given one does, then those with the fewest letters to change. */
function closest(name: string): string[] {
  const plain = (text: string): string => text.toLowerCase().replaceAll('_', '')
  const given = plain(name)
  return Object.keys(builders)
    .map((known) => {
      const text = plain(known)
      return { known, goesOn: given !== '' && text.startsWith(given), distance: editDistance(given, text) }
    })
    .sort((a, b) => Number(b.goesOn) - Number(a.goesOn) || a.distance - b.distance)
    .slice(0, 3)
    .map(({ known }) => known)
}

/** How many letters have to be added, taken out or exchanged. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
