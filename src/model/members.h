/// Which files of an archive are the model, and whether several may be averaged.
#pragma once

#include <string>
#include <vector>

#include "limpid/ensemble.h"
#include "model/archive.h"
#include "model/format.h"

namespace limpid::model {

struct Members {
  std::vector<ArchiveEntry> chosen;  ///< one, or xgboost-model-0, -1, ... in this order
  std::vector<std::string> ignored;  ///< names of the others
};

/// `asked`: the format that --model-format names, or null. Throws Error model.format, usage.value.
[[nodiscard]] Members choose_members(ArchiveContents&& contents, LoadOptions const& options, Format const* asked,
                                     std::string const& file);

/// Throws Error model.format where the members differ in features, outputs or link.
void check_alike(Model const& model, std::string const& file);

}  // namespace limpid::model
