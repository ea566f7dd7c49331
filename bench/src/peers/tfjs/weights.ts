/** Parameters of a workload as tfjs keeps them: images last-channel, so convolutions [h, w, in, out], products [in, out]. */
import * as tf from '@tensorflow/tfjs'
import { type Filled, fill, permuted } from '../../workloads/arrays.js'
import type { ParameterSpec } from '../../workloads/parameters.js'

/** A matrix [out, channels * pixels] whose columns shall go pixel by pixel instead of channel by channel, as [in, out]. */
function afterImage({ shape, data }: Filled, pixels: number): Filled {
  const [outputs, inputs] = shape as [number, number]
  const channels = inputs / pixels
  return {
    shape: [inputs, outputs],
    data: permuted({ shape: [outputs, channels, pixels], data }, [2, 1, 0]).data,
  }
}

function layoutOf(spec: ParameterSpec, pixels: number): Filled {
  const given = fill(spec)
  const rank = given.shape.length
  if (rank === 4) return permuted(given, [2, 3, 1, 0])
  if (rank !== 2 || spec.name.startsWith('embedding')) return given
  return spec.name === 'fc.weight' && pixels > 1 ? afterImage(given, pixels) : permuted(given, [1, 0])
}

/** The variables of a network, by the names of PyTorch's parameters. */
export class Weights {
  readonly variables: ReadonlyMap<string, tf.Variable>

  /** @param pixels - of an image that is flattened before the layer `fc`; 1 where there is none */
  constructor(params: readonly ParameterSpec[], pixels: number) {
    this.variables = new Map(
      params.map((spec) => {
        const { shape, data } = layoutOf(spec, pixels)
        return [spec.name, tf.variable(tf.tensor(data, [...shape], 'float32'))]
      }),
    )
  }

  get<R extends tf.Rank>(name: string): tf.Tensor<R> {
    return this.variables.get(name) as unknown as tf.Tensor<R>
  }

  has(name: string): boolean {
    return this.variables.has(name)
  }

  linear(x: tf.Tensor, name: string): tf.Tensor {
    const prefix = name === '' ? '' : `${name}.`
    return tf.add(tf.matMul(x as tf.Tensor2D, this.get<tf.Rank.R2>(`${prefix}weight`)), this.get(`${prefix}bias`))
  }

  /** A convolution without bias over [batch, height, width, channels]. */
  product(x: tf.Tensor, name: string, stride: number, padding: number): tf.Tensor {
    const pad: [number, number] = [padding, padding]
    return tf.conv2d(x as tf.Tensor4D, this.get<tf.Rank.R4>(`${name}.weight`), stride, [[0, 0], pad, pad, [0, 0]])
  }

  conv(x: tf.Tensor, name: string, padding = 0): tf.Tensor {
    return tf.add(this.product(x, name, 1, padding), this.get(`${name}.bias`))
  }
}
