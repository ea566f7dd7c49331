// Fork and join over helper threads that spin briefly, then sleep.
//
// A job is opened by the caller, who works on it at once; helpers join while it is open and take pieces from a common counter.
// When the pieces are used up the caller closes the job and waits only for those who joined: a helper that sleeps or was not
// given a core is not waited for.
#include "pool.h"
#include "sleep.h"

namespace {

constexpr u32 OPEN = 0x80;        // job word: epoch in the upper 24 bits, then OPEN, then how many helpers are inside
constexpr u32 INSIDE = 0x7f;
constexpr f64 SPIN = 0.06;        // milliseconds: longer than the gaps between the kernels of a training step
constexpr i32 LOOKS = 64;         // at the job word between two looks at the clock
constexpr f64 PATIENCE = 0.3;     // milliseconds
constexpr u32 FEWEST_ALONE = 32;
constexpr u32 MOST_ALONE = 4096;

struct Job {
  ParallelBody body;
  void* context;
  i32 total;
  i32 grain;
};

Job job;
alignas(64) u32 state;            // the job word
alignas(64) u32 next;             // first element that nobody took yet
alignas(64) u32 epoch;            // counts jobs; what helpers sleep on
u32 sleeping;                     // helpers in, or on the way to, their sleep
u32 busy;                         // a job runs
i32 threads = 1;
i32 started = 1;                  // threads that were asked for so far
u32 alone;                        // jobs that the caller does without the helpers
u32 penalty;                      // how many, the next time

inline bool isNew(u32 word, u32 seen) { return (word & OPEN) != 0 && word >> 8 != seen; }

void work(i32 thread) {
  for (;;) {
    const u32 begin = __atomic_fetch_add(&next, (u32)job.grain, __ATOMIC_RELAXED);
    if (begin >= (u32)job.total) return;
    const u32 end = begin + (u32)job.grain < (u32)job.total ? begin + (u32)job.grain : (u32)job.total;
    job.body(job.context, (i32)begin, (i32)end, thread);
  }
}

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// A helper that lost its core in the middle of a piece keeps the caller waiting until it gets it back, which on a busy machine
// takes longer than any kernel. Then the caller works alone for a while, longer each time that it happens again.
void waitForHelpers(f64 began) {
  const f64 worked = poolNow();
  while ((__atomic_load_n(&state, __ATOMIC_ACQUIRE) & INSIDE) != 0) pause();
  const f64 waited = poolNow() - worked;
  if (waited > PATIENCE && waited > 2 * (worked - began)) {
    penalty = penalty == 0 ? FEWEST_ALONE : penalty < MOST_ALONE ? penalty * 2 : MOST_ALONE;
    alone = penalty;
  } else if (penalty > 0) {
    penalty--;
  }
}

} // namespace

extern "C" {

i32 poolThreads(void) { return threads; }

void poolSetThreads(i32 count) { threads = count < 1 ? 1 : count > 64 ? 64 : count; }

void poolRun(i32 total, i32 grain, ParallelBody body, void* context) {
  if (total <= 0) return;
  if (grain < 1) grain = 1;
  u32 idle = 0;
  if (threads == 1 || total <= grain || !__atomic_compare_exchange_n(&busy, &idle, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
    body(context, 0, total, 0);
    return;
  }
  if (alone > 0) {
    alone--;
    __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
    body(context, 0, total, 0);
    return;
  }
  if (started < threads) {
    started = threads;
    poolStart(threads);
  }
  job = {body, context, total, grain};
  __atomic_store_n(&next, 0, __ATOMIC_RELAXED);
  const u32 number = __atomic_add_fetch(&epoch, 1, __ATOMIC_SEQ_CST);
  __atomic_store_n(&state, (number << 8) | OPEN, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&sleeping, __ATOMIC_SEQ_CST) != 0) sleepWake(&epoch);
  const f64 began = poolNow();
  work(0);
  __atomic_and_fetch(&state, ~OPEN, __ATOMIC_SEQ_CST);
  if ((__atomic_load_n(&state, __ATOMIC_ACQUIRE) & INSIDE) != 0) waitForHelpers(began);
  __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
}

void poolWorker(i32 thread) {
  u32 seen = 0;
  i32 looks = 0;
  f64 until = 0; // spins up to this moment
  for (;;) {
    u32 now = __atomic_load_n(&state, __ATOMIC_SEQ_CST);
    if (isNew(now, seen) && thread < threads) {
      if (!__atomic_compare_exchange_n(&state, &now, now + 1, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) continue;
      seen = now >> 8;
      work(thread);
      __atomic_sub_fetch(&state, 1, __ATOMIC_SEQ_CST);
      until = poolNow() + SPIN;
      continue;
    }
    pause();
    if (++looks % LOOKS != 0) continue;
    // All pieces are taken, and the caller did not get to close the job: on a busy machine it may wait for this very core.
    if ((now & OPEN) != 0) sleepYield(&state, now);
    if (poolNow() < until) continue;
    // Who was woken too late for a job sleeps again at once: on a busy machine it may sit on the caller's own core.
    const u32 before = __atomic_load_n(&epoch, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&sleeping, 1, __ATOMIC_SEQ_CST);
    // a job opened since the last look has changed the epoch, and the sleep ends at once
    now = __atomic_load_n(&state, __ATOMIC_SEQ_CST);
    const bool missed = isNew(now, seen) && thread < threads;
    if (!missed) sleepOn(&epoch, before);
    __atomic_sub_fetch(&sleeping, 1, __ATOMIC_SEQ_CST);
  }
}

} // extern "C"
