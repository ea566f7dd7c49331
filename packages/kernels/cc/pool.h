// The pool's own interface: one pool for all variants of the kernels. Kernels use parallel.h.
#pragma once
#include "base.h"

typedef void (*ParallelBody)(void* context, i32 begin, i32 end, i32 thread);

extern "C" {
// Runs body over [0, total) in pieces of `grain`; returns when all are done. Called by one thread at a time: a second caller,
// or a call from inside a body, runs alone.
void poolRun(i32 total, i32 grain, ParallelBody body, void* context);
// Threads that take part, the calling one included.
i32 poolThreads(void);
void poolSetThreads(i32 threads);
// Starts helper threads 1 to threads - 1; given from outside, called at the first job that is big enough.
void poolStart(i32 threads)
#ifdef __wasm__
    __attribute__((import_module("env"), import_name("poolStart")))
#endif
    ;
// Milliseconds since some time ago.
f64 poolNow(void)
#ifdef __wasm__
    __attribute__((import_module("env"), import_name("poolNow")))
#endif
    ;
// What each helper thread runs, for as long as the process lives; `thread` counts from 1.
void poolWorker(i32 thread);
}
