/**
 * What the author of a backend imports, as `@tsorch/core/backend`: the keys of the operations that can be overridden, and tools
 * for views. What a backend is stands in `dispatch/backend.ts`.
 */
export { SlabAllocator } from './allocator.js'
export type { Backend, HostArray, Memory, MemoryUsage, Operand, Primitives, View } from './dispatch/backend.js'
export { definedOps, type Op, type OpArgs, type Override, override } from './dispatch/op.js'
export {
  ArgReduce,
  type ArgReduceCode,
  Binary,
  type BinaryCode,
  Reduce,
  type ReduceCode,
  Scan,
  type ScanCode,
  type ScatterCode,
  ScatterMode,
  Unary,
  type UnaryCode,
} from './dispatch/opcodes.js'
export { Device, deviceOf, registerBackend, useKernelSet } from './dispatch/registry.js'
export {
  bool,
  type DType,
  dtypes,
  float32,
  float64,
  int32,
  int64,
  type StorageArray,
  uint8,
} from './dtype.js'
export { RuntimeError } from './errors.js'
export { tsMemory as referenceMemory, tsPrimitives as referencePrimitives } from './kernels/index.js'
export { flatStep, start as elementStart, Walk } from './kernels/iterate.js'
export { tsOverrides as referenceOverrides } from './kernels/overrides.js'
export { adopt, drain, nursery, thin } from './nursery.js'
export {
  type GeluApproximation,
  geluGradOp,
  geluOp,
  reluGradOp,
  sigmoidGradOp,
  siluGradOp,
  siluOp,
} from './ops/activation.js'
export { adaptiveMaxOp } from './ops/adaptive-max-pool.js'
export type { Bags } from './ops/bag-arguments.js'
export {
  batchNormGradOp,
  batchNormInferenceOp,
  batchNormOp,
  type RunningStatistics,
} from './ops/batch-norm.js'
export {
  binaryCrossEntropyGradOp,
  binaryCrossEntropyOp,
  binaryCrossEntropyWithLogitsOp,
} from './ops/binary-cross-entropy.js'
export {
  type ConvGeometry,
  convolutionInputGradOp,
  convolutionOp,
  convolutionWeightGradOp,
} from './ops/conv.js'
export { crossEntropyGradOp, crossEntropyOp } from './ops/cross-entropy.js'
export { ctcLossGradOp, ctcLossOp } from './ops/ctc.js'
export type { Alignment } from './ops/ctc-lattice.js'
export { dropoutNoiseOp } from './ops/dropout.js'
export { type EluCurve, eluGradOp, eluOp } from './ops/elu.js'
export { type EmbeddingRule, embeddingGradOp, embeddingOp } from './ops/embedding.js'
export { bagMaximaOp, embeddingBagOp } from './ops/embedding-bag.js'
export { foldOp, unfoldOp } from './ops/fold.js'
export {
  type AdagradArguments,
  type AdagradStep,
  type AdamArguments,
  type AdamStep,
  adagradStepOp,
  adamStepOp,
  type RmspropArguments,
  type RmspropStep,
  rmspropStepOp,
  type SgdArguments,
  type SgdStep,
  sgdStepOp,
} from './ops/foreach.js'
export { fractionalMaxPoolOp } from './ops/fractional-max-pool.js'
export { gluGradOp, gluOp } from './ops/glu.js'
export {
  hardsigmoidGradOp,
  hardsigmoidOp,
  hardswishGradOp,
  hardswishOp,
  hardtanhGradOp,
  hardtanhOp,
  thresholdGradOp,
  thresholdOp,
} from './ops/hard-activation.js'
export { type HuberCurve, huberLossGradOp, huberLossOp } from './ops/huber-loss.js'
export { wrote } from './ops/inplace.js'
export { leakyReluGradOp, leakyReluOp, preluGradOp, preluOp } from './ops/leaky-relu.js'
export { linearOp } from './ops/linear.js'
export type { Reduction } from './ops/loss.js'
export { maxPoolGradOp, maxPoolOp } from './ops/max-pool.js'
export { maxUnpoolOp } from './ops/max-unpool.js'
export { nllLossGradOp, nllLossOp } from './ops/nll-loss.js'
export {
  groupNormGradOp,
  groupNormOp,
  layerNormGradOp,
  layerNormOp,
  type RmsNormGrads,
  type RmsNormResult,
  rmsNormGradOp,
  rmsNormOp,
} from './ops/norm.js'
export type { NormGrads, NormNeeds, NormResult } from './ops/normalise.js'
export { type Border, borderPadGradOp, borderPadOp } from './ops/pad-border.js'
export { sumPoolGradOp, sumPoolOp } from './ops/pool.js'
export { l1LossGradOp, l1LossOp, mseLossGradOp, mseLossOp } from './ops/regression-loss.js'
export { type ResampleStep, resampleOp, type Taps } from './ops/resample.js'
export type { LayerGradients } from './ops/rnn-fused.js'
export { gruBackwardOp, gruForwardOp, gruLayerOp } from './ops/rnn-gru.js'
export { lstmBackwardOp, lstmForwardOp, lstmLayerOp } from './ops/rnn-lstm.js'
export { rnnBackwardOp, rnnForwardOp, rnnLayerOp } from './ops/rnn-plain.js'
export { hardshrinkOp, shrinkGradOp, softshrinkOp } from './ops/shrink.js'
export { positionsAlong, type Window } from './ops/sliding.js'
export { logSoftmaxGradOp, logSoftmaxOp, softmaxGradOp, softmaxOp } from './ops/softmax.js'
export {
  logsigmoidGradOp,
  logsigmoidOp,
  mishGradOp,
  mishOp,
  softplusGradOp,
  softplusOp,
  softsignGradOp,
  softsignOp,
} from './ops/softplus.js'
export { topkOp } from './ops/sort.js'
export { tanhGradOp } from './ops/trig.js'
export type { Generator } from './random/generator.js'
export { contiguousStrides, isContiguous, numelOf, type Shape, sameShape } from './shape.js'
export { Handle, Owner, type OwnerCode, Storage } from './storage.js'
export { allocate, allocateStrided, Tensor } from './tensor.js'
