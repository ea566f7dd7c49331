/** The public list of `@tsorch/core`. */
// files that only attach methods or register kernels
import './cpu.js'
import './ops/access.js'
import './ops/view-inplace.js'
import './ops/write.js'
import './print/tensor-text.js'

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
export {
  type EyeOptions,
  eye,
  type TriangleOptions as TriangleIndexOptions,
  trilIndices,
  triuIndices,
} from './create/diagonals.js'
export { empty, full, getDefaultDevice, ones, setDefaultDevice, type TensorOptions, zeros } from './create/fill.js'
export {
  asTensor,
  BoolTensor,
  ByteTensor,
  DoubleTensor,
  FloatTensor,
  type FromArrayOptions,
  type FromBufferOptions,
  frombuffer,
  fromTypedArray,
  IntTensor,
  LongTensor,
  scalarTensor,
  type TensorData,
  tensor,
} from './create/from-data.js'
export { emptyLike, emptyStrided, fullLike, type LikeOptions, onesLike, zerosLike } from './create/like.js'
export { arange, linspace, logspace, newEmpty, newFull, newOnes, newZeros, range } from './create/ranges.js'
export { type Copier, type DeepCopyable, deepCopy } from './deep-copy.js'
export type { Backend, MemoryUsage } from './dispatch/backend.js'
export { defineComposite, defineOp, type Op, type OpArgs } from './dispatch/op.js'
export {
  currentKernelSet,
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
export type { PlainArray } from './host.js'
export { dropGrad, gradOf, keep, memory, tidy } from './memory.js'
export { type NamedTuple, namedTuple, type ValuesIndices, valuesIndices } from './named-tuple.js'
export { keepSince, mark as memoryMark, safePoint } from './nursery.js'
export type { DataAlias } from './ops/access.js'
export {
  type GeluApproximation,
  type GeluOptions,
  gelu,
  relu,
  sigmoid,
  silu,
} from './ops/activation.js'
export { adaptiveMaxPool1d, adaptiveMaxPool2d, adaptiveMaxPool3d } from './ops/adaptive-max-pool.js'
export {
  type AdaptiveSizes,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
} from './ops/adaptive-pool.js'
export { type AffineGridOptions, affineGrid } from './ops/affine-grid.js'
export {
  absolute,
  divide,
  greater,
  greaterEqual,
  less,
  lessEqual,
  multiply,
  negative,
  notEqual,
  subtract,
  trueDivide,
} from './ops/aliases.js'
export { addcdiv, addcmul, lerp, type ValueOptions } from './ops/arithmetic.js'
export { atleast1d, atleast2d, atleast3d } from './ops/atleast.js'
export { type AttentionOptions, scaledDotProductAttention } from './ops/attention.js'
export type { BagMode, EmbeddingBagOptions } from './ops/bag-arguments.js'
export {
  type BatchNormOptions,
  batchNorm,
  type InstanceNormOptions,
  instanceNorm,
  nativeBatchNorm,
} from './ops/batch-norm.js'
export {
  type BceLogitsOptions,
  type BceOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
} from './ops/binary-cross-entropy.js'
export { broadcastShapes, sumToSize } from './ops/broadcast.js'
export { clone, type MemoryFormat, type ToOptions } from './ops/cast.js'
export { allclose, type ClosenessOptions, equal, isclose } from './ops/closeness.js'
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
  angle,
  conj,
  conjPhysical,
  isComplex,
  isConj,
  isNeg,
  isreal,
  real,
  resolveConj,
  resolveNeg,
} from './ops/complex.js'
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
export { type CrossEntropyOptions, crossEntropy } from './ops/cross-entropy.js'
export { type CtcOptions, ctcLoss, type Lengths } from './ops/ctc.js'
export type { BinaryFunction, UnaryFunction } from './ops/define.js'
export {
  cumulativeTrapezoid,
  type DiffOptions,
  diff,
  type GradientOptions,
  gradient,
  type TrapezoidOptions,
  trapezoid,
  trapz,
} from './ops/differences.js'
export {
  type CosineSimilarityOptions,
  cosineSimilarity,
  type PairwiseDistanceOptions,
  pairwiseDistance,
  pdist,
} from './ops/distance.js'
export {
  alphaDropout,
  type DropoutOptions,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  featureAlphaDropout,
} from './ops/dropout.js'
export { celu, type EluOptions, elu, selu } from './ops/elu.js'
export { type EmbeddingOptions, embedding } from './ops/embedding.js'
export { embeddingBag } from './ops/embedding-bag.js'
export {
  type ClampOptions,
  clamp,
  clampMax,
  clampMin,
  clip,
  fmax,
  fmin,
  type Limit,
  maximum,
  minimum,
} from './ops/extremes.js'
export { floatPower, isneginf, isposinf, ldexp, type NanToNumOptions, nanToNum, nextafter } from './ops/floating.js'
export { type FoldOptions, fold, unfold } from './ops/fold.js'
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
export { type FractionalMaxPoolOptions, fractionalMaxPool2d, fractionalMaxPool3d } from './ops/fractional-max-pool.js'
export {
  type GatherOptions,
  gather,
  type ScatterOptions,
  scatter,
  scatterAdd,
  type TakeAlongDimOptions,
  takeAlongDim,
} from './ops/gather.js'
export { glu } from './ops/glu.js'
export {
  type CombinationsOptions,
  cartesianProd,
  combinations,
  type MeshgridOptions,
  meshgrid,
  unravelIndex,
} from './ops/grid.js'
export { type GridSampleMode, type GridSampleOptions, type GridSamplePadding, gridSample } from './ops/grid-sample.js'
export { type HardtanhOptions, hardsigmoid, hardswish, hardtanh, relu6, threshold } from './ops/hard-activation.js'
export {
  type BincountOptions,
  type Bins,
  bincount,
  type HistcOptions,
  type HistogramOptions,
  histc,
  histogram,
  histogramdd,
} from './ops/histogram.js'
export { type HuberOptions, huberLoss, type SmoothL1Options, smoothL1Loss } from './ops/huber-loss.js'
export { type IndexAddOptions, indexAdd, indexReduce } from './ops/index-add.js'
export { indexCopy, indexFill } from './ops/index-copy.js'
export type { Index, Slice } from './ops/index-parse.js'
export { indexSelect } from './ops/index-select.js'
export { type IndexPutOptions, indexPut } from './ops/indexing.js'
export { gcd, lcm } from './ops/integers.js'
export { type InterpolateOptions, type InterpolationMode, interpolate } from './ops/interpolate.js'
export {
  blockDiag,
  cat,
  columnStack,
  concat,
  concatenate,
  dstack,
  hstack,
  type JoinOptions,
  rowStack,
  stack,
  vstack,
} from './ops/join.js'
export { type LeakyReluOptions, leakyRelu, prelu, type RReluOptions, rrelu } from './ops/leaky-relu.js'
export { linear } from './ops/linear.js'
export { logaddexp, logaddexp2, xlogy } from './ops/logarithms.js'
export { type Reduction, type ReductionOptions, reduced as reduceLoss, reductionOf } from './ops/loss.js'
export { maskedFill, maskedScatter, maskedSelect } from './ops/masked.js'
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
export { type ArgmaxOptions, amax, amin, aminmax, argmax, argmin, type MaxOptions, max, min } from './ops/max-min.js'
export {
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type Pooled,
  type ReturnIndicesOptions,
} from './ops/max-pool.js'
export { type MaxUnpoolOptions, maxUnpool1d, maxUnpool2d, maxUnpool3d } from './ops/max-unpool.js'
export {
  type CovOptions,
  corrcoef,
  cov,
  type MomentOptions,
  std,
  stdMean,
  variance as var,
  varMean,
} from './ops/moments.js'
export { type NllOptions, nllLoss } from './ops/nll-loss.js'
export { argwhere, type NonzeroOptions, nonzero } from './ops/nonzero.js'
export {
  type GroupNormOptions,
  groupNorm,
  type LayerNormOptions,
  layerNorm,
  nativeLayerNorm,
  type RmsNormOptions,
  rmsNorm,
} from './ops/norm.js'
export { dist, logsumexp, type NormOptions, norm, renorm, type VectorNormOptions, vectorNorm } from './ops/norms.js'
export { kthvalue, median, mode, nanmedian } from './ops/order-statistics.js'
export { type ConstantPadOptions, constantPadNd, type PadMode, type PadOptions, pad } from './ops/pad.js'
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
export { type AvgPoolOptions, avgPool1d, avgPool2d, avgPool3d } from './ops/pool.js'
export { isTensor, resultType, type Scalar, type TensorOrScalar } from './ops/promote.js'
export { nanquantile, type QuantileOptions, quantile } from './ops/quantile.js'
export {
  type RandomLikeOptions,
  type RandomOptions,
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  randperm,
} from './ops/random.js'
export type {
  BernoulliOptions,
  CauchyOptions,
  ExponentialOptions,
  NormalOptions,
  UniformOptions,
} from './ops/random-fill.js'
export {
  bernoulli,
  type MultinomialOptions,
  multinomial,
  type NormalSampleOptions,
  normal,
  poisson,
} from './ops/random-sample.js'
export { forkRng, getRngState, initialSeed, manualSeed, seed, setRngState } from './ops/random-state.js'
export { flip, fliplr, flipud, type RollOptions, type Rot90Options, roll, rot90 } from './ops/rearrange.js'
export {
  all,
  any,
  countNonzero,
  type Dim,
  type ExtremeOptions,
  mean,
  nanmean,
  nansum,
  type ProdOptions,
  prod,
  type ReduceOptions,
  sum,
} from './ops/reduce.js'
export { l1Loss, mseLoss, type WeightedReductionOptions } from './ops/regression-loss.js'
export { type RepeatInterleaveOptions, repeatInterleave, tile } from './ops/repeat.js'
export { type CellWeights, gruCell, lstmCell, type Nonlinearity, rnnCell } from './ops/rnn.js'
export { gruLayer } from './ops/rnn-gru.js'
export { lstmLayer } from './ops/rnn-lstm.js'
export { rnnLayer } from './ops/rnn-plain.js'
export { ceil, fix, floor, fmod, frac, type RoundOptions, remainder, round, trunc } from './ops/round.js'
export { cummax, cummin, cumprod, cumsum, logcumsumexp, type ScanOptions } from './ops/scan.js'
export { type IncludeSelfOptions, scatterReduce } from './ops/scatter-reduce.js'
export { bucketize, isin, searchsorted } from './ops/searching.js'
export { hardshrink, type ShrinkOptions, softshrink, tanhshrink } from './ops/shrink.js'
export { channelShuffle, pixelShuffle, pixelUnshuffle } from './ops/shuffle.js'
export { copysign, heaviside, positive, sgn, signbit } from './ops/sign.js'
export { type DiagonalOptions, diagonal, narrow, select } from './ops/slicing.js'
export type { Sizes } from './ops/sliding.js'
export { logSoftmax, type SoftmaxOptions, softmax, softmin } from './ops/softmax.js'
export { logsigmoid, mish, type SoftplusOptions, softplus, softsign } from './ops/softplus.js'
export { argsort, msort, type SortOptions, sort, type TopkOptions, topk } from './ops/sort.js'
export { digamma, erf, erfc, erfinv, type LogitOptions, lgamma, logit, polygamma } from './ops/special.js'
export {
  chunk,
  dsplit,
  hsplit,
  type Sections,
  type SplitOptions,
  split,
  splitWithSizes,
  tensorSplit,
  unbind,
  vsplit,
} from './ops/split.js'
export { type PutOptions, put, take } from './ops/take.js'
export {
  type DiagEmbedOptions,
  type DiagflatOptions,
  diag,
  diagEmbed,
  diagflat,
  type FillDiagonalOptions,
  tril,
  triu,
} from './ops/triangle.js'
export {
  acos,
  acosh,
  arccos,
  arccosh,
  arcsin,
  arcsinh,
  arctan,
  arctan2,
  arctanh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cos,
  cosh,
  deg2rad,
  hypot,
  rad2deg,
  sin,
  sinc,
  sinh,
  tan,
  tanh,
} from './ops/trig.js'
export {
  type UniqueConsecutiveOptions,
  type UniqueOptions,
  type UniqueResult,
  unique,
  uniqueConsecutive,
} from './ops/unique.js'
export {
  broadcastTensors,
  broadcastTo,
  type FlattenOptions,
  flatten,
  movedim,
  permute,
  ravel,
  reshape,
  squeeze,
  t,
  transpose,
  unflatten,
  unsqueeze,
} from './ops/view.js'
export {
  asStridedScatter,
  diagonalScatter,
  narrowCopy,
  type SliceScatterOptions,
  selectScatter,
  sliceScatter,
} from './ops/view-scatter.js'
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
} from './print/format.js'
export { defaultGenerator, Generator } from './random/generator.js'
export type { Shape } from './shape.js'
export { Storage } from './storage.js'
export { type Method, Tensor } from './tensor.js'
export { warnOnce } from './warn.js'
export { autograd }
