/// Fibers: one stack and one context per thread of a block, on Boost.Context, with the annotations that the address and
/// thread sanitizers need. All fibers of a Fibers object run on the operating system thread that resumes them.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace limpid::simt {

class Fibers {
 public:
  using Entry = void (*)(void* context, int fiber);

  Fibers();
  ~Fibers();
  Fibers(Fibers const&) = delete;
  Fibers& operator=(Fibers const&) = delete;

  /// Fresh fibers 0..count-1, each of which will run entry(context, i) on a stack of its own (guard page below).
  /// Fibers that never ended are dropped without unwinding: kernels own nothing.
  /// To the thread sanitizer fiber i is the same thread in every call, and switching orders nothing.
  void reset(int count, Entry entry, void* context);
  /// Main context: runs fiber i until it suspends (true) or ends (false).
  bool resume(int i);
  /// Fiber i: gives control back to the main context until the next resume(i).
  void suspend(int i);
  /// Main context: to the thread sanitizer, all that these fibers did so far happens before all that they do next.
  void synchronise(std::vector<int> const& fibers);
  /// Main context: ... before all that the main context does next.
  void join();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace limpid::simt
