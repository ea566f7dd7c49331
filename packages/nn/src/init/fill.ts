/** The simple initialisations: one distribution, or one value. All write in place, unrecorded, and give the tensor back. */
import { bindOptions, type Generator, noGrad, type Tensor } from '@tsorch/core'

/** What every initialisation that draws takes. */
export interface GeneratorOptions {
  /** Where the numbers come from; the default generator if not given. */
  generator?: Generator
}

/** The generator alone, for functions that take it among others. */
export function generatorOf(options: GeneratorOptions): GeneratorOptions {
  return options.generator === undefined ? {} : { generator: options.generator }
}

let skipping = false

/** Runs `body`, in which {@link uniform_}, {@link normal_} and what is built on them leave tensors as they are. */
export function withoutInit<T>(body: () => T): T {
  const before = skipping
  skipping = true
  try {
    return body()
  } finally {
    skipping = before
  }
}

/** Options of {@link uniform_}. */
export interface UniformOptions extends GeneratorOptions {
  /** Lower bound, 0 if not given. */
  a?: number
  /** Upper bound, 1 if not given. */
  b?: number
}

/**
 * Uniform over [a, b).
 *
 * @example
 * ```ts
 * uniform_(layer.weight, -0.1, 0.1)
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.uniform_
 */
export function uniform_<T extends Tensor>(
  tensor: T,
  a?: number | UniformOptions,
  b?: number | UniformOptions,
  options?: UniformOptions,
): T {
  const o = bindOptions<UniformOptions>('uniform_', ['a', 'b', 'generator'], [a, b, options])
  if (skipping) return tensor
  return noGrad(() => tensor.uniform_(o.a ?? 0, o.b ?? 1, generatorOf(o)))
}

/** Options of {@link normal_}. */
export interface NormalInitOptions extends GeneratorOptions {
  /** 0 if not given. */
  mean?: number
  /** Standard deviation, 1 if not given. */
  std?: number
}

/** The normal distribution. @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.normal_ */
export function normal_<T extends Tensor>(
  tensor: T,
  mean?: number | NormalInitOptions,
  std?: number | NormalInitOptions,
  options?: NormalInitOptions,
): T {
  const o = bindOptions<NormalInitOptions>('normal_', ['mean', 'std', 'generator'], [mean, std, options])
  if (skipping) return tensor
  return noGrad(() => tensor.normal_(o.mean ?? 0, o.std ?? 1, generatorOf(o)))
}

/** One value everywhere. @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.constant_ */
export function constant_<T extends Tensor>(tensor: T, val: number): T {
  return noGrad(() => tensor.fill_(val))
}

/** Ones. @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.ones_ */
export function ones_<T extends Tensor>(tensor: T): T {
  return constant_(tensor, 1)
}

/** Zeros. @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.zeros_ */
export function zeros_<T extends Tensor>(tensor: T): T {
  return noGrad(() => tensor.zero_())
}
