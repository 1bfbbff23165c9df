// Batches on a GPU of a build without CUDA: asking for them is an error that says so.
#include "blackbox/batch_player.h"
#include "kernels/device.h"
#include "limpid/error.h"

namespace limpid {

std::unique_ptr<BatchPlayer> make_device_player(BatchSetup const& /*setup*/, HybridRows const& /*rows*/,
                                                Predictor& /*predictor*/, std::int32_t /*device*/) {
  throw Error("device.unavailable", "no usable GPU: " + device::unavailable_reason(), {},
              "use --device auto to run on the CPU");
}

}  // namespace limpid
