/// The texts of a categorical feature's values and their codes (docs/contract.md, Categories by name).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "io/cell.h"
#include "limpid/ensemble.h"

namespace limpid {

/// What a feature's categories are called in the data.
struct CategoryList {
  std::vector<std::pair<std::string, std::int32_t>> codes;  ///< text and code; the first of equal texts counts
  bool numeric = false;                                     ///< the texts are numbers: every spelling of them counts
  UnseenCategory unseen = UnseenCategory::kError;
};

/// The model's own list. REQUIRES: the feature has categories.
[[nodiscard]] CategoryList own_categories(Feature const& feature, UnseenCategory unseen);

/// Text to code. In this order:
/// 1. a spelling declared missing (--missing) is missing;
/// 2. a text of the list is its code, byte for byte, blanks too: also where it is one of the built-in spellings of a
///    missing value (a country "NA", an answer "None");
/// 3. a built-in spelling, blanks around it ignored, is missing;
/// 4. where the list holds nothing but true and false, they count in any case;
/// 5. everything else is unseen.
/// In a list of numbers a text counts by its value: "3", "3.0", "03" and " 3" are one category, true is 1 and false 0.
/// Whole numbers from 2^53 on, which doubles cannot tell apart, count by their text.
class CategoryEncoder {
 public:
  enum class Kind : std::uint8_t { kKnown, kMissing, kUnseen };
  struct Code {
    Kind kind = Kind::kUnseen;
    double value = 0.0;  ///< kKnown: the code; kMissing: NaN; kUnseen: what `unseen` makes of it, NaN or kOther
  };
  static constexpr double kOther = -1.0;  ///< a code in no set

  CategoryEncoder(CategoryList list, std::vector<std::string> const& missing);

  /// Different whole numbers are different doubles there.
  [[nodiscard]] static bool counts_by_value(double number) noexcept;

  [[nodiscard]] Code encode(std::string_view text) const noexcept;
  [[nodiscard]] CategoryList const& list() const noexcept { return list_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  void add_number(std::string const& text, std::int32_t code);
  [[nodiscard]] bool is_declared_missing(std::string_view text) const noexcept;
  [[nodiscard]] Code find(std::string_view text) const noexcept;
  [[nodiscard]] Code encode_number(std::string_view text) const noexcept;
  [[nodiscard]] Code unseen() const noexcept;

  CategoryList list_;
  std::vector<std::string> missing_;
  CellParser parser_;  ///< of lists of numbers
  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> texts_;
  std::unordered_map<double, std::int32_t> numbers_;  ///< below 2^53 in magnitude
  bool only_words_ = false;                           ///< every text is true or false
};

}  // namespace limpid
