/// Threads of a run: start, fail once, join. No thread outlives the call that started it.
#pragma once

#include <exception>
#include <functional>
#include <mutex>

#include "explain/engine.h"
#include "pipeline/stop.h"

namespace limpid {

/// Keeps the first exception of several threads. Thread safety: all members may be called from any thread.
class FirstError {
 public:
  void keep(std::exception_ptr error) noexcept;
  void rethrow() const;  ///< the kept exception, if there is one

 private:
  mutable std::mutex mutex_;
  std::exception_ptr error_;
};

/// Runs body() on `threads` threads, the caller's among them (so one thread means no other thread), and returns when
/// all are done. The first exception calls on_error() once per failing thread and is thrown from here.
void run_threads(int threads, std::function<void()> const& body, std::function<void()> const& on_error);

/// A ParallelFor over `threads` threads: slices are taken in turn; throws Interrupted once `stop` is requested, else
/// the first exception of any slice. `stop` must outlive it.
[[nodiscard]] ParallelFor make_parallel_for(int threads, StopFlag const& stop);

}  // namespace limpid
