/// The workers of an engine, lent to threads: as many chunks are explained at a time as there are workers, while the
/// other threads read and format.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "explain/engine.h"

namespace limpid {

class EngineWorkers {
 public:
  EngineWorkers(Engine const& engine, int workers) {
    for (int i = 0; i < workers; ++i) owned_.push_back(engine.make_worker());
    for (auto const& worker : owned_) free_.push_back(worker.get());
  }

  /// One borrowed worker; it goes back when the lease ends.
  class Lease {
   public:
    Lease(EngineWorkers& pool, Engine::Worker* worker) noexcept : pool_(pool), worker_(worker) {}
    ~Lease() { pool_.give_back(worker_); }
    Lease(Lease const&) = delete;
    Lease& operator=(Lease const&) = delete;
    Engine::Worker* operator->() const noexcept { return worker_; }

   private:
    EngineWorkers& pool_;
    Engine::Worker* worker_;
  };

  [[nodiscard]] Lease borrow() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return !free_.empty(); });
    auto* const worker = free_.back();
    free_.pop_back();
    return {*this, worker};
  }

 private:
  void give_back(Engine::Worker* worker) {
    std::lock_guard const lock(mutex_);
    free_.push_back(worker);  // never grows past its first size: no allocation
    returned_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Engine::Worker>> owned_;
  std::vector<Engine::Worker*> free_;
};

}  // namespace limpid
