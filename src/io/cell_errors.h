/// A cell that cannot be read, in words: what was found, what was expected and which option fixes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/category_encoder.h"
#include "io/cell.h"

namespace limpid {

struct CellComplaint {
  std::string message;
  std::string hint;
};

/// Of a numeric feature, or of a categorical one whose data holds `codes`. A missing number
/// is one that the model does not take. REQUIRES: cell.kind is not CellKind::kNumber.
[[nodiscard]] CellComplaint complain_of_number(Cell cell, std::string_view text, bool codes);

/// A text that the list of categories lacks.
[[nodiscard]] CellComplaint complain_of_category(std::string_view text, CategoryList const& list);

/// Text in a message: quoted, cut when long, line ends and other control characters shown.
[[nodiscard]] std::string shown(std::string_view text);

/// Category texts of one feature that its list lacks, over all rows that were read.
struct UnseenTexts {
  std::string feature;
  std::int64_t count = 0;   ///< values
  std::int64_t values = 0;  ///< of the feature, missing ones not counted
  std::string example;      ///< the first of them
  UnseenCategory rule = UnseenCategory::kError;
};

/// One line for a warning: feature, count, example, what they were taken for; that the column probably holds something
/// else when no value was known.
[[nodiscard]] std::string describe(UnseenTexts const& unseen);

[[nodiscard]] char const* name_of(UnseenCategory rule) noexcept;  ///< "error", "missing", "other"

}  // namespace limpid
