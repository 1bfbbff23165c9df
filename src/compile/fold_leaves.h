/// Folding: leaves whose tests agree share one leaf table, so that one look-up serves several leaves.
///
/// Two sibling leaves test the same bins, the last test one way and the other; the pattern of the one is the pattern
/// of the other with a bit flipped, and T_left[q][a] + T_right[q][a ^ bit] is one table for both. In general a fold
/// has N <= 8 bits, each an interval test (or its complement) of one of its leaves; every player of every leaf reads
/// one of those bits, perhaps flipped; and T[q][a] is the sum of what its leaves give to player q at pattern a. Leaves
/// higher in a tree vanish in the tables of their cousins below.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "compile/compiled_model.h"

namespace limpid {

/// A leaf inside a fold: its player q reads the fold's bit `bit[q]`, flipped where `flip[q]` is 1, and adds to the
/// fold's player `slot[q]`.
struct FoldPart {
  std::uint32_t leaf = 0;
  std::array<std::uint8_t, kMaxShortPlayers> bit{};
  std::array<std::uint8_t, kMaxShortPlayers> flip{};
  std::array<std::uint8_t, kMaxShortPlayers> slot{};
};

/// The short paths, folded. `paths` is what sum_leaf_tables reads: K players and N bits (Test::player is the bit),
/// T[q][a] at q * 2^N + a; inside each block sorted by N. Values, fixed points and cover ratios stay with the leaves.
struct FoldedLeaves {
  LeafPaths paths;
  std::vector<FoldPart> parts;
  std::vector<std::uint32_t> part_begin{0};  ///< [folds + 1]
};

/// What is looked up: a value for every player, or one for every pair of players that are on a path together.
enum class FoldFor : std::uint8_t { kPlayers, kPairs };

/// Folds greedily inside each block of leaves by the cost of look-ups; the result depends on the paths alone.
[[nodiscard]] FoldedLeaves fold_leaves(LeafPaths const& short_paths, FoldFor what = FoldFor::kPlayers);

/// The part's leaf has K players: out[a] is its pattern where the fold's is a. `out` [2^N].
void part_patterns(FoldPart const& part, std::size_t players, std::span<std::uint32_t> out);

/// Adds the tables of a fold's leaves: begin, add its parts in order, write. Sums in double, rounded once.
class FoldSum {
 public:
  FoldSum(FoldedLeaves const& folded, LeafPaths const& short_paths) : folded_(folded), short_paths_(short_paths) {}
  void begin(std::int64_t fold);
  void add(FoldPart const& part, float const* leaf_table);
  void write(float* table) const;

 private:
  FoldedLeaves const& folded_;
  LeafPaths const& short_paths_;
  std::size_t patterns_ = 0;            ///< 2^N
  std::vector<double> sums_;            ///< [K x 2^N]
  std::vector<std::uint32_t> pattern_;  ///< [2^N] of the leaf
};

/// Tables of all folds from those of all leaves.
[[nodiscard]] std::vector<float> fold_tables(FoldedLeaves const& folded, LeafPaths const& short_paths,
                                             std::span<float const> leaf_tables);

}  // namespace limpid
