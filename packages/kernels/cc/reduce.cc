// Reductions of float32: over elements that lie together, or row by row into many results at once. Sums go to float64 after a
// few additions in float32, so that their error does not grow with the number of elements.
#include "kernels.h"
#include "math64.h"
#include "opcodes.h"
#include "parallel.h"
#include "transpose.h"

namespace VARIANT {
namespace {

constexpr i32 ROUND = 16;      // additions in float32 before a sum moves on
constexpr i32 PIECE = 98304;   // elements that are worth a thread
constexpr i32 COLUMNS = 1024;  // results that are accumulated side by side
constexpr i32 SHORT = 32;      // rows up to this length are done W at a time
constexpr i32 MOST_DIMS = 16;

// The dimensions of a region, counted like an odometer; dimension 0 is left to loops.
struct Region {
  i32 rank, count;
  i32 sizes[MOST_DIMS];
  isize x[MOST_DIMS], out[MOST_DIMS];
};

struct Place {
  const Region& region;
  isize x = 0, out = 0;
  i32 index[MOST_DIMS];

  NOINLINE Place(const Region& region, i32 number) : region(region) {
    for (i32 d = 0; d < region.rank; d++) {
      index[d] = number % region.sizes[d];
      number /= region.sizes[d];
      x += index[d] * region.x[d];
      out += index[d] * region.out[d];
    }
  }
  NOINLINE void next() {
    for (i32 d = 0; d < region.rank; d++) {
      x += region.x[d];
      out += region.out[d];
      if (++index[d] < region.sizes[d]) return;
      x -= index[d] * region.x[d];
      out -= index[d] * region.out[d];
      index[d] = 0;
    }
  }
};

// Reads rank, sizes, strides of x and, for kept dimensions, of out; `skip` leaves the innermost one out.
NOINLINE const i32* readRegion(Region& r, const i32* g, bool kept, i32 skip) {
  const i32 rank = *g++;
  r.rank = max(0, rank - skip);
  r.count = 1;
  for (i32 d = skip; d < rank; d++) {
    r.sizes[d - skip] = g[d];
    r.x[d - skip] = g[rank + d];
    r.out[d - skip] = kept ? g[2 * rank + d] : 0;
    r.count *= g[d];
  }
  return g + (kept ? 3 : 2) * rank;
}

// What is reduced element by element, W at a time.
struct Sum {
  vf acc[4] = {};
  f64 total = 0;

