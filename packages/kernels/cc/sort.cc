// Sorting rows: a radix sort of (key, place) pairs, the key a form of the number that orders as unsigned integers do.
#include "kernels.h"
#include "parallel.h"

namespace VARIANT {

namespace {

constexpr i32 BITS = 11; // three passes over 32 bits; the counters fit the first cache
constexpr i32 BUCKETS = 1 << BITS;
constexpr i32 PASSES = 3;
constexpr i32 FEW = 48; // insertion is faster below

constexpr u32 SIGN = 0x80000000u;

// NaN above everything, both zeros equal.
INLINE u32 keyOf(f32 x) {
  u32 bits;
  copyBytes(&bits, &x, 4);
  if (x != x) return 0xffffffffu;
  if (bits == SIGN) bits = 0;
  return bits & SIGN ? ~bits : bits | SIGN;
}
INLINE u32 keyOf(i32 x) { return (u32)x ^ SIGN; }

void insertion(const u32* keys, u32* places, i32 n) {
  for (i32 i = 0; i < n; i++) {
    i32 j = i;
    for (; j > 0 && keys[places[j - 1]] > keys[i]; j--) places[j] = places[j - 1];
    places[j] = (u32)i;
  }
}

// Leaves the places in order in `places`. `other` and the keys are overwritten.
void radix(u32* keys, u32* otherKeys, u32* places, u32* other, u32* counts, i32 n) {
  fillBytes(counts, 0, sizeof(u32) * BUCKETS * PASSES);
  for (i32 i = 0; i < n; i++) {
    const u32 key = keys[i];
    places[i] = (u32)i;
    counts[key & (BUCKETS - 1)]++;
    counts[BUCKETS + (key >> BITS & (BUCKETS - 1))]++;
    counts[2 * BUCKETS + (key >> 2 * BITS)]++;
  }
  u32* const result = places;
  for (i32 pass = 0; pass < PASSES; pass++) {
    u32* count = counts + pass * BUCKETS;
    const i32 shift = pass * BITS;
    if (count[keys[0] >> shift & (BUCKETS - 1)] == (u32)n) continue; // all alike in these bits
    u32 sum = 0;
    for (i32 b = 0; b < BUCKETS; b++) {
      const u32 own = count[b];
      count[b] = sum;
      sum += own;
    }
    for (i32 i = 0; i < n; i++) {
      const u32 to = count[keys[i] >> shift & (BUCKETS - 1)]++;
      otherKeys[to] = keys[i];
      other[to] = places[i];
    }
    u32* t = keys;
    keys = otherKeys;
    otherKeys = t;
    t = places;
    places = other;
    other = t;
  }
  if (places != result) copyBytes(result, places, sizeof(u32) * (usize)n);
}

INLINE i32 wordsFor(i32 n) { return roundUp(4 * n + BUCKETS * PASSES, 16); }

template <class T>
INLINE void sortRows(const T* x, T* values, i64* indices, i32 rows, i32 n, i32 descending, u32* workspace) {
  if (n == 0) return;
  const u32 flip = descending ? 0xffffffffu : 0;
  parallel(rows, max(1, 2048 / n), [=](i32 begin, i32 end, i32 thread) {
    u32* keys = workspace + (usize)thread * wordsFor(n);
    u32* places = keys + n;
    for (i32 row = begin; row < end; row++) {
      const T* from = x + (usize)row * n;
      for (i32 i = 0; i < n; i++) keys[i] = keyOf(from[i]) ^ flip;
      if (n <= FEW) insertion(keys, places, n);
      else radix(keys, keys + 2 * n, places, keys + 3 * n, keys + 4 * n, n);
      for (i32 i = 0; i < n; i++) {
        values[(usize)row * n + i] = from[places[i]];
        indices[(usize)row * n + i] = (i64)places[i];
      }
    }
  });
}

} // namespace

i32 sortWorkspace(i32 n) { return wordsFor(n) * 4 * threads(); }

void sortRowsF32(const f32* x, f32* values, i64* indices, i32 rows, i32 n, i32 descending, u32* workspace) {
  sortRows(x, values, indices, rows, n, descending, workspace);
}

void sortRowsI32(const i32* x, i32* values, i64* indices, i32 rows, i32 n, i32 descending, u32* workspace) {
  sortRows(x, values, indices, rows, n, descending, workspace);
}

i32 topWorkspace(i32 k) { return roundUp(2 * k, 16) * 4 * threads(); }

i32 topRowsF32(const f32* x, f32* values, i64* indices, i32 rows, i32 n, i32 k, i32 smallest, u32* workspace) {
  if (k == 0) return 1;
  const u32 flip = smallest ? 0xffffffffu : 0;
  i32 tied = 0;
  parallel(rows, max(1, 8192 / max(n, 1)), [=, &tied](i32 begin, i32 end, i32 thread) {
    // the best so far in order; most elements lose against the last of them and cost one comparison
    u32* keys = workspace + (usize)thread * roundUp(2 * k, 16);
    u32* places = keys + k;
    for (i32 row = begin; row < end; row++) {
      const f32* from = x + (usize)row * n;
      i32 held = 0;
      u32 tie = 0; // the best key that was met twice
      for (i32 i = 0; i < n; i++) {
        const u32 key = keyOf(from[i]) ^ flip;
        if (held == k && key <= keys[k - 1]) {
          if (key == keys[k - 1]) tie = max(tie, key);
          continue;
        }
        i32 j = held < k ? held++ : k - 1;
        // what leaves may equal what stays
        if (held == k && k > 1 && j == k - 1 && keys[k - 1] == keys[k - 2]) tie = max(tie, keys[k - 2]);
        for (; j > 0 && keys[j - 1] < key; j--) {
          keys[j] = keys[j - 1];
          places[j] = places[j - 1];
        }
        if (j > 0 && keys[j - 1] == key) tie = max(tie, key);
        keys[j] = key;
        places[j] = (u32)i;
      }
      if (tie >= keys[k - 1]) __atomic_store_n(&tied, 1, __ATOMIC_RELAXED);
      for (i32 i = 0; i < k; i++) {
        values[(usize)row * k + i] = from[places[i]];
        indices[(usize)row * k + i] = (i64)places[i];
      }
    }
  });
  return !tied;
}

} // namespace VARIANT
