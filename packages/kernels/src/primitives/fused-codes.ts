/** Codes of the fused loops, beside those of core: see cc/opcodes.h. */
export const FusedBinary = { binaryCrossEntropy: 64, binaryCrossEntropyLogits: 65 } as const

export const Ternary = { where: 0, binaryCrossEntropyGrad: 1 } as const

/** Activations with their gradients. */
export const Activation = {
  relu: 0,
  sigmoid: 1,
  tanh: 2,
  silu: 3,
  gelu: 4,
  geluTanh: 5,
  hardtanh: 6,
  hardsigmoid: 7,
  hardswish: 8,
  leakyRelu: 9,
  elu: 10,
  softplus: 11,
  logsigmoid: 12,
  mish: 13,
} as const
export type ActivationCode = (typeof Activation)[keyof typeof Activation]

/** What losses add up. */
export const Distance = { squared: 0, absolute: 1, huber: 2 } as const
export type DistanceCode = (typeof Distance)[keyof typeof Distance]
