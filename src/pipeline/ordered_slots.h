/// The bounded, ordered hand-over between the workers and the writer: a fixed number of slots, each filled by one
/// worker and consumed in the order of the slots' sequence numbers, whichever worker was done first.
///
/// Invariants:
/// 1. A worker acquires its slot before it takes a sequence number, so the lowest unfinished number always has one
///    and the hand-over cannot deadlock.
/// 2. At most `slots` results exist, so memory does not depend on the number of chunks.
/// 3. consume() runs on one thread at a time, without the lock.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace limpid {

template <class Slot>
class OrderedSlots {
 public:
  OrderedSlots(std::size_t slots, std::function<void(Slot&)> consume) : consume_(std::move(consume)), ready_(slots) {
    for (std::size_t i = 0; i < slots; ++i) {
      owned_.push_back(std::make_unique<Slot>());
      free_.push_back(owned_.back().get());
    }
  }

  /// A free slot; waits for one. nullptr after stop().
  [[nodiscard]] Slot* acquire() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || !free_.empty(); });
    if (stopped_) return nullptr;
    Slot* slot = free_.back();
    free_.pop_back();
    return slot;
  }

  /// Gives an unused slot back.
  void release(Slot* slot) {
    std::lock_guard const lock(mutex_);
    free_.push_back(slot);
    changed_.notify_one();
  }

  /// Hands a filled slot over; consumes it, and every slot that follows it and is filled, if it is the next.
  void put(std::int64_t sequence, Slot* slot) {
    std::unique_lock lock(mutex_);
    place(sequence) = slot;
    if (consuming_) return;
    consuming_ = true;
    while (!stopped_ && place(next_) != nullptr) {
      Slot* const due = std::exchange(place(next_), nullptr);
      lock.unlock();
      consume_(*due);  // when it throws, consuming_ stays set: nothing is consumed after a failure
      lock.lock();
      ++next_;
      free_.push_back(due);
      changed_.notify_one();
    }
    consuming_ = false;
  }

  /// Wakes everybody; nothing is acquired or consumed any more.
  void stop() {
    std::lock_guard const lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

 private:
  // The numbers in use are next_ .. next_ + slots - 1 (invariant 1), so they never collide.
  [[nodiscard]] Slot*& place(std::int64_t sequence) {
    return ready_[static_cast<std::size_t>(sequence) % ready_.size()];
  }

  std::function<void(Slot&)> consume_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Slot>> owned_;
  std::vector<Slot*> free_;
  std::vector<Slot*> ready_;  ///< [slots] filled and waiting, at sequence % slots
  std::int64_t next_ = 0;
  bool consuming_ = false;
  bool stopped_ = false;
};

}  // namespace limpid