  // at most 4 * W * ROUND elements at once
  INLINE void block(const f32* x, i32 n) {
    i32 i = 0;
    ROLLED
    for (; i + 4 * W <= n; i += 4 * W)
      for (i32 k = 0; k < 4; k++) acc[k] += load(x + i + k * W);
    for (; i + W <= n; i += W) acc[0] += load(x + i);
    if constexpr (W == 16) acc[1] += loadFirst(x + i, n - i); // cheap only there
    else
      for (; i < n; i++) total += x[i];
  }
  INLINE void flush() {
    total += sumOf((acc[0] + acc[1]) + (acc[2] + acc[3]));
    for (i32 k = 0; k < 4; k++) acc[k] = vf{};
  }
  i32 pending = 0;
  NOINLINE void row(const f32* x, i32 n) {
    for (i32 i = 0; i < n; i += 4 * W * ROUND) {
      const i32 left = min(n - i, 4 * W * ROUND);
      block(x + i, left);
      pending += left / (4 * W) + left % (4 * W) / W + (W == 16);
      if (pending >= ROUND) {
        flush();
        pending = 0;
      }
    }
  }
  INLINE f64 result() {
    flush();
    return total;
  }
};

struct Product {
  Wide acc = {splatDouble(1), splatDouble(1)};
  f64 total = 1;
  NOINLINE void row(const f32* x, i32 n) {
    i32 i = 0;
    ROLLED
    for (; i + W <= n; i += W) {
      const Wide w = widen(load(x + i));
      acc.low *= w.low;
      acc.high *= w.high;
    }
    for (; i < n; i++) total *= x[i];
  }
  INLINE f64 result() {
    const vd p = acc.low * acc.high;
    f64 lanes[W / 2];
    copyBytes(lanes, &p, sizeof p);
    for (i32 i = 0; i < W / 2; i++) total *= lanes[i];
    return total;
  }
};

// The largest or (SIGN -1) the smallest; NaN if there is one.
template <i32 SIGN> struct Extreme {
  vf acc[4];
  vi bad = {};
  f32 rest = SIGN > 0 ? -INF : INF;
  Extreme() {
    for (i32 k = 0; k < 4; k++) acc[k] = splat(rest);
  }
  static INLINE vf better(vf a, vf b) { return SIGN > 0 ? maxSecond(a, b) : minSecond(a, b); }
  static INLINE bool beats(f32 a, f32 b) { return SIGN > 0 ? a > b : a < b; }
  NOINLINE void row(const f32* x, i32 n) {
    i32 i = 0;
    ROLLED
    for (; i + 4 * W <= n; i += 4 * W)
      for (i32 k = 0; k < 4; k++) {
        const vf v = load(x + i + k * W);
        bad |= v != v;
        acc[k] = better(v, acc[k]);
      }
    for (; i + W <= n; i += W) {
      const vf v = load(x + i);
      bad |= v != v;
      acc[0] = better(v, acc[0]);
    }
    for (; i < n; i++)
      if (beats(x[i], rest) || x[i] != x[i]) rest = rest != rest ? rest : x[i];
  }
  INLINE f64 result() {
    if (anyOf(bad) || rest != rest) return NOT_A_NUMBER;
    f32 lanes[W];
    store(lanes, better(better(acc[0], acc[1]), better(acc[2], acc[3])));
    for (i32 i = 0; i < W; i++)
      if (beats(lanes[i], rest)) rest = lanes[i];
    return rest;
  }
};

// How two partial results become one.
struct AddInto {
  static constexpr f32 START = 0;
  static INLINE vf of(vf a, vf b) { return a + b; }
};
struct MultiplyInto {
  static constexpr f32 START = 1;
  static INLINE vf of(vf a, vf b) { return a * b; }
};
template <i32 SIGN> struct ExtremeInto {
  static constexpr f32 START = SIGN > 0 ? -INF : INF;
  static INLINE vf of(vf a, vf b) { return select(a != a, a, SIGN > 0 ? maxSecond(a, b) : minSecond(a, b)); }
};

// Rows too short for vectors of their own: a vector holds one element of each of W rows.
template <class F> NOINLINE void reduceShort(f32* out, isize outStep, const f32* x, i32 n, i32 rows) {
  alignas(64) f32 tile[SHORT * W];
  for (i32 r = 0; r < rows; r += W) {
    const i32 count = min(W, rows - r);
    turnAll(tile, W, x + (isize)r * n, n, count, n);
    vf even = load(tile), odd = splat(F::START);
    i32 j = 1;
    for (; j + 2 <= n; j += 2) {
      odd = F::of(odd, load(tile + j * W));
      even = F::of(even, load(tile + (j + 1) * W));
    }
    if (j < n) odd = F::of(odd, load(tile + j * W));
    f32 results[W];
    store(results, F::of(even, odd));
    for (i32 i = 0; i < count; i++) out[(r + i) * outStep] = results[i];
  }
}

// The reduced elements lie together along their innermost dimension: one result after the other.
template <class R, class F> void reduceRows(f32* out, const f32* x, const i32* geometry) {
  Region kept, reduced;
  const i32* g = readRegion(kept, geometry, true, 0);
  const i32 inner = g[0] > 0 ? g[1] : 1;
  readRegion(reduced, g, false, 1);
  if (inner <= SHORT && reduced.count == 1 && kept.rank == 1 && kept.x[0] == inner) {
    parallel(kept.count, PIECE / 2 / inner, [&](i32 begin, i32 end, i32) {
      reduceShort<F>(out + begin * kept.out[0], kept.out[0], x + (isize)begin * inner, inner, end - begin);
    });
    return;
  }
  const i32 each = max(1, inner * reduced.count);
  parallel(kept.count, max(1, PIECE / each), [&](i32 begin, i32 end, i32) {
    Place at(kept, begin);
    for (i32 i = begin; i < end; i++, at.next()) {
      R state;
      Place within(reduced, 0);
      for (i32 k = 0; k < reduced.count; k++, within.next()) state.row(x + at.x + within.x, inner);
      out[at.out] = (f32)state.result();
    }
  });
}

// A single long row in pieces that do not depend on the number of threads.
template <class R, class J> f32 reduceLong(const f32* x, i32 n, f64 start, J join) {
  constexpr i32 MOST = 256;
  f64 parts[MOST];
  const i32 piece = max(PIECE, roundUp(divUp(n, MOST), 4 * W * ROUND));
  const i32 pieces = divUp(n, piece);
  parallel(pieces, 1, [&](i32 begin, i32 end, i32) {
    for (i32 i = begin; i < end; i++) {
      R state;
      state.row(x + (isize)i * piece, min(piece, n - i * piece));
      parts[i] = state.result();
    }
  });
  f64 total = start;
  for (i32 i = 0; i < pieces; i++) total = join(total, parts[i]);
  return (f32)total;
}

// acc[i] = op(acc[i], rows[0][i], ..) for K rows; acc has room for whole vectors
template <class F, i32 K> INLINE void fold(f32* acc, const f32* const* rows, i32 n) {
  i32 i = 0;
  ROLLED
  for (; i + W <= n; i += W) {
    vf v = load(rows[0] + i);
    if constexpr (K == 4) v = F::of(F::of(v, load(rows[1] + i)), F::of(load(rows[2] + i), load(rows[3] + i)));
    store(acc + i, F::of(load(acc + i), v));
  }
  if (i == n) return;
  vf v = loadFirst(rows[0] + i, n - i);
  for (i32 k = 1; k < K; k++) v = F::of(v, loadFirst(rows[k] + i, n - i));
  store(acc + i, F::of(load(acc + i), v));
}

// The kept elements lie together: rows of `n` results, over all rows of a region. `wide` sums in float64 what `acc` holds after
// some rows.
template <class F> NOINLINE void foldRegion(f32* acc, f64* wide, const f32* x, i32 n, const Region& reduced, i32 begin, i32 end) {
  constexpr bool sums = __is_same(F, AddInto);
  const i32 whole = roundUp(n, W);
  for (i32 i = 0; i < whole; i++) acc[i] = F::START;
  Place at(reduced, begin);
  i32 pending = 0;
  for (i32 i = begin; i < end;) {
    const f32* rows[4];
    const i32 count = end - i >= 4 ? 4 : 1;
    for (i32 k = 0; k < count; k++, at.next()) rows[k] = x + at.x;
    if (count == 4) fold<F, 4>(acc, rows, n);
    else fold<F, 1>(acc, rows, n);
    i += count;
    if constexpr (sums) {
      if (++pending < ROUND && i < end) continue;
      pending = 0;
      for (i32 j = 0; j < n; j++) {
        wide[j] += acc[j];
        acc[j] = 0;
      }
    }
  }
}

// Sums of rows that lie next to each other and are short: several rows are taken for one long row.
NOINLINE void sumShort(f32* acc, f64* wide, const f32* x, i32 n, i32 rows) {
  const i32 together = min(COLUMNS / n, max(1, rows / 16));
  const i32 length = n * together;
  f64 sums[COLUMNS];
  for (i32 j = 0; j < length; j++) sums[j] = 0;
  Region region;
  region.rank = 1;
  region.count = region.sizes[0] = rows / together;
  region.x[0] = length;
  region.out[0] = 0;
  foldRegion<AddInto>(acc, sums, x, length, region, 0, region.count);
  for (i32 i = 0; i < length; i += n)
    for (i32 j = 0; j < n; j++) wide[j] += sums[i + j];
  for (i32 i = region.count * together; i < rows; i++)
    for (i32 j = 0; j < n; j++) wide[j] += x[(isize)i * n + j];
}

template <class F> void reduceColumns(f32* out, const f32* x, const i32* geometry, f64* work, i32 pieces) {
  Region kept, reduced;
  const i32* g = readRegion(kept, geometry, true, 1);
  const i32 inner = geometry[1];
  const isize outStep = geometry[1 + 2 * geometry[0]];
  readRegion(reduced, g, false, 0);
  const i32 cut = min(inner, COLUMNS);
  const i32 cuts = divUp(inner, cut);
  constexpr bool sums = __is_same(F, AddInto);
  const bool dense = sums && inner <= COLUMNS / 4 && reduced.rank == 1 && reduced.x[0] == inner && reduced.count >= 32;
  if (sums && pieces > 1) {
    // few results of many rows: pieces of rows, added up at the end
    const i32 rows = divUp(reduced.count, pieces);
    parallel(pieces, 1, [&](i32 begin, i32 end, i32) {
      alignas(64) f32 acc[COLUMNS];
      for (i32 i = begin; i < end; i++) {
        f64* wide = work + (isize)i * inner;
        for (i32 j = 0; j < inner; j++) wide[j] = 0;
        const i32 first = min(reduced.count, i * rows), last = min(reduced.count, (i + 1) * rows);
        if (dense) sumShort(acc, wide, x + (isize)first * inner, inner, last - first);
        else foldRegion<F>(acc, wide, x, inner, reduced, first, last);
      }
    });
    for (i32 j = 0; j < inner; j++) {
      f64 total = 0;
      for (i32 i = 0; i < pieces; i++) total += work[(isize)i * inner + j];
      out[j * outStep] = (f32)total;
    }
    return;
  }
  parallel(kept.count * cuts, max(1, PIECE / max(1, cut * reduced.count)), [&](i32 begin, i32 end, i32) {
    alignas(64) f32 acc[COLUMNS];
    alignas(64) f64 wide[sums ? COLUMNS : 1];
    Place at(kept, begin / cuts);
    for (i32 i = begin; i < end; i++) {
      const i32 from = i % cuts * cut;
      const i32 n = min(cut, inner - from);
      if constexpr (sums)
        for (i32 j = 0; j < n; j++) wide[j] = 0;
      if (dense) sumShort(acc, wide, x + at.x, inner, reduced.count);
      else foldRegion<F>(acc, wide, x + at.x + from, n, reduced, 0, reduced.count);
      f32* o = out + at.out + from * outStep;
      for (i32 j = 0; j < n; j++) o[j * outStep] = sums ? (f32)wide[j] : acc[j];
      if (from + cut >= inner) at.next();
    }
  });
}

// First of the extreme elements, NaN before all.
template <i32 SIGN> NOINLINE i32 extremeAt(const f32* x, i32 n) {
  i32 best = 0;
  f32 value = x[0];
  if (n < 4 * W) {
    for (i32 i = 1; i < n; i++)
      if ((SIGN > 0 ? x[i] > value : x[i] < value) || (x[i] != x[i] && value == value)) {
        best = i;
        value = x[i];
      }
    return best;
  }
  Extreme<SIGN> state;
  state.row(x, n);
  value = (f32)state.result();
  const vf v = splat(value);
  const bool isNaN = value != value;
  i32 i = 0;
  for (; i + W <= n; i += W) {
    const vf y = load(x + i);
    if (anyOf(isNaN ? y != y : y == v)) break;
  }
  while (i < n && !(isNaN ? x[i] != x[i] : x[i] == value)) i++;
  return i;
}

// The same for W short rows at a time.
template <i32 SIGN> NOINLINE void extremeShort(i32* out, const f32* x, i32 n, i32 rows) {
  alignas(64) f32 tile[SHORT * W];
  for (i32 r = 0; r < rows; r += W) {
    const i32 count = min(W, rows - r);
    turnAll(tile, W, x + (isize)r * n, n, count, n);
    vf best = load(tile);
    vi place = {};
    for (i32 j = 1; j < n; j++) {
      const vf v = load(tile + j * W);
      const vi better = ((SIGN > 0 ? v > best : v < best) | (v != v)) & (best == best);
      best = select(better, v, best);
      place = selectInt(better, splatInt(j), place);
    }
    i32 places[W];
    storeInts(places, place);
    for (i32 i = 0; i < count; i++) {
      out[2 * (r + i)] = places[i];
      out[2 * (r + i) + 1] = 0;
    }
  }
}

} // namespace

i32 reducePieces(i32 op, i32 rows, i32 columns, i32 kept) {
  if (op != SUM || kept != columns || columns > COLUMNS) return 1;
  return max(1, min(min(16, rows / 64), rows * (columns / 64 + 1) / 512));
}

i32 reduceWorkspace(i32 op, i32 rows, i32 columns, i32 kept) {
  const i32 pieces = reducePieces(op, rows, columns, kept);
  return pieces > 1 ? pieces * columns * 8 : 0;
}

void reduceTogether(i32 op, f32* out, const f32* x, const i32* geometry) {
  switch (op) {
    case SUM: reduceRows<Sum, AddInto>(out, x, geometry); return;
    case PROD: reduceRows<Product, MultiplyInto>(out, x, geometry); return;
    case AMAX: reduceRows<Extreme<1>, ExtremeInto<1>>(out, x, geometry); return;
    default: reduceRows<Extreme<-1>, ExtremeInto<-1>>(out, x, geometry);
  }
}

void reduceAll(i32 op, f32* out, const f32* x, i32 n) {
  const auto larger = [](f64 a, f64 b) { return a != a || a > b ? a : b; };
  const auto smaller = [](f64 a, f64 b) { return a != a || a < b ? a : b; };
  switch (op) {
    case SUM: *out = reduceLong<Sum>(x, n, 0, [](f64 a, f64 b) { return a + b; }); return;
    case PROD: *out = reduceLong<Product>(x, n, 1, [](f64 a, f64 b) { return a * b; }); return;
    case AMAX: *out = reduceLong<Extreme<1>>(x, n, -INF, larger); return;
    default: *out = reduceLong<Extreme<-1>>(x, n, INF, smaller);
  }
}

void reduceApart(i32 op, f32* out, const f32* x, const i32* geometry, f64* work, i32 pieces) {
  switch (op) {
    case SUM: reduceColumns<AddInto>(out, x, geometry, work, pieces); return;
    case PROD: reduceColumns<MultiplyInto>(out, x, geometry, nullptr, 1); return;
    case AMAX: reduceColumns<ExtremeInto<1>>(out, x, geometry, nullptr, 1); return;
    default: reduceColumns<ExtremeInto<-1>>(out, x, geometry, nullptr, 1);
  }
}

void argReduceRows(i32 op, i32* out, const f32* x, i32 rows, i32 n) {
  parallel(rows, max(1, PIECE / n), [=](i32 begin, i32 end, i32) {
    if (n <= SHORT) {
      if (op == 0) extremeShort<1>(out + 2 * begin, x + (isize)begin * n, n, end - begin);
      else extremeShort<-1>(out + 2 * begin, x + (isize)begin * n, n, end - begin);
      return;
    }
    for (i32 r = begin; r < end; r++) {
      const f32* row = x + (isize)r * n;
      out[2 * r] = op == 0 ? extremeAt<1>(row, n) : extremeAt<-1>(row, n);
      out[2 * r + 1] = 0;
    }
  });
}

} // namespace VARIANT
