// The native addon: attaches to a heap, picks the variant for this processor, runs kernels by number, keeps threads, and lets
// JavaScript see which objects the collector took.
#define NAPI_VERSION 8
#include <node_api.h>

#include <cstring>
#include <thread>
#include <vector>
#include "../pool.h"

// Given on the command line: VARIANTS(X), which is X(avx512) X(avx2) or X(neon), and TABLE, which names the kernels and their order

// what each variant's table.cc defines, seen through one type
#define DECLARE(name)                                          \
  namespace name {                                             \
  struct Frame;                                                \
  typedef void (*Entry)(const Frame&);                         \
  extern const Entry table[];                                  \
  }
VARIANTS(DECLARE)
#undef DECLARE

namespace {

struct AnyFrame {
  u8* heap;
  u64* slots;
};
typedef void (*AnyEntry)(const AnyFrame&);

struct Variant {
  const char* name;
  const AnyEntry* table;
  bool (*supported)();
};

[[maybe_unused]] bool supports_avx512() {
#if defined(__x86_64__) || defined(_M_X64)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq");
#else
  return false;
#endif
}
[[maybe_unused]] bool supports_avx2() {
#if defined(__x86_64__) || defined(_M_X64)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}
[[maybe_unused]] bool supports_neon() {
#if defined(__aarch64__)
  return true;
#else
  return false;
#endif
}

// best first
#define ENTRY(name) {#name, (const AnyEntry*)name::table, supports_##name},
const Variant variants[] = {VARIANTS(ENTRY)};
#undef ENTRY

// One for each JavaScript environment that loads the addon: each has its own heap.
struct Instance {
  AnyFrame frame{};
  const AnyEntry* table = nullptr;
  std::vector<napi_ref> tracked;
  std::vector<i32> ids;
};

i32 started = 0; // helper threads of the process

napi_value undefinedOf(napi_env env) {
  napi_value v;
  napi_get_undefined(env, &v);
  return v;
}

Instance* instanceOf(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return (Instance*)data;
}

napi_value fail(napi_env env, const char* message) {
  napi_throw_error(env, nullptr, message);
  return nullptr;
}

// variants(): names of those that this processor can run, best first
napi_value listVariants(napi_env env, napi_callback_info) {
  napi_value list;
  napi_create_array(env, &list);
  u32 n = 0;
  for (const Variant& v : variants) {
    if (!v.supported()) continue;
    napi_value name;
    napi_create_string_utf8(env, v.name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, list, n++, name);
  }
  return list;
}

// attach(heap: Uint8Array, slots: number, variant: string)
napi_value attach(napi_env env, napi_callback_info info) {
  napi_value argv[3];
  size_t argc = 3;
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  void* heap = nullptr;
  u32 slots = 0;
  char name[32] = "";
  size_t length = 0;
  if (napi_get_typedarray_info(env, argv[0], nullptr, nullptr, &heap, nullptr, nullptr) != napi_ok || heap == nullptr)
    return fail(env, "attach: expected the heap as a Uint8Array");
  napi_get_value_uint32(env, argv[1], &slots);
  napi_get_value_string_utf8(env, argv[2], name, sizeof name, &length);
  for (const Variant& v : variants) {
    if (std::strcmp(v.name, name) != 0) continue;
    if (!v.supported()) return fail(env, "attach: this processor cannot run that variant");
    Instance* instance = instanceOf(env);
    instance->frame = {(u8*)heap, (u64*)((u8*)heap + slots)};
    instance->table = v.table;
    return undefinedOf(env);
  }
  return fail(env, "attach: no such variant");
}

// run(kernel: number): the arguments are in the slots
napi_value run(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  size_t argc = 1;
  void* data = nullptr;
  napi_get_cb_info(env, info, &argc, argv, nullptr, &data);
  i32 id = 0;
  napi_get_value_int32(env, argv[0], &id);
  Instance* instance = (Instance*)data;
  instance->table[id](instance->frame);
  return nullptr;
}

// setThreads(n)
napi_value setThreads(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  size_t argc = 1;
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  i32 n = 1;
  napi_get_value_int32(env, argv[0], &n);
  poolSetThreads(n);
  return undefinedOf(env);
}

// track(objects: object[], ids: Int32Array): remembers them weakly
napi_value track(napi_env env, napi_callback_info info) {
  napi_value argv[2];
  size_t argc = 2;
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  Instance* instance = instanceOf(env);
  u32 n = 0;
  napi_get_array_length(env, argv[0], &n);
  void* ids = nullptr;
  size_t length = 0;
  napi_get_typedarray_info(env, argv[1], nullptr, &length, &ids, nullptr, nullptr);
  if (ids == nullptr && n > 0) return fail(env, "track: expected ids as an Int32Array");
  for (u32 i = 0; i < n && i < length; i++) {
    napi_handle_scope scope;
    napi_open_handle_scope(env, &scope);
    napi_value object;
    napi_ref ref;
    napi_get_element(env, argv[0], i, &object);
    if (napi_create_reference(env, object, 0, &ref) == napi_ok) {
      instance->tracked.push_back(ref);
      instance->ids.push_back(((i32*)ids)[i]);
    }
    napi_close_handle_scope(env, scope);
  }
  return undefinedOf(env);
}

// sweep(dead: Int32Array): number - writes the ids of objects that the collector took, forgets them, and says how many
napi_value sweep(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  size_t argc = 1;
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  Instance* instance = instanceOf(env);
  void* out = nullptr;
  size_t room = 0;
  napi_get_typedarray_info(env, argv[0], nullptr, &room, &out, nullptr, nullptr);
  size_t kept = 0;
  size_t dead = 0;
  const size_t n = instance->tracked.size();
  for (size_t i = 0; i < n; i++) {
    const napi_ref ref = instance->tracked[i];
    bool alive = true;
    if (dead < room) {
      napi_handle_scope scope;
      napi_open_handle_scope(env, &scope);
      napi_value object = nullptr;
      napi_get_reference_value(env, ref, &object);
      alive = object != nullptr;
      napi_close_handle_scope(env, scope);
    }
    if (alive) {
      instance->tracked[kept] = ref;
      instance->ids[kept++] = instance->ids[i];
    } else {
      ((i32*)out)[dead++] = instance->ids[i];
      napi_delete_reference(env, ref);
    }
  }
  instance->tracked.resize(kept);
  instance->ids.resize(kept);
  napi_value count;
  napi_create_uint32(env, (u32)dead, &count);
  return count;
}

void release(napi_env, void* data, void*) { delete (Instance*)data; }

void method(napi_env env, napi_value exports, const char* name, napi_callback callback, void* data) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, data, &function);
  napi_set_named_property(env, exports, name, function);
}

} // namespace

// Helpers stay for the life of the process and sleep when there is nothing to do.
extern "C" void poolStart(i32 threads) {
  while (started < threads - 1) {
    try {
      std::thread(poolWorker, started + 1).detach();
    } catch (...) {
      return; // no more threads to be had: those that are there do the work
    }
    started++;
  }
}

NAPI_MODULE_INIT() {
  Instance* instance = new Instance;
  napi_set_instance_data(env, instance, release, nullptr);
  napi_value table;
  napi_create_string_utf8(env, TABLE, NAPI_AUTO_LENGTH, &table);
  napi_set_named_property(env, exports, "table", table);
  method(env, exports, "variants", listVariants, instance);
  method(env, exports, "attach", attach, instance);
  method(env, exports, "run", run, instance);
  method(env, exports, "setThreads", setThreads, instance);
  method(env, exports, "track", track, instance);
  method(env, exports, "sweep", sweep, instance);
  return exports;
}
