// The engine of a build without CUDA: asking for it is an error that says so.
#include "explain/engine.h"
#include "kernels/device.h"
#include "limpid/error.h"

namespace limpid {

std::unique_ptr<Engine> make_cuda_engine(CompiledModel const& /*model*/, Question const& /*question*/,
                                         Background const& /*background*/, std::int32_t /*device*/) {
  throw Error("device.unavailable", "no usable GPU: " + device::unavailable_reason(), {},
              "use --device auto to run on the CPU");
}

}  // namespace limpid
