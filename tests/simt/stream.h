/// The emulated streams behind device::Exec: queues whose work runs at synchronisation, interleaved with the other
/// streams' work in an order drawn from the seed, since nothing orders one stream against another.
#pragma once

#include <functional>

#include "kernels/device.h"

namespace limpid::simt {

/// Appends work to the stream; it runs at the latest at exec.wait().
void enqueue(device::Exec const& exec, std::function<void()> work);

}  // namespace limpid::simt
