// Pointwise kernels: which loop, and over what. The loops of other dtypes than float32 are left to the compiler's vectoriser.
#include "pointwise.h"
#include "kernels.h"

// Outputs may be inputs, element by element.
#if defined(__clang__)
#define VECTORISED _Pragma("clang loop vectorize(assume_safety)")
#else
#define VECTORISED _Pragma("GCC ivdep")
#endif

namespace VARIANT {
namespace {

template <class T, class F> void unary(void* out, const void* a, const void*, const void*, i32 n, Numbers) {
  T* o = (T*)out;
  const T* x = (const T*)a;
  VECTORISED
  for (i32 i = 0; i < n; i++) o[i] = F::of(x[i]);
}
template <class T, class R, class F> void binary(void* out, const void* a, const void* b, const void*, i32 n, Numbers) {
  R* o = (R*)out;
  const T* x = (const T*)a;
  const T* y = (const T*)b;
  VECTORISED
  for (i32 i = 0; i < n; i++) o[i] = F::of(x[i], y[i]);
}

// Integers wrap: arithmetic without a sign.
template <class T> struct Unsigned { typedef T type; };
template <> struct Unsigned<i32> { typedef u32 type; };
template <> struct Unsigned<i64> { typedef u64 type; };

#define UNARY(name, expression) struct name { template <class T> static INLINE T of(T x) { typedef typename Unsigned<T>::type U [[maybe_unused]]; return (T)(expression); } };
#define BINARY(name, expression) struct name { template <class T> static INLINE T of(T x, T y) { typedef typename Unsigned<T>::type U [[maybe_unused]]; return (T)(expression); } };
#define COMPARE(name, operator) struct name { template <class T> static INLINE u8 of(T x, T y) { return x operator y; } };

UNARY(Neg, (U)0 - (U)x)
UNARY(NegFloat, -x)
UNARY(Abs, x < 0 ? (T)((U)0 - (U)x) : x)
UNARY(AbsFloat, __builtin_fabs(x))
UNARY(Sign, x > 0 ? 1 : x < 0 ? -1 : 0)
UNARY(Relu, x < 0 ? 0 : x)
UNARY(Not, ~x)
UNARY(Sqrt, __builtin_sqrt(x))
UNARY(Reciprocal, 1 / x)

BINARY(Add, (U)x + (U)y)
BINARY(Sub, (U)x - (U)y)
BINARY(Mul, (U)x * (U)y)
BINARY(Div, x / y)
BINARY(Maximum, x != x ? x : x > y ? x : y)
BINARY(Minimum, x != x ? x : x < y ? x : y)
BINARY(And, x & y)
BINARY(Or, x | y)
BINARY(Xor, x ^ y)
COMPARE(Eq, ==)
COMPARE(Ne, !=)
COMPARE(Lt, <)
COMPARE(Le, <=)
COMPARE(Gt, >)
COMPARE(Ge, >=)

template <class T> LoopBody comparison(i32 op) {
  switch (op) {
    case EQ: return binary<T, u8, Eq>;
    case NE: return binary<T, u8, Ne>;
    case LT: return binary<T, u8, Lt>;
    case LE: return binary<T, u8, Le>;
    case GT: return binary<T, u8, Gt>;
    case GE: return binary<T, u8, Ge>;
    default: return nullptr;
  }
}

template <class T> LoopBody ofInteger(i32 op) {
  switch (op) {
    case ADD: return binary<T, T, Add>;
    case SUB: return binary<T, T, Sub>;
    case MUL: return binary<T, T, Mul>;
    case MAXIMUM: case FMAX: return binary<T, T, Maximum>;
    case MINIMUM: case FMIN: return binary<T, T, Minimum>;
    case BITWISE_AND: return binary<T, T, And>;
    case BITWISE_OR: return binary<T, T, Or>;
    case BITWISE_XOR: return binary<T, T, Xor>;
    default: return comparison<T>(op);
  }
}

LoopBody ofBytes(i32 op) {
  switch (op) {
    case BITWISE_AND: return binary<u8, u8, And>;
    case BITWISE_OR: return binary<u8, u8, Or>;
    case BITWISE_XOR: return binary<u8, u8, Xor>;
    default: return comparison<u8>(op);
  }
}

LoopBody ofDouble(i32 op) {
  switch (op) {
    case ADD: return binary<f64, f64, Add>;
    case SUB: return binary<f64, f64, Sub>;
    case MUL: return binary<f64, f64, Mul>;
    case DIV: return binary<f64, f64, Div>;
    case MAXIMUM: return binary<f64, f64, Maximum>;
    case MINIMUM: return binary<f64, f64, Minimum>;
    default: return comparison<f64>(op);
  }
}

template <class T> LoopBody unaryInteger(i32 op) {
  switch (op) {
    case NEG: return unary<T, Neg>;
    case ABS: return unary<T, Abs>;
    case SIGN: return unary<T, Sign>;
    case RELU: return unary<T, Relu>;
    case BITWISE_NOT: return unary<T, Not>;
    default: return nullptr;
  }
}

LoopBody unaryDouble(i32 op) {
  switch (op) {
    case NEG: return unary<f64, NegFloat>;
    case ABS: return unary<f64, AbsFloat>;
    case SIGN: return unary<f64, Sign>;
    case RELU: return unary<f64, Relu>;
    case SQRT: return unary<f64, Sqrt>;
    case RECIPROCAL: return unary<f64, Reciprocal>;
    default: return nullptr;
  }
}

// bool: logical not
struct LogicalNot { static INLINE u8 of(u8 x) { return x == 0; } };

template <class T> void choose(void* out, const void* c, const void* a, const void* b, i32 n, Numbers) {
  const u8* mask = (const u8*)c;
  VECTORISED
  for (i32 i = 0; i < n; i++) ((T*)out)[i] = mask[i] != 0 ? ((const T*)a)[i] : ((const T*)b)[i];
}
void choose4(void* out, const void* c, const void* a, const void* b, i32 n, Numbers) {
  for (i32 i = 0; i < n; i += W)
    store((f32*)out + i, select(loadMask((const u8*)c + i), load((const f32*)a + i), load((const f32*)b + i)));
}

Loop whereLoop(i32 size) {
  switch (size) {
    case 1: return {choose<u8>, {1, 1, 1, 1}, false, LIGHT};
    case 2: return {choose<u16>, {2, 1, 2, 2}, false, LIGHT};
    case 4: return {choose4, {4, 1, 4, 4}, true, LIGHT};
    default: return {choose<u64>, {8, 1, 8, 8}, false, LIGHT};
  }
}

constexpr i32 SIZES[] = {4, 8, 2, 2, 1, 1, 2, 4, 8, 1};

// A number as an element of a dtype.
struct Scalar {
  alignas(8) u8 bytes[8];
  Scalar(i32 dtype, f64 value) {
    if (dtype == FLOAT32) put((f32)value);
    else if (dtype == FLOAT64) put(value);
    else if (dtype == INT32) put((i32)(i64)value);
    else if (dtype == INT64) put((i64)value);
    else put((u8)(i64)value);
  }
  template <class T> void put(T x) { copyBytes(bytes, &x, sizeof(T)); }
};

} // namespace

Loop unaryLoop(i32 dtype, i32 op) {
  const i32 size = SIZES[dtype];
  const auto loop = [=](LoopBody body) { return Loop{body, {size, size, 0, 0}, false, LIGHT}; };
  switch (dtype) {
    case FLOAT32: return unaryLoopF32(op);
    case FLOAT64: return loop(unaryDouble(op));
    case INT32: return loop(unaryInteger<i32>(op));
    case INT64: return loop(unaryInteger<i64>(op));
    case BOOL: return loop(op == BITWISE_NOT ? unary<u8, LogicalNot> : nullptr);
    default: return {};
  }
}

Loop binaryLoop(i32 dtype, i32 op) {
  const i32 size = SIZES[dtype];
  const auto loop = [=](LoopBody body) { return Loop{body, {op >= EQ ? 1 : size, size, size, 0}, false, LIGHT}; };
  switch (dtype) {
    case FLOAT32: return binaryLoopF32(op);
    case FLOAT64: return loop(ofDouble(op));
    case INT32: return loop(ofInteger<i32>(op));
    case INT64: return loop(ofInteger<i64>(op));
    case UINT8:
    case BOOL: return loop(ofBytes(op));
    default: return {};
  }
}

Loop ternaryLoop(i32 dtype, i32 op) {
  if (op == WHERE) return whereLoop(SIZES[dtype]);
  return dtype == FLOAT32 ? ternaryLoopF32(op) : Loop{};
}

i32 hasUnary(i32 dtype, i32 op) { return unaryLoop(dtype, op).body != nullptr; }
i32 hasBinary(i32 dtype, i32 op) { return binaryLoop(dtype, op).body != nullptr; }

void unary(i32 dtype, i32 op, void* out, const void* x, i32 n) {
  runFlat(unaryLoop(dtype, op), out, x, 1, nullptr, 1, nullptr, 1, n);
}
void unaryStrided(i32 dtype, i32 op, void* out, const void* x, const i32* geometry) {
  runStrided(unaryLoop(dtype, op), 1, out, x, nullptr, nullptr, geometry);
}

void binary(i32 dtype, i32 op, void* out, const void* a, const void* b, i32 n) {
  runFlat(binaryLoop(dtype, op), out, a, 1, b, 1, nullptr, 1, n);
}
void binaryOne(i32 dtype, i32 op, void* out, const void* a, i32 aStep, const void* b, i32 bStep, i32 n) {
  runFlat(binaryLoop(dtype, op), out, a, aStep, b, bStep, nullptr, 1, n);
}
void binaryNumber(i32 dtype, i32 op, void* out, const void* x, f64 number, i32 first, i32 n) {
  const Scalar s(dtype, number);
  if (first) runFlat(binaryLoop(dtype, op), out, s.bytes, 0, x, 1, nullptr, 1, n);
  else runFlat(binaryLoop(dtype, op), out, x, 1, s.bytes, 0, nullptr, 1, n);
}
void binaryStrided(i32 dtype, i32 op, void* out, const void* a, const void* b, const i32* geometry) {
  runStrided(binaryLoop(dtype, op), 2, out, a, b, nullptr, geometry);
}

void ternary(i32 dtype, i32 op, void* out, const void* a, i32 aStep, const void* b, i32 bStep, const void* c, i32 cStep,
             i32 n) {
  runFlat(ternaryLoop(dtype, op), out, a, aStep, b, bStep, c, cStep, n);
}
void ternaryStrided(i32 dtype, i32 op, void* out, const void* a, const void* b, const void* c, const i32* geometry) {
  runStrided(ternaryLoop(dtype, op), 3, out, a, b, c, geometry);
}

} // namespace VARIANT
