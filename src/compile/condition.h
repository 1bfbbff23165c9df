/// The conditions on one bin group along a path, merged, and their tests on bin columns (layout.h, Tests).
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "compile/binning.h"

namespace limpid {

/// Numeric part: `low` <= number of thresholds <= x <= `high`. Category part: the rank is in `pass`, and the set tests
/// of the path. A missing value passes iff every node sends it this way, whatever the other parts say.
struct Condition {
  std::uint32_t group = 0;
  std::int32_t low = 0;
  std::int32_t high = std::numeric_limits<std::int32_t>::max();
  bool missing = true;
  bool numeric = false;      ///< some node tested a threshold
  bool ranked = false;       ///< some node tested a category rank
  double cover_ratio = 1.0;  ///< product of child cover / parent cover over the group's nodes
  BinSet pass{~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}};
};

/// A node on a category set column: the path stays inside the set or outside.
struct SetTest {
  std::uint32_t group = 0;
  std::uint32_t column = 0;
  bool inside = false;
};

/// Intersects the condition with the split's left or right side (category sets: only its missing rule).
void restrict_to(Condition& condition, Split const& split, bool left) noexcept;

/// Appends the condition's tests, at least one, as those of player `q`. `sets`: set tests of the path, of any bin
/// group.
void append_tests(Binning const& binning, Condition const& condition, std::span<SetTest const> sets, std::uint8_t q,
                  std::vector<Test>& tests);

}  // namespace limpid
