// Work shared among threads:
//
//   parallel(rows, grain, [=](i32 begin, i32 end, i32 thread) { ... });
//
// `grain` is how many elements are worth a piece: a piece should take some 5 us or more, and where the whole is one piece no
// other thread is woken. `thread` is below threads(), for scratch memory of one's own.
#pragma once
#include "pool.h"

namespace VARIANT {

INLINE i32 threads() { return poolThreads(); }

template <class F> INLINE void parallel(i32 total, i32 grain, F body) {
  if (total <= grain) { // also the cheapest way through on one thread
    if (total > 0) body(0, total, 0);
    return;
  }
  poolRun(total, grain, [](void* context, i32 begin, i32 end, i32 thread) { (*(F*)context)(begin, end, thread); }, &body);
}

} // namespace VARIANT
