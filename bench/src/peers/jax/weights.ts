/** Parameters of a workload for jax-js. Each of its calls consumes its arguments: `.ref` keeps an array for another use. */
import { lax, numpy as np } from '@jax-js/jax'
import { type ArraySpec, fill } from '../../workloads/arrays.js'

/** Arrays by name, as its transformations take and give them. */
export type Tree = Record<string, np.Array>

export function arrayOf(spec: ArraySpec): np.Array {
  const { shape, data } = fill(spec)
  const dtype = data instanceof Int32Array ? np.int32 : np.float32
  return np.array(data as Float32Array<ArrayBuffer>, { shape: [...shape], dtype })
}

/** `x @ weight^T + bias`, with the weight as PyTorch has it. */
export function linear(x: np.Array, weight: np.Array, bias: np.Array): np.Array {
  return np.dot(x, np.transpose(weight)).add(bias)
}

export function perChannel(x: np.Array): np.Array {
  return x.reshape([1, -1, 1, 1])
}

export function conv(x: np.Array, weight: np.Array, stride: number, padding: number): np.Array {
  const pad: [number, number] = [padding, padding]
  return lax.convGeneralDilated(x, weight, [stride, stride], [pad, pad])
}

/** The parameters of a network: what it asks for is its own to consume. */
export class Weights {
  private readonly tree: Tree

  constructor(tree: Tree) {
    this.tree = tree
  }

  get(name: string): np.Array {
    return this.tree[name]!.ref
  }

  has(name: string): boolean {
    return name in this.tree
  }

  linear(x: np.Array, name: string): np.Array {
    const prefix = name === '' ? '' : `${name}.`
    return linear(x, this.get(`${prefix}weight`), this.get(`${prefix}bias`))
  }

  /** A convolution without bias. */
  product(x: np.Array, name: string, stride: number, padding: number): np.Array {
    return conv(x, this.get(`${name}.weight`), stride, padding)
  }

  conv(x: np.Array, name: string, padding = 0): np.Array {
    return this.product(x, name, 1, padding).add(perChannel(this.get(`${name}.bias`)))
  }
}
