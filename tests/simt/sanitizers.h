/// Which sanitizer the emulator runs under, and the annotations that fibers need.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define LIMPID_ASAN 1
#else
#define LIMPID_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#define LIMPID_TSAN 1
extern "C" {
void AnnotateIgnoreReadsBegin(char const* file, int line);
void AnnotateIgnoreReadsEnd(char const* file, int line);
void AnnotateIgnoreWritesBegin(char const* file, int line);
void AnnotateIgnoreWritesEnd(char const* file, int line);
void __tsan_read_range(void* address, unsigned long bytes);
void __tsan_write_range(void* address, unsigned long bytes);
}
#else
#define LIMPID_TSAN 0
#endif

namespace limpid::simt {

inline constexpr bool kAsan = LIMPID_ASAN != 0;
inline constexpr bool kTsan = LIMPID_TSAN != 0;

/// While it lives, the thread sanitizer ignores this fiber's memory accesses: the emulator's own bookkeeping is shared
/// by all fibers of a block without any of the ordering that a kernel must provide.
class IgnoreAccesses {  // NOLINTBEGIN(modernize-use-equals-default): empty without the thread sanitizer
 public:
  IgnoreAccesses() {
#if LIMPID_TSAN
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
#endif
  }
  ~IgnoreAccesses() {
#if LIMPID_TSAN
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
#endif
  }
  // NOLINTEND(modernize-use-equals-default)
  IgnoreAccesses(IgnoreAccesses const&) = delete;
  IgnoreAccesses& operator=(IgnoreAccesses const&) = delete;
};

inline void release_to(void* token) {
#if LIMPID_TSAN
  __tsan_release(token);
#else
  static_cast<void>(token);
#endif
}

inline void acquire_from(void* token) {
#if LIMPID_TSAN
  __tsan_acquire(token);
#else
  static_cast<void>(token);
#endif
}

/// Copies of a constant size may become plain moves after the compiler's instrumentation: these say what they access.
inline void note_read(void const* memory, unsigned long bytes) {
#if LIMPID_TSAN
  __tsan_read_range(const_cast<void*>(memory), bytes);
#else
  static_cast<void>(memory);
  static_cast<void>(bytes);
#endif
}

inline void note_write(void* memory, unsigned long bytes) {
#if LIMPID_TSAN
  __tsan_write_range(memory, bytes);
#else
  static_cast<void>(memory);
  static_cast<void>(bytes);
#endif
}

inline void poison(void* memory, unsigned long bytes) {
#if LIMPID_ASAN
  __asan_poison_memory_region(memory, bytes);
#else
  static_cast<void>(memory);
  static_cast<void>(bytes);
#endif
}

inline void unpoison(void* memory, unsigned long bytes) {
#if LIMPID_ASAN
  __asan_unpoison_memory_region(memory, bytes);
#else
  static_cast<void>(memory);
  static_cast<void>(bytes);
#endif
}

}  // namespace limpid::simt
