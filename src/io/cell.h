/// One cell of text as a number (docs/contract.md, Data): every spelling that the reader knows is known here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "limpid/ensemble.h"

namespace limpid {

enum class CellKind : std::uint8_t {
  kNumber,
  kMissing,   ///< value is NaN
  kText,      ///< not a number
  kInfinite,  ///< spelled as infinity and not declared missing
  kOverflow,  ///< a finite number that becomes infinite in the model's own type
};

[[nodiscard]] std::string_view trim(std::string_view text) noexcept;    ///< without blanks and tabs around it
[[nodiscard]] bool is_missing_text(std::string_view trimmed) noexcept;  ///< empty, NaN, NA, null, None, ...
/// ASCII letters alone. REQUIRES: `lower` is in lower case.
[[nodiscard]] bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept;

struct Cell {
  CellKind kind = CellKind::kMissing;
  double value = 0.0;
};

/// Numbers are read by std::from_chars (correctly rounded, no locale), with blanks around them and a leading plus
/// allowed; true and false in any case are 1 and 0. A declared missing spelling that is itself a number (-999) also
/// matches other texts of that number (-999.0).
class CellParser {
 public:
  CellParser(std::vector<std::string> const& missing, InputCast cast);

  [[nodiscard]] Cell parse(std::string_view text) const noexcept;

 private:
  [[nodiscard]] Cell classify(double value) const noexcept;

  std::vector<std::string> missing_texts_;
  std::vector<double> missing_numbers_;
  double limit_;  ///< values at or above it in magnitude become infinite in the model's type
};

}  // namespace limpid
