/// SIGINT and SIGTERM ask the run to stop; a second one ends the program at once.
#pragma once

#include "pipeline/stop.h"

namespace limpid::cli {

/// The flag that the handlers set.
[[nodiscard]] StopFlag& stop_flag() noexcept;
void install_signal_handlers();

}  // namespace limpid::cli
