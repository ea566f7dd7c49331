/** Codes of the fused loops, beside those of core: see cc/opcodes.h. */
export const FusedUnary = { silu: 64, gelu: 65, geluTanh: 66 } as const

export const FusedBinary = {
  reluGrad: 64,
  sigmoidGrad: 65,
  tanhGrad: 66,
  siluGrad: 67,
  geluGrad: 68,
  geluTanhGrad: 69,
  squaredError: 70,
  binaryCrossEntropy: 71,
  binaryCrossEntropyLogits: 72,
} as const

export const Ternary = { where: 0, binaryCrossEntropyGrad: 1, squaredErrorGrad: 2 } as const
