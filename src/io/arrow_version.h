/// The version of the Arrow library that this program runs with.
#pragma once

#include <string>

namespace limpid {

[[nodiscard]] std::string arrow_version();  ///< "26.0.1"

}  // namespace limpid
