import { Transform, type TransformFunction } from './transform.js'

// biome-ignore lint/suspicious/noExplicitAny: any chain of functions, whatever passes between them
type Step = TransformFunction<any, any>
type InputOf<Steps extends readonly Step[]> = Steps extends readonly [infer First extends Step, ...Step[]]
  ? Parameters<First>[0]
  : unknown
type OutputOf<Steps extends readonly Step[]> = Steps extends readonly [...Step[], infer Last extends Step]
  ? ReturnType<Last>
  : unknown

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
    for (const transform of transforms) {
      if (typeof transform !== 'function') {
        throw new TypeError(`Compose: transforms must be transforms or functions, but got ${String(transform)}`)
      }
    }
    this.transforms = transforms
  }

  forward(input: InputOf<Steps>): OutputOf<Steps> {
    let value: unknown = input
    for (const transform of this.transforms) value = transform(value)
    return value as OutputOf<Steps>
  }

  override toString(): string {
    const lines = this.transforms.map((t) => `\n    ${t instanceof Transform ? t : t.name || 'function'}`)
    return `Compose(${lines.join('')}\n)`
  }
}
