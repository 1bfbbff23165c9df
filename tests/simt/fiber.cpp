// Compiled without thread sanitizer instrumentation (CMakeLists.txt): functions here change stacks between their entry
// and their exit, which would unbalance the sanitizer's own call stacks.
#include "tests/simt/fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <boost/context/fiber.hpp>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "tests/simt/sanitizers.h"

// The thread sanitizer is recognised by its runtime here, since this file is not instrumented.
// NOLINTBEGIN(readability-identifier-naming): the names are the runtime's.
extern "C" {
[[gnu::weak]] void* __tsan_get_current_fiber();
[[gnu::weak]] void* __tsan_create_fiber(unsigned flags);
[[gnu::weak]] void __tsan_destroy_fiber(void* fiber);
[[gnu::weak]] void __tsan_switch_to_fiber(void* fiber, unsigned flags);
[[gnu::weak]] void __tsan_acquire(void* token);
[[gnu::weak]] void __tsan_release(void* token);
[[gnu::weak]] void __tsan_atomic32_store(int volatile* token, int value, int order);
}
// NOLINTEND(readability-identifier-naming)

namespace limpid::simt {
namespace {

constexpr unsigned kNoSync = 1;   // __tsan_switch_to_fiber_no_sync
constexpr int kStoreRelease = 3;  // std::memory_order_release

bool under_tsan() { return __tsan_create_fiber != nullptr; }

constexpr std::size_t kStackBytes = kAsan ? std::size_t{256} << 10 : std::size_t{64} << 10;

/// Boost asks the allocator to free the stack when a fiber ends; the stacks are ours and stay.
struct KeepStack {
  using traits_type = boost::context::stack_traits;
  boost::context::stack_context allocate() { throw std::bad_alloc(); }
  void deallocate(boost::context::stack_context&) noexcept {}
};

/// Stacks with a guard page below each, in one mapping that is kept and reused.
class Stacks {
 public:
  Stacks() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))), pitch_(kStackBytes + page_) {}
  ~Stacks() { forget(); }
  Stacks(Stacks const&) = delete;
  Stacks& operator=(Stacks const&) = delete;

  void reserve(int count) {
    if (count <= count_) return;
    forget();
    std::size_t const bytes = pitch_ * static_cast<std::size_t>(count);
    void* const mapped =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    base_ = static_cast<unsigned char*>(mapped);
    count_ = count;
    for (int i = 0; i < count_; ++i) mprotect(guard(i), page_, PROT_NONE);
  }
  /// Unmaps all: what the sanitizers know about the stacks is forgotten too.
  void forget() {
    if (base_ == nullptr) return;
    for (int i = 0; i < count_; ++i) unpoison(bottom(i), kStackBytes);
    munmap(base_, pitch_ * static_cast<std::size_t>(count_));
    base_ = nullptr;
    count_ = 0;
  }
  [[nodiscard]] unsigned char* bottom(int i) const { return guard(i) + page_; }

 private:
  [[nodiscard]] unsigned char* guard(int i) const { return base_ + pitch_ * static_cast<std::size_t>(i); }

  std::size_t page_;
  std::size_t pitch_;
  unsigned char* base_ = nullptr;
  int count_ = 0;
};

struct Slot {
  boost::context::fiber fiber;   // suspended fiber, seen from the main context
  boost::context::fiber caller;  // the main context, seen from the fiber
  bool started = false;
  void* fake_stack = nullptr;  // address sanitizer's
};

}  // namespace

struct Fibers::Impl {
  Stacks stacks;
  std::vector<Slot> slots;
  std::vector<void*> tsan;  // the thread sanitizer's contexts, kept from call to call
  Entry entry = nullptr;
  void* context = nullptr;
  void* main_tsan = nullptr;
  void* main_fake_stack = nullptr;
  void const* main_bottom = nullptr;
  std::size_t main_size = 0;

  /// A suspended fiber's destructor would unwind through kernel code; it is leaked instead (its stack is reused).
  void abandon() {
    static auto* const kept = new std::vector<boost::context::fiber>();
    static std::mutex mutex;
    std::lock_guard const lock(mutex);
    bool any = false;
    for (auto& slot : slots) {
      if (!slot.fiber) continue;
      any = true;
      kept->push_back(std::move(slot.fiber));
      kept->push_back(std::move(slot.caller));
    }
    slots.clear();
    if (any) forget();
  }

