/// A request to stop: set by a signal handler, looked at between chunks and slices.
#pragma once

#include <atomic>
#include <exception>

namespace limpid {

/// Thread safety: lock-free; request() may be called from a signal handler.
class StopFlag {
 public:
  void request(int signal) noexcept { signal_.store(signal, std::memory_order_relaxed); }
  [[nodiscard]] int signal() const noexcept { return signal_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool requested() const noexcept { return signal() != 0; }

 private:
  static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may not wait for a lock");
  std::atomic<int> signal_{0};
};

/// Thrown where work was left because of a StopFlag.
class Interrupted : public std::exception {
 public:
  explicit Interrupted(int signal) noexcept : signal_(signal) {}
  [[nodiscard]] int signal() const noexcept { return signal_; }
  [[nodiscard]] char const* what() const noexcept override { return "interrupted by a signal"; }

 private:
  int signal_;
};

inline void throw_if_requested(StopFlag const& stop) {
  if (stop.requested()) throw Interrupted(stop.signal());
}

}  // namespace limpid
