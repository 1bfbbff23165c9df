/// The scheduler behind block.h: one per operating system thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simt/block.h"
#include "tests/simt/fiber.h"
#include "tests/simt/sanitizers.h"
#include "tests/simt/settings.h"
#include "tests/simt/shared_memory.h"
#include "tests/simt/warp.h"

namespace limpid::simt {

inline constexpr std::size_t kBanks = kTsan ? 2 : 1;

/// Stacks and shared memory of a block. Under the thread sanitizer blocks alternate between two of them: the threads of
/// one block are other threads than those of the next, and nothing orders them; blocks of the same bank are ordered,
/// one after the other, so that they may share its memory.
struct Bank {
  Fibers fibers;
  SharedMemory shared;
  // Addresses for the sanitizer to hang an order on.
  std::uint64_t begin_token = 0;
  std::array<std::uint64_t, 2> end_tokens{};  ///< of odd and of even blocks: a block starts after the one before it
  unsigned blocks = 0;                        ///< that ran here
};

struct SkippedBarrier {
  std::string text;
  int line = -1;

  explicit SkippedBarrier(std::string const& wanted) : text(wanted) {
    if (auto const colon = wanted.rfind(':'); colon != std::string::npos) line = std::stoi(wanted.substr(colon + 1));
  }
  [[nodiscard]] bool matches(Site site) const { return site.line == line && site.text() == text; }
};

class Runner {
 public:
  void run(Launch const& launch);
  int sync_block(Vote vote, int predicate, Site site);
  std::uint64_t sync_warp(WarpRequest const& request);
  [[noreturn]] void fail(std::string what, Site site);
  SharedMemory& shared() { return bank().shared; }
  Thread& thread() { return threads_[static_cast<std::size_t>(current_)]; }

 private:
  static void enter(void* self, int index) { static_cast<Runner*>(self)->run_thread(index); }
  void run_thread(int index);
  void run_block(std::int64_t block);
  void start_block(std::int64_t block);
  void place(int index);
  void run_ready();
  bool release_warps();
  void release_block();
  Bank& bank() { return banks_[bank_]; }
  void suspend() { bank().fibers.suspend(current_); }
  void shuffle(std::vector<int>& order) const;
  [[nodiscard]] std::string describe(int index) const;
  void note(Site site);
  [[nodiscard]] Failure warp_failure(int warp, std::string const& what) const;

  std::array<Bank, kBanks> banks_;
  std::size_t bank_ = 0;
  std::vector<Thread> threads_;
  std::vector<int> order_;
  std::vector<int> group_;  ///< threads that meet at a barrier
  std::vector<Site> noted_;
  Launch const* launch_ = nullptr;
  SkippedBarrier skipped_{""};
  std::string failure_;
  int count_ = 0;    // threads per block
  int running_ = 0;  // of which not ended
  int current_ = 0;
};

}  // namespace limpid::simt