  void forget() {
    if (under_tsan()) {
      for (void* each : tsan) __tsan_destroy_fiber(each);
    }
    tsan.clear();
    stacks.forget();
  }

  void enter([[maybe_unused]] int i) {
#if LIMPID_ASAN
    __sanitizer_start_switch_fiber(&main_fake_stack, stacks.bottom(i), kStackBytes);
#endif
    if (under_tsan()) __tsan_switch_to_fiber(tsan[static_cast<std::size_t>(i)], kNoSync);
  }
  void entered() {
#if LIMPID_ASAN
    __sanitizer_finish_switch_fiber(main_fake_stack, nullptr, nullptr);
#endif
  }
  void leave([[maybe_unused]] Slot& slot, [[maybe_unused]] bool for_good) {
#if LIMPID_ASAN
    __sanitizer_start_switch_fiber(for_good ? nullptr : &slot.fake_stack, main_bottom, main_size);
#endif
    if (under_tsan()) __tsan_switch_to_fiber(main_tsan, kNoSync);
  }
  void arrived([[maybe_unused]] Slot& slot) {
#if LIMPID_ASAN
    __sanitizer_finish_switch_fiber(slot.fake_stack, &main_bottom, &main_size);
#endif
  }

  void create(int i) {
    Slot& slot = slots[static_cast<std::size_t>(i)];
    boost::context::stack_context stack;
    stack.size = kStackBytes;
    stack.sp = stacks.bottom(i) + kStackBytes;
    auto body = [this, i, &slot](boost::context::fiber&& caller) {
      slot.caller = std::move(caller);
      arrived(slot);
      entry(context, i);
      leave(slot, true);
      return std::move(slot.caller);
    };
    slot.fiber = boost::context::fiber(std::allocator_arg, boost::context::preallocated(stack.sp, stack.size, stack),
                                       KeepStack(), std::move(body));
    slot.started = true;
  }
};

Fibers::Fibers() : impl_(std::make_unique<Impl>()) {}
Fibers::~Fibers() {
  impl_->abandon();
  impl_->forget();
}

void Fibers::reset(int count, Entry entry, void* context) {
  Impl& impl = *impl_;
  impl.abandon();
  impl.stacks.reserve(count);
  impl.slots.resize(static_cast<std::size_t>(count));
  impl.entry = entry;
  impl.context = context;
  for (int i = 0; i < count; ++i) unpoison(impl.stacks.bottom(i), kStackBytes);
  if (!under_tsan()) return;
  impl.main_tsan = __tsan_get_current_fiber();
  while (impl.tsan.size() < impl.slots.size()) impl.tsan.push_back(__tsan_create_fiber(0));
}

bool Fibers::resume(int i) {
  Slot& slot = impl_->slots[static_cast<std::size_t>(i)];
  if (!slot.started) impl_->create(i);
  impl_->enter(i);
  slot.fiber = std::move(slot.fiber).resume();
  impl_->entered();
  return static_cast<bool>(slot.fiber);
}

void Fibers::suspend(int i) {
  Slot& slot = impl_->slots[static_cast<std::size_t>(i)];
  impl_->leave(slot, false);
  slot.caller = std::move(slot.caller).resume();
  impl_->arrived(slot);
}

/// In the fibers' names, while they wait: were each of them to acquire when it goes on, it would take over what others
/// did after this barrier. The store starts the token's order anew.
void Fibers::synchronise(std::vector<int> const& fibers) {
  if (!under_tsan()) return;
  thread_local int token = 0;
  bool first = true;
  for (int const i : fibers) {
    __tsan_switch_to_fiber(impl_->tsan[static_cast<std::size_t>(i)], kNoSync);
    if (first) __tsan_atomic32_store(&token, 0, kStoreRelease);
    if (!first) __tsan_release(&token);
    first = false;
  }
  for (int const i : fibers) {
    __tsan_switch_to_fiber(impl_->tsan[static_cast<std::size_t>(i)], kNoSync);
    __tsan_acquire(&token);
  }
  __tsan_switch_to_fiber(impl_->main_tsan, kNoSync);
}

void Fibers::join() {
  if (!under_tsan()) return;
  thread_local int token = 0;
  for (void* each : impl_->tsan) {
    __tsan_switch_to_fiber(each, kNoSync);
    __tsan_release(&token);
  }
  if (!impl_->tsan.empty()) __tsan_switch_to_fiber(impl_->main_tsan, kNoSync);
  __tsan_acquire(&token);
}

}  // namespace limpid::simt
