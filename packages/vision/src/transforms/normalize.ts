import { bindOptions, mm, type Tensor, ValueError } from '@tsorch/core'
import { portable } from '@tsorch/data'
import { type NormalizeOptions, normalize } from './functional/index.js'
import { Transform } from './transform.js'

/**
 * Shifts and scales each channel of a tensor image: `(image - mean) / std`.
 *
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])])
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Normalize.html
 */
export class Normalize extends Transform<Tensor, Tensor> {
  readonly mean: readonly number[]
  readonly std: readonly number[]
  readonly inplace: boolean

  /**
   * @param mean one value a channel, or a single one for all
   * @param std one value a channel, or a single one for all; none may be zero
   */
  constructor(mean: readonly number[], std: readonly number[], inplace?: boolean | NormalizeOptions) {
    super()
    this.mean = mean
    this.std = std
    this.inplace = bindOptions<NormalizeOptions>('Normalize', ['inplace'], [inplace]).inplace ?? false
  }

  forward(image: Tensor): Tensor {
    return normalize(image, this.mean, this.std, { inplace: this.inplace })
  }

  override toString(): string {
    return `Normalize(mean=[${this.mean.join(', ')}], std=[${this.std.join(', ')}])`
  }
}

/**
 * Multiplies a flattened tensor image, less a mean, by a square matrix: whitening, for one.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.LinearTransformation.html
 */
export class LinearTransformation extends Transform<Tensor, Tensor> {
  readonly transformationMatrix: Tensor
  readonly meanVector: Tensor

  /**
   * @param transformationMatrix shape [D, D], with D = C H W of the images
   * @param meanVector shape [D]
   * @throws ValueError if their shapes, dtypes or devices do not fit
   */
  constructor(transformationMatrix: Tensor, meanVector: Tensor) {
    super()
    const [rows, columns] = transformationMatrix.shape
    const size = `[${transformationMatrix.shape.join(', ')}]`
    if (transformationMatrix.ndim !== 2 || rows !== columns)
      throw new ValueError(`transformation_matrix should be square. Got ${size} rectangular matrix.`)
    if (meanVector.shape[0] !== rows) {
      throw new ValueError(
        `mean_vector should have the same length ${meanVector.shape[0]} as any one of the dimensions of the transformation_matrix ${size}`,
      )
    }
    for (const key of ['device', 'dtype'] as const) {
      const [a, b] = [transformationMatrix[key], meanVector[key]]
      if (a !== b) throw new ValueError(`Input tensors should have the same ${key}. Got ${a} and ${b}`)
    }
    this.transformationMatrix = transformationMatrix
    this.meanVector = meanVector
  }

  /** @throws ValueError if an image has another number of elements than the matrix */
  forward(x: Tensor): Tensor {
    const size = x.shape.slice(-3)
    const n = size.reduce((a, b) => a * b, 1)
    if (n !== this.transformationMatrix.shape[0]) {
      throw new ValueError(
        `Input tensor and transformation matrix have incompatible shape. [${size.join(' x ')}] != ${this.transformationMatrix.shape[0]}`,
      )
    }
    const flat = x.reshape(-1, n).sub(this.meanVector)
    return mm(flat, this.transformationMatrix.to(flat.dtype)).view(x.shape)
  }

  override toString(): string {
    const { transformationMatrix, meanVector } = this
    return `LinearTransformation(transformation_matrix=${JSON.stringify(transformationMatrix.tolist())}, mean_vector=${JSON.stringify(meanVector.tolist())})`
  }
}

portable(import.meta.url, { Normalize, LinearTransformation })
