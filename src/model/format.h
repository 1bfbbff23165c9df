/// The formats of model files that are read: one list for the dispatch, --model-format, its help and errors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "limpid/ensemble.h"
#include "model/content.h"
#include "model/loaders.h"

namespace limpid::model {

struct Format {
  char const* name;  ///< as --model-format has it
  Ensemble (*read)(ModelBytes const&);
  Content content;
  Content other = Content::kUnknown;  ///< a second content that the same loader reads
};

/// What reads a file of this content; null: nothing does.
[[nodiscard]] Format const* format_of(Content content) noexcept;

/// The format of that name; null: "auto". Throws Error usage.value.
[[nodiscard]] Format const* find_format(std::string_view name);

[[nodiscard]] std::vector<std::string> format_names();  ///< "auto", then the names of the formats

}  // namespace limpid::model
