// Conversions between dtypes. A float outside of an integer's range becomes the processors' "indefinite" integer, as in PyTorch.
#include "kernels.h"
#include "opcodes.h"
#include "parallel.h"
#include "simd.h"

namespace VARIANT {
namespace {

typedef u16 vh __attribute__((vector_size(W * 2)));
typedef u16 vhAny __attribute__((vector_size(W * 2), aligned(2), may_alias));

INLINE vf ofHalf(vh h) {
  const vi word = __builtin_convertvector(h, vi);
  const vi sign = (word & 0x8000) << 16;
  // the exponent's bias goes from 15 to 127 by a multiplication, which subnormal numbers need anyway
  const vf scaled = (vf)((word & 0x7fff) << 13) * 5.192296858534828e33f; // 2^112
  const vi beyond = (word & 0x7c00) == 0x7c00;
  return (vf)((vi)scaled | (beyond & 0x7f800000) | sign);
}

INLINE vh toHalf(vf x) {
  const vi word = (vi)x;
  const vi sign = ((vi)((word >> 16) & 0x8000));
  const vi magnitude = word & 0x7fffffff;
  // half to even: just under half of the 13 bits that go, and the last that stays; may carry, up to infinity
  const vi normal = (magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13;
  // below 2^-14: in 0.5 + |x| the last bit counts 2^-24, the step of float16's subnormal numbers
  const vi small = (vi)((vf)magnitude + 0.5f) - 0x3f000000;
  const vi beyond = selectInt(magnitude > 0x7f800000, splatInt(0x7e00), splatInt(0x7c00));
  const vi half = selectInt(magnitude >= 0x47800000, beyond, selectInt(magnitude < 0x38800000, small, normal));
  return __builtin_convertvector(half | sign, vh);
}

INLINE vf ofBrain(vh h) { return (vf)(__builtin_convertvector(h, vi) << 16); }

INLINE vh toBrain(vf x) {
  const vi word = (vi)x;
  const vi rounded = ((word + 0x7fff + ((word >> 16) & 1)) >> 16) & 0xffff;
  return __builtin_convertvector(selectInt((word & 0x7fffffff) > 0x7f800000, splatInt(0x7fc0), rounded), vh);
}

template <class F> INLINE void widening(void* out, const void* x, i32 n, F f) {
  f32* o = (f32*)out;
  const u16* a = (const u16*)x;
  i32 i = 0;
  for (; i + W <= n; i += W) store(o + i, f((vh) * (const vhAny*)(a + i)));
  if (i == n) return;
  u16 rest[W] = {};
  copyBytes(rest, a + i, (usize)(n - i) * 2);
  storeFirst(o + i, f((vh) * (const vhAny*)rest), n - i);
}
template <class F> INLINE void narrowing(void* out, const void* x, i32 n, F f) {
  u16* o = (u16*)out;
  const f32* a = (const f32*)x;
  i32 i = 0;
  for (; i + W <= n; i += W) *(vhAny*)(o + i) = f(load(a + i));
  if (i == n) return;
  u16 rest[W];
  *(vhAny*)rest = f(loadFirst(a + i, n - i));
  copyBytes(o + i, rest, (usize)(n - i) * 2);
}

void halfToFloat(void* o, const void* x, i32 n) { widening(o, x, n, ofHalf); }
void brainToFloat(void* o, const void* x, i32 n) { widening(o, x, n, ofBrain); }
void floatToHalf(void* o, const void* x, i32 n) { narrowing(o, x, n, toHalf); }
void floatToBrain(void* o, const void* x, i32 n) { narrowing(o, x, n, toBrain); }

template <class To, class From> INLINE To convert(From x) {
  if constexpr (__is_same(From, f32) || __is_same(From, f64)) {
    if constexpr (__is_same(To, i32)) return x >= -2147483648.0 && x < 2147483648.0 ? (i32)x : (i32)0x80000000;
    else if constexpr (__is_same(To, i64))
      return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? (i64)x : (i64)0x8000000000000000ull;
    else if constexpr (__is_same(To, u8)) return (u8)convert<i64>(x);
    else return (To)x;
  } else {
    return (To)x;
  }
}

template <class To, class From> void each(void* out, const void* x, i32 n) {
  for (i32 i = 0; i < n; i++) ((To*)out)[i] = convert<To>(((const From*)x)[i]);
}
template <class From> void truth(void* out, const void* x, i32 n) {
  for (i32 i = 0; i < n; i++) ((u8*)out)[i] = ((const From*)x)[i] != 0;
}

typedef void (*Cast)(void* out, const void* x, i32 n);

constexpr i32 pair(i32 from, i32 to) { return from * 16 + to; }

Cast castOf(i32 to, i32 from) {
  switch (pair(from, to)) {
    case pair(FLOAT32, FLOAT64): return each<f64, f32>;
    case pair(FLOAT32, FLOAT16): return floatToHalf;
    case pair(FLOAT32, BFLOAT16): return floatToBrain;
    case pair(FLOAT32, UINT8): return each<u8, f32>;
    case pair(FLOAT32, INT32): return each<i32, f32>;
    case pair(FLOAT32, INT64): return each<i64, f32>;
    case pair(FLOAT32, BOOL): return truth<f32>;
    case pair(FLOAT64, FLOAT32): return each<f32, f64>;
    case pair(FLOAT64, INT64): return each<i64, f64>;
    case pair(FLOAT16, FLOAT32): return halfToFloat;
    case pair(BFLOAT16, FLOAT32): return brainToFloat;
    case pair(UINT8, FLOAT32):
    case pair(BOOL, FLOAT32): return each<f32, u8>;
    case pair(UINT8, INT32):
    case pair(BOOL, INT32): return each<i32, u8>;
    case pair(UINT8, INT64):
    case pair(BOOL, INT64): return each<i64, u8>;
    case pair(UINT8, BOOL): return truth<u8>;
    case pair(INT32, FLOAT32): return each<f32, i32>;
    case pair(INT32, FLOAT64): return each<f64, i32>;
    case pair(INT32, INT64): return each<i64, i32>;
    case pair(INT32, UINT8): return each<u8, i32>;
    case pair(INT32, BOOL): return truth<i32>;
    case pair(INT64, FLOAT32): return each<f32, i64>;
    case pair(INT64, FLOAT64): return each<f64, i64>;
    case pair(INT64, INT32): return each<i32, i64>;
    case pair(INT64, UINT8): return each<u8, i64>;
    case pair(INT64, BOOL): return truth<i64>;
    default: return nullptr;
  }
}

constexpr i32 SIZES[] = {4, 8, 2, 2, 1, 1, 2, 4, 8, 1};

} // namespace

i32 hasCast(i32 to, i32 from) { return castOf(to, from) != nullptr; }

void cast(void* out, i32 to, const void* x, i32 from, i32 n) {
  const Cast body = castOf(to, from);
  parallel(n, 49152, [=](i32 begin, i32 end, i32) {
    body((u8*)out + (isize)begin * SIZES[to], (const u8*)x + (isize)begin * SIZES[from], end - begin);
  });
}

} // namespace VARIANT
