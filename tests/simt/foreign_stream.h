/// The emulated stream as a library sees it that was opened at run time: what cudaStream_t is to cuBLAS.
#pragma once

#include <functional>

namespace limpid::simt {

class ForeignStream {
 public:
  virtual void enqueue(std::function<void()> work) = 0;

 protected:
  ~ForeignStream() = default;
};

}  // namespace limpid::simt
