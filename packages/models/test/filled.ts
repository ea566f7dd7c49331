import { fromTypedArray, type Tensor } from '@tsorch/core'
import type { AnyModule } from '@tsorch/nn'

/** `count` values of `f(u)`, with u from [0, 1) that hangs on `seed` and the position; exact in any language. */
function values(seed: number, count: number, f: (u: number) => number): Float32Array {
  return Float32Array.from({ length: count }, (_, j) => f(((seed * 7919 + j * 104729 + 1) % 1000003) / 1000003))
}

/** Fills parameters and buffers with numbers that need no generator, the same as were given to PyTorch. */
export function fillModel<M extends AnyModule>(model: M): M {
  for (const [i, [name, x]] of Object.entries(model.stateDict()).entries()) {
    if (x.dtype.name !== 'float32') continue
    const { shape } = x
    const bound = Math.sqrt(3 / (x.numel() / (shape[0] ?? 1)))
    const f = (u: number): number => {
      if (name.endsWith('running_var')) return 0.5 + u
      if (name.endsWith('running_mean') || (name.endsWith('bias') && shape.length < 2)) return 0.2 * u - 0.1
      return shape.length >= 2 ? (2 * u - 1) * bound : 0.5 + u
    }
    x.copy_(fromTypedArray(values(i, x.numel(), f), shape))
  }
  return model
}

/** Two images. */
export function images(height: number, width: number, channels = 3): Tensor {
  const shape = [2, channels, height, width]
  return fromTypedArray(
    values(1000, 2 * channels * height * width, (u) => 4 * u - 2),
    shape,
  )
}

/** Weights of an output, to take the gradient of their sum. */
export function weightsLike(output: Tensor): Tensor {
  return fromTypedArray(
    values(2000, output.numel(), (u) => 2 * u - 1),
    output.shape,
  )
}
