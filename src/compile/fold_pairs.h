/// Interaction tables as leaf tables: a pair of players that are on a path together is a player of its own, with its
/// number among all pairs (pair_index), and sum_leaf_tables looks it up like any other.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "compile/compiled_model.h"
#include "compile/fold_leaves.h"

namespace limpid {

/// Largest table of one leaf in floats (the shared memory of a GPU's tile): the pairs of a larger one are dealt to
/// several leaves with the same tests.
inline constexpr std::size_t kMaxPairTableFloats = 4096;

/// The leaves of `from` with min_players <= K <= max_players, blocks and order kept.
[[nodiscard]] LeafPaths select_leaves(LeafPaths const& from, std::int32_t min_players, std::int32_t max_players);

/// The largest K at which the tables of all leaves up to K stay within `bytes`; 0 or 1: no tables.
[[nodiscard]] std::int32_t pair_table_reach(LeafPaths const& short_paths, std::size_t bytes);

/// Short paths folded for pairs. `paths` is what sum_leaf_tables reads: players are pairs, P is pair_count.
struct FoldedPairs {
  FoldedLeaves folded;               ///< the folds by players
  LeafPaths paths;                   ///< their tables by pairs; folds without a pair are left out
  std::vector<std::uint64_t> begin;  ///< [folds] where the fold's tables begin, those of its leaves side by side
  std::vector<std::uint32_t> slots;  ///< of all folds: pairs of their players as slot_a << 8 | slot_b, sorted
  std::vector<std::uint32_t> slot_begin{0};  ///< [folds + 1]
};

/// `players`: P of the model. REQUIRES: `short_paths` outlives the result's users.
[[nodiscard]] FoldedPairs fold_pairs(LeafPaths const& short_paths, std::int32_t players);

/// Adds the interaction tables of a fold's leaves: begin, add its parts in order, write. Sums in double, rounded once.
class PairSum {
 public:
  PairSum(FoldedPairs const& pairs, LeafPaths const& short_paths) : pairs_(pairs), short_paths_(short_paths) {}
  void begin(std::int64_t fold);
  /// `leaf_table`: as build_interaction_tables writes it.
  void add(FoldPart const& part, float const* leaf_table);
  /// `tables`: of all folds.
  void write(float* tables) const;

 private:
  FoldedPairs const& pairs_;
  LeafPaths const& short_paths_;
  std::size_t fold_ = 0;
  std::size_t patterns_ = 0;            ///< 2^N
  std::vector<double> sums_;            ///< [pairs x 2^N]
  std::vector<std::uint32_t> pattern_;  ///< [2^N] of the leaf
};

}  // namespace limpid
