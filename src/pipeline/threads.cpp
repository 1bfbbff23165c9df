#include "pipeline/threads.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

namespace limpid {

void FirstError::keep(std::exception_ptr error) noexcept {
  std::lock_guard const lock(mutex_);
  if (!error_) error_ = std::move(error);
}

void FirstError::rethrow() const {
  std::lock_guard const lock(mutex_);
  if (error_) std::rethrow_exception(error_);
}

void run_threads(int threads, std::function<void()> const& body, std::function<void()> const& on_error) {
  FirstError first;
  auto const guarded = [&] {
    try {
      body();
    } catch (...) {
      first.keep(std::current_exception());
      on_error();
    }
  };
  {
    std::vector<std::jthread> others;
    others.reserve(static_cast<std::size_t>(std::max(threads - 1, 0)));
    try {
      for (int i = 1; i < threads; ++i) others.emplace_back(guarded);
    } catch (...) {  // the system has no more threads: the others must hear of it before they are joined
      first.keep(std::current_exception());
      on_error();
    }
    guarded();
  }
  first.rethrow();
}

ParallelFor make_parallel_for(int threads, StopFlag const& stop) {
  return [threads, &stop](std::int64_t n, std::function<void(std::int64_t, std::int64_t)> const& body) {
    // Several slices per thread even out unequal work; one thread also gets several, to hear of a stop in between.
    static constexpr std::int64_t kSlicesPerThread = 8;
    auto const slice = std::max<std::int64_t>(1, n / (kSlicesPerThread * threads));
    std::atomic<std::int64_t> next{0};
    auto const count = static_cast<int>(std::min<std::int64_t>(threads, (n + slice - 1) / slice));
    run_threads(
        std::max(count, 1),
        [&] {
          for (;;) {
            auto const begin = next.fetch_add(slice, std::memory_order_relaxed);
            if (begin >= n) return;
            throw_if_requested(stop);
            body(begin, std::min(begin + slice, n));
          }
        },
        [&] { next.store(n, std::memory_order_relaxed); });
  };
}

}  // namespace limpid
