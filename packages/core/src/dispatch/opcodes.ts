/** Codes of the parameterised primitives. Dense from 0, so that a backend may index tables with them. */

/** One tensor in, one out, same dtype. Those marked float are only called with floating-point dtypes. */
export const Unary = {
  neg: 0,
  abs: 1,
  sign: 2,
  relu: 3,
  bitwiseNot: 4,
  // float from here on
  floor: 5,
  ceil: 6,
  /** Half to even. */
  round: 7,
  trunc: 8,
  exp: 9,
  exp2: 10,
  expm1: 11,
  log: 12,
  log2: 13,
  log10: 14,
  log1p: 15,
  sqrt: 16,
  rsqrt: 17,
  reciprocal: 18,
  sin: 19,
  cos: 20,
  tan: 21,
  asin: 22,
  acos: 23,
  atan: 24,
  sinh: 25,
  cosh: 26,
  tanh: 27,
  asinh: 28,
  acosh: 29,
  atanh: 30,
  sigmoid: 31,
  erf: 32,
  erfc: 33,
  erfinv: 34,
  lgamma: 35,
  digamma: 36,
} as const
export type UnaryCode = (typeof Unary)[keyof typeof Unary]

/** Two operands of one dtype, broadcast to the output. From `eq` on the output is bool. */
export const Binary = {
  add: 0,
  sub: 1,
  mul: 2,
  /** True division, floating point only. */
  div: 3,
  /** Division rounded towards zero. */
  divTrunc: 4,
  /** Division rounded down. */
  divFloor: 5,
  /** Sign of the divisor, as Python's %. */
  remainder: 6,
  /** Sign of the dividend, as C's fmod. */
  fmod: 7,
  pow: 8,
  /** NaN if either is. */
  maximum: 9,
  minimum: 10,
  /** The other one if one is NaN. */
  fmax: 11,
  fmin: 12,
  atan2: 13,
  copysign: 14,
  hypot: 15,
  nextafter: 16,
  // integers and bool
  bitwiseAnd: 17,
  bitwiseOr: 18,
  bitwiseXor: 19,
  shiftLeft: 20,
  shiftRight: 21,
  gcd: 22,
  // output bool
  eq: 23,
  ne: 24,
  lt: 25,
  le: 26,
  gt: 27,
  ge: 28,
} as const
export type BinaryCode = (typeof Binary)[keyof typeof Binary]

/** Reductions; input and output have the same dtype. */
export const Reduce = { sum: 0, prod: 1, amax: 2, amin: 3 } as const
export type ReduceCode = (typeof Reduce)[keyof typeof Reduce]

/** Index of the extreme element (the first of equals; NaN counts as extreme), output int64. */
export const ArgReduce = { argmax: 0, argmin: 1 } as const
export type ArgReduceCode = (typeof ArgReduce)[keyof typeof ArgReduce]

/** Running reductions along one dimension. */
export const Scan = { cumsum: 0, cumprod: 1, cummax: 2, cummin: 3 } as const
export type ScanCode = (typeof Scan)[keyof typeof Scan]

/** What scatter and indexPut do with the element that is there. */
export const ScatterMode = { set: 0, add: 1, mul: 2, amax: 3, amin: 4 } as const
export type ScatterCode = (typeof ScatterMode)[keyof typeof ScatterMode]
