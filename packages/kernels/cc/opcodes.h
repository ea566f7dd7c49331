// Codes of packages/core/src/dispatch/opcodes.ts, and from 64 on those of the fused operations (src/primitives/fused-codes.ts).
#pragma once
#include "base.h"

namespace VARIANT {

enum DTypeCode { FLOAT32 = 0, FLOAT64 = 1, FLOAT16 = 2, BFLOAT16 = 3, INT8 = 4, UINT8 = 5, INT16 = 6, INT32 = 7, INT64 = 8, BOOL = 9 };

enum UnaryCode {
  NEG, ABS, SIGN, RELU, BITWISE_NOT, FLOOR, CEIL, ROUND, TRUNC, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SQRT, RSQRT,
  RECIPROCAL, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, SIGMOID, ERF, ERFC,
};

enum BinaryCode {
  ADD, SUB, MUL, DIV, DIV_TRUNC, DIV_FLOOR, REMAINDER, FMOD, POW, MAXIMUM, MINIMUM, FMAX, FMIN, ATAN2, COPYSIGN, HYPOT, NEXTAFTER,
  BITWISE_AND, BITWISE_OR, BITWISE_XOR, SHIFT_LEFT, SHIFT_RIGHT, GCD, EQ, NE, LT, LE, GT, GE,
  BINARY_CROSS_ENTROPY = 64, BINARY_CROSS_ENTROPY_LOGITS,
};

enum TernaryCode { WHERE, BINARY_CROSS_ENTROPY_GRAD };

enum class Activation {
  RELU, SIGMOID, TANH, SILU, GELU, GELU_TANH, HARDTANH, HARDSIGMOID, HARDSWISH, LEAKY_RELU, ELU, SOFTPLUS, LOGSIGMOID, MISH,
};

enum class Distance { SQUARED, ABSOLUTE, HUBER };

enum ReduceCode { SUM, PROD, AMAX, AMIN };

// No code is as large.
constexpr i32 CODES = 80;

} // namespace VARIANT
