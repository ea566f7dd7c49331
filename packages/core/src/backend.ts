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
export { adaptiveMeanGradOp, adaptiveMeanOp } from './ops/adaptive-pool.js'
export {
  batchNormGradOp,
  batchNormInferenceOp,
  batchNormOp,
  type RunningStatistics,
} from './ops/batch-norm.js'
export {
  type ConvGeometry,
  convolutionInputGradOp,
  convolutionOp,
  convolutionWeightGradOp,
} from './ops/conv.js'
export { crossEntropyGradOp, crossEntropyOp } from './ops/cross-entropy.js'
export { dropoutNoiseOp } from './ops/dropout.js'
export { type EmbeddingRule, embeddingGradOp, embeddingOp } from './ops/embedding.js'
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
export { wrote } from './ops/inplace.js'
export { linearOp } from './ops/linear.js'
export {
  binaryCrossEntropyGradOp,
  binaryCrossEntropyOp,
  binaryCrossEntropyWithLogitsOp,
  mseLossGradOp,
  mseLossOp,
  nllLossGradOp,
  nllLossOp,
  type Reduction,
} from './ops/loss.js'
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
export { maxPoolGradOp, maxPoolOp, sumPoolGradOp, sumPoolOp } from './ops/pool.js'
export type { LayerGradients } from './ops/rnn-fused.js'
export { gruBackwardOp, gruForwardOp, gruLayerOp } from './ops/rnn-gru.js'
export { lstmBackwardOp, lstmForwardOp, lstmLayerOp } from './ops/rnn-lstm.js'
export { rnnBackwardOp, rnnForwardOp, rnnLayerOp } from './ops/rnn-plain.js'
export { positionsAlong, type Window } from './ops/sliding.js'
export { logSoftmaxGradOp, logSoftmaxOp, softmaxGradOp, softmaxOp } from './ops/softmax.js'
export { topkOp } from './ops/sort.js'
export { tanhGradOp } from './ops/trig.js'
export type { Generator } from './random/generator.js'
export { contiguousStrides, isContiguous, numelOf, type Shape, sameShape } from './shape.js'
export { Handle, Owner, type OwnerCode, Storage } from './storage.js'
export { allocate, allocateStrided, Tensor } from './tensor.js'
