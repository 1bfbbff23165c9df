#include "io/arrow_version.h"

#include <arrow/config.h>

namespace limpid {

std::string arrow_version() { return arrow::GetBuildInfo().version_string; }

}  // namespace limpid
