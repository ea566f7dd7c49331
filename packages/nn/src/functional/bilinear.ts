import { add, bmm, matmul, permute, RuntimeError, reshape, type Tensor, unsqueeze } from '@tsorch/core'

/**
 * `input1 @ weight[k] @ input2 + bias[k]` for each output k.
 *
 * @param input1 - shape [..., in1]
 * @param input2 - shape [..., in2], with the same leading sizes
 * @param weight - shape [out, in1, in2]
 * @param bias - shape [out], or none
 * @returns shape [..., out]
 * @throws RuntimeError if the sizes do not fit
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.bilinear.html
 */
export function bilinear(
  input1: Tensor,
  input2: Tensor,
  weight: Tensor,
  bias?: Tensor | null | { bias?: Tensor | null },
): Tensor {
  const b = (bias !== null && bias !== undefined && !('shape' in bias) ? bias.bias : bias) ?? null
  check(input1, input2, weight, b)
  const [outputs, in1, in2] = weight.shape as [number, number, number]
  const leading = input1.shape.slice(0, -1)
  const rows = reshape(input1, [-1, in1])
  // the first product is one for all outputs: [rows, in1] x [in1, outputs * in2]
  const half = matmul(rows, reshape(permute(weight, [1, 0, 2]), [in1, outputs * in2]))
  const out = bmm(reshape(half, [-1, outputs, in2]), unsqueeze(reshape(input2, [-1, in2]), 2))
  const shaped = reshape(out, [...leading, outputs])
  return b === null ? shaped : add(shaped, b)
}

function check(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null): void {
  if (weight.ndim !== 3)
    throw new RuntimeError(`bilinear(): weight must be 3-D, but got shape [${weight.shape.join(', ')}]`)
  if (input1.ndim !== input2.ndim)
    throw new RuntimeError(`bilinear(): input dimensions do not match: got ${input1.ndim} and ${input2.ndim}`)
  for (let d = 0; d < input1.ndim - 1; d++) {
    if (input1.shape[d] !== input2.shape[d]) {
      throw new RuntimeError(
        `bilinear(): input batch dimensions do not match at dim ${d}: got ${input1.shape[d]} and ${input2.shape[d]}`,
      )
    }
  }
  for (const [i, input] of [input1, input2].entries()) {
    const size = input.shape.at(-1)
    if (size !== weight.shape[i + 1]) {
      throw new RuntimeError(
        `bilinear(): input${i + 1} size does not match weight size: got ${size} but expected ${weight.shape[i + 1]}`,
      )
    }
  }
  if (bias !== null && bias.shape[0] !== weight.shape[0]) {
    throw new RuntimeError(
      `bilinear(): bias size does not match weight size: got ${bias.shape[0]} but expected ${weight.shape[0]}`,
    )
  }
}
