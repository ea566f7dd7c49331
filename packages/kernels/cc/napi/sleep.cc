// How a helper thread sleeps natively, and what time it is.
#include "../sleep.h"
#include <chrono>
#include <thread>
#include "../pool.h"

extern "C" void sleepYield(u32*, u32) { std::this_thread::yield(); }

extern "C" f64 poolNow(void) {
  return std::chrono::duration<f64, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

extern "C" {
void sleepOn(u32* word, u32 value) { syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0); }
void sleepWake(u32* word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 0x7fffffff, nullptr, nullptr, 0); }
}

#else
#include <condition_variable>
#include <mutex>

namespace {
// never destroyed: helper threads may still wait when the process ends
std::mutex& mutex = *new std::mutex;
std::condition_variable& changed = *new std::condition_variable;
} // namespace

extern "C" {
void sleepOn(u32* word, u32 value) {
  std::unique_lock<std::mutex> lock(mutex);
  while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == value) changed.wait(lock);
}
void sleepWake(u32*) {
  std::lock_guard<std::mutex> lock(mutex);
  changed.notify_all();
}
}
#endif
