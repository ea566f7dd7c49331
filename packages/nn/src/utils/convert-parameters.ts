/** All parameters as one vector, and back. */
import { cat, RuntimeError, reshape, Tensor } from '@tsorch/core'

/**
 * The elements of all parameters one after the other; gradients flow through.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parameters_to_vector.html
 */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  return cat([...parameters].map((p) => reshape(p, [-1])))
}

/**
 * Gives parameters the elements of a vector, which they share afterwards.
 *
 * @throws TypeError if `vec` is no tensor
 * @throws RuntimeError if it has too few elements; no parameter is changed then
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.vector_to_parameters.html
 */
export function vectorToParameters(vec: Tensor, parameters: Iterable<Tensor>): void {
  if (!(vec instanceof Tensor)) throw new TypeError(`expected torch.Tensor, but got: ${typeof vec}`)
  const list = [...parameters]
  const total = list.reduce((n, p) => n + p.count, 0)
  if (total > vec.count)
    throw new RuntimeError(`the parameters have ${total} elements, but the vector has only ${vec.count}`)
  let start = 0
  for (const p of list) {
    p.data = vec.detach().narrow(0, start, p.count).view(p.shape)
    start += p.count
  }
}
