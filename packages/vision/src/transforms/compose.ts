import { portable } from '@tsorch/data'
import { Transform, type TransformFunction } from './transform.js'

// biome-ignore lint/suspicious/noExplicitAny: any chain of functions, whatever passes between them
export type Step = TransformFunction<any, any>
type InputOf<Steps extends readonly Step[]> = Steps extends readonly [infer First extends Step, ...Step[]]
  ? Parameters<First>[0]
  : unknown
type OutputOf<Steps extends readonly Step[]> = Steps extends readonly [...Step[], infer Last extends Step]
  ? ReturnType<Last>
  : unknown

/** @throws TypeError if one of `transforms` is not a function */
export function checkTransforms<Steps extends readonly Step[]>(name: string, transforms: Steps): Steps {
  if (!Array.isArray(transforms)) throw new TypeError('Argument transforms should be a sequence')
  for (const transform of transforms) {
    if (typeof transform !== 'function') {
      throw new TypeError(`${name}: transforms must be transforms or functions, but got ${String(transform)}`)
    }
  }
  return transforms
}

/** `Name(`, a line for each transform, `)`. */
export function transformsText(name: string, transforms: readonly Step[], first = ''): string {
  const lines = transforms.map((t) => `\n    ${Function.prototype.toString === t.toString ? t.name || 'function' : t}`)
  return `${name}(${first}${lines.join('')}\n)`
}

/**
 * Runs several transforms one after the other. Plain functions are transforms too.
 *
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const transform = new transforms.Compose([new transforms.ToTensor(), (x) => x.flatten()])
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Compose.html
 */
export class Compose<const Steps extends readonly Step[]> extends Transform<InputOf<Steps>, OutputOf<Steps>> {
  readonly transforms: Steps

  /** @throws TypeError if one of them is not a function */
  constructor(transforms: Steps) {
    super()
    this.transforms = checkTransforms('Compose', transforms)
  }

  forward(input: InputOf<Steps>): OutputOf<Steps> {
    let value: unknown = input
    for (const transform of this.transforms) value = transform(value)
    return value as OutputOf<Steps>
  }

  override toString(): string {
    return transformsText('Compose', this.transforms)
  }
}

/**
 * A function as a transform. Any function is one by itself; workers of a data loader have to find it by name, see `portable` of
 * `@tsorch/data`.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Lambda.html
 */
export class Lambda<In, Out> extends Transform<In, Out> {
  readonly lambd: TransformFunction<In, Out>

  /** @throws TypeError if it is not a function */
  constructor(lambd: TransformFunction<In, Out>) {
    super()
    if (typeof lambd !== 'function') throw new TypeError(`Argument lambd should be callable, got ${typeof lambd}`)
    this.lambd = lambd
  }

  forward(input: In): Out {
    return this.lambd(input)
  }

  override toString(): string {
    return 'Lambda()'
  }
}

portable(import.meta.url, { Compose, Lambda })
