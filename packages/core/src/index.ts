/** The public list of `@tsorch/core`. */
// files that only attach methods or register kernels
import './cpu.js'
import './ops/access.js'
import './ops/write.js'
import './text.js'

import * as autograd from './autograd/index.js'

export {
  enableGrad,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  type ModeGuard,
  noGrad,
  setGradEnabled,
} from './autograd/mode.js'
export type { Gradient, Grads, Node, TensorHook } from './autograd/node.js'
export { empty, full, getDefaultDevice, ones, setDefaultDevice, type TensorOptions, zeros } from './create.js'
export type { Backend, HostArray, Memory, Operand, Primitives, View } from './dispatch/backend.js'
export { defineComposite, definedOps, defineOp, type Op, type OpArgs, type Override, override } from './dispatch/op.js'
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
export {
  Device,
  deviceOf,
  devices,
  isAvailable,
  kernelSets,
  registerBackend,
  useKernelSet,
} from './dispatch/registry.js'
export {
  bfloat16,
  bool,
  canCast,
  DType,
  type DTypeLike,
  type DTypeName,
  finfo,
  float16,
  float32,
  float64,
  getDefaultDtype,
  int8,
  int16,
  int32,
  int64,
  promoteTypes,
  setDefaultDtype,
  uint8,
} from './dtype.js'
export { IndexError, NotImplementedError, RuntimeError, ValueError } from './errors.js'
export {
  asTensor,
  BoolTensor,
  ByteTensor,
  DoubleTensor,
  FloatTensor,
  type FromArrayOptions,
  fromTypedArray,
  IntTensor,
  LongTensor,
  scalarTensor,
  type TensorData,
  tensor,
} from './from-data.js'
export type { PlainArray } from './host.js'
export { type NamedTuple, namedTuple, type ValuesIndices, valuesIndices } from './named-tuple.js'
export type { DataAlias } from './ops/access.js'
export { type LeakyReluOptions, leakyRelu, relu, sigmoid } from './ops/activation.js'
export { clone, type MemoryFormat, type ToOptions } from './ops/cast.js'
export {
  bitwiseAnd,
  bitwiseLeftShift,
  bitwiseNot,
  bitwiseOr,
  bitwiseRightShift,
  bitwiseXor,
  eq,
  ge,
  gt,
  isfinite,
  isinf,
  isnan,
  le,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  lt,
  ne,
} from './ops/compare.js'
export {
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from './ops/conv.js'
export type { BinaryFunction, UnaryFunction } from './ops/define.js'
export {
  alphaDropout,
  type DropoutOptions,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  featureAlphaDropout,
} from './ops/dropout.js'
export { type EmbeddingOptions, embedding } from './ops/embedding.js'
export { type ClampOptions, clamp, clampMax, clampMin, fmax, fmin, maximum, minimum } from './ops/extremes.js'
export { type SgdArguments, type SgdStep, sgdStepOp } from './ops/foreach.js'
export { cat, chunk, type JoinOptions, split, stack, unbind } from './ops/join.js'
export { linear } from './ops/linear.js'
export {
  type BceLogitsOptions,
  type BceOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type CrossEntropyOptions,
  crossEntropy,
  l1Loss,
  mseLoss,
  type NllOptions,
  nllLoss,
  type Reduction,
  type ReductionOptions,
} from './ops/loss.js'
export {
  addbmm,
  addmm,
  addmv,
  addr,
  type BetaAlpha,
  baddbmm,
  bmm,
  dot,
  inner,
  matmul,
  mm,
  mv,
  outer,
  vdot,
} from './ops/matmul.js'
export {
  type AlphaOptions,
  abs,
  add,
  type DivOptions,
  div,
  exp,
  exp2,
  expm1,
  floorDivide,
  log,
  log1p,
  log2,
  log10,
  mul,
  neg,
  pow,
  reciprocal,
  rsqrt,
  rsub,
  sign,
  sqrt,
  square,
  sub,
} from './ops/pointwise.js'
export {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from './ops/pool.js'
export { isTensor, resultType, type Scalar, type TensorOrScalar } from './ops/promote.js'
export { initialSeed, manualSeed, type RandomOptions, rand, randint, randn, randperm } from './ops/random.js'
export {
  type ArgmaxOptions,
  all,
  amax,
  amin,
  aminmax,
  any,
  argmax,
  argmin,
  countNonzero,
  type Dim,
  type ExtremeOptions,
  type MaxOptions,
  max,
  mean,
  min,
  nanmean,
  nansum,
  type ProdOptions,
  prod,
  type ReduceOptions,
  sum,
} from './ops/reduce.js'
export {
  type CellWeights,
  gruCell,
  gruLayer,
  lstmCell,
  lstmLayer,
  type Nonlinearity,
  rnnCell,
  rnnLayer,
} from './ops/rnn.js'
export type { Sizes } from './ops/sliding.js'
export { logSoftmax, type SoftmaxOptions, softmax, softmin } from './ops/softmax.js'
export { acos, acosh, asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan, tanh } from './ops/trig.js'
export {
  broadcastTensors,
  broadcastTo,
  type DiagonalOptions,
  diagonal,
  type FlattenOptions,
  flatten,
  movedim,
  narrow,
  permute,
  ravel,
  reshape,
  select,
  squeeze,
  t,
  transpose,
  unflatten,
  unsqueeze,
} from './ops/view.js'
export { where } from './ops/where.js'
export { asStrided } from './ops/window.js'
export { bindOptions } from './options.js'
export {
  getPrintoptions,
  type PrintOptions,
  type PrintProfile,
  printoptions,
  type SetPrintOptions,
  setPrintoptions,
} from './print.js'
export { defaultGenerator, Generator } from './random/generator.js'
export {
  arange,
  emptyLike,
  eye,
  fullLike,
  type LikeOptions,
  linspace,
  newEmpty,
  newFull,
  newOnes,
  newZeros,
  onesLike,
  zerosLike,
} from './ranges.js'
export type { Shape } from './shape.js'
export { Storage } from './storage.js'
export { type Method, Tensor } from './tensor.js'
export { autograd }
