/// The file of --categories (docs/contract.md, Categories by name): which code each text of a categorical feature has,
/// for models that hold codes alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "io/category_encoder.h"
#include "limpid/ensemble.h"

namespace limpid {

struct CategoryFile {
  std::map<std::int32_t, CategoryList> lists;  ///< by feature
  std::vector<std::string> notes;              ///< lists of the model that were replaced
};

/// A JSON object: feature (by name, or by 0-based index where the model has no names) -> the texts of code 0, 1, ...,
/// or {text: code}. Strings are texts byte for byte; a list of JSON numbers counts by value. Throws Error config.open,
/// config.format, config.key (unknown feature), config.value (no categorical feature, duplicates, codes, types).
[[nodiscard]] CategoryFile read_category_file(std::string const& path, Ensemble const& ensemble);

}  // namespace limpid
