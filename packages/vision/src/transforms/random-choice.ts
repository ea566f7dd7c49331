import { bindOptions, rand, randperm, ValueError } from '@tsorch/core'
import { portable } from '@tsorch/data'
import { checkTransforms, type Step, transformsText } from './compose.js'
import { chance } from './draw.js'
import type { ChanceOptions } from './random-change.js'
import { float } from './text.js'
import { Transform, type TransformFunction } from './transform.js'

/** What keeps the kind of its input. */
type Same<T> = TransformFunction<T, T>

/**
 * Runs several transforms one after the other, or none of them.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomApply.html
 */
// biome-ignore lint/suspicious/noExplicitAny: images, tensors, whatever the transforms take
export class RandomApply<T = any> extends Transform<T, T> {
  readonly transforms: readonly Same<T>[]
  readonly p: number

  /** @throws TypeError if one of them is not a function */
  constructor(transforms: readonly Same<T>[], p?: number | ChanceOptions) {
    super()
    this.transforms = checkTransforms('RandomApply', transforms)
    this.p = bindOptions<ChanceOptions>('RandomApply', ['p'], [p]).p ?? 0.5
  }

  forward(img: T): T {
    if (!chance(this.p)) return img
    return this.transforms.reduce((value, transform) => transform(value), img)
  }

  override toString(): string {
    return transformsText('RandomApply', this.transforms as readonly Step[], `\n    p=${float(this.p)}`)
  }
}

/**
 * Runs several transforms one after the other, in random order. The order is drawn from the default generator; torchvision uses
 * Python's.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomOrder.html
 */
// biome-ignore lint/suspicious/noExplicitAny: images, tensors, whatever the transforms take
export class RandomOrder<T = any> extends Transform<T, T> {
  readonly transforms: readonly Same<T>[]

  /** @throws TypeError if one of them is not a function */
  constructor(transforms: readonly Same<T>[]) {
    super()
    this.transforms = checkTransforms('RandomOrder', transforms)
  }

  forward(img: T): T {
    const order = randperm(this.transforms.length).toTypedArray() as ArrayLike<number | bigint>
    return Array.from(order, Number).reduce((value, i) => this.transforms[i]!(value), img)
  }

  override toString(): string {
    return transformsText('RandomOrder', this.transforms as readonly Step[])
  }
}

/** Options of {@link RandomChoice}. */
export interface RandomChoiceOptions {
  /** How probable each of them is, in any unit; all the same if not given. */
  p?: readonly number[] | null
}

/**
 * Runs one of several transforms. It is drawn from the default generator; torchvision uses Python's.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomChoice.html
 */
// biome-ignore lint/suspicious/noExplicitAny: images, tensors, whatever the transforms take
export class RandomChoice<T = any> extends Transform<T, T> {
  readonly transforms: readonly Same<T>[]
  readonly p: readonly number[] | null

  /** @throws TypeError if one of them is not a function; ValueError if `p` has not one weight for each, or none above 0 */
  constructor(transforms: readonly Same<T>[], p?: readonly number[] | null | RandomChoiceOptions) {
    super()
    this.transforms = checkTransforms('RandomChoice', transforms)
    this.p = bindOptions<RandomChoiceOptions>('RandomChoice', ['p'], [p ?? undefined]).p ?? null
    if (this.p === null) return
    if (!Array.isArray(this.p)) throw new TypeError('Argument p should be a sequence')
    if (this.p.length !== transforms.length || !this.p.every((weight) => weight >= 0) || !this.p.some((w) => w > 0))
      throw new ValueError(`p should hold one weight for each of ${transforms.length} transforms, one above 0 at least`)
  }

  forward(img: T): T {
    const weights = this.p ?? new Array<number>(this.transforms.length).fill(1)
    let rest = (rand([1], { dtype: 'float64' }).item() as number) * weights.reduce((sum, weight) => sum + weight, 0)
    let chosen = weights.findIndex((weight) => {
      rest -= weight
      return rest < 0
    })
    if (chosen < 0) chosen = weights.findLastIndex((weight) => weight > 0)
    return this.transforms[chosen]!(img)
  }

  override toString(): string {
    return `${transformsText('RandomChoice', this.transforms as readonly Step[])}(p=${this.p === null ? 'None' : `[${this.p.join(', ')}]`})`
  }
}

portable(import.meta.url, { RandomApply, RandomOrder, RandomChoice })
