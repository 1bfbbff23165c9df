/// The compiled form of a model: what every kernel reads. Plain structs and pointers, host or device alike.
///
/// Letters: R rows, B background rows, M features, C bin columns, P players, G outputs, L leaves, K players of a path.
///
/// Bins. A bin column is one byte per row. A numeric feature's distinct thresholds are sorted and cut into columns of
/// at most 254; the byte is the number of the column's thresholds <= x (0..254). A categorical feature with at most
/// 254 codes in its nodes' sets has one column: the rank of the code, or the count for every other code. One with
/// more codes has a column per distinct set: 1 inside, 0 outside. NaN is byte 255 in every column. Nodes that take
/// zeros as missing have columns of their own, in which zeros are byte 255 too: a bin group is a feature with or
/// without that rule.
///
/// Tests. Every condition, numeric or categorical, missing rule included, is an AND of circular byte intervals:
/// a test passes iff uint8(bin - lo) <= width. (An interval with the missing bin wraps around: [255, hi].)
///
/// Patterns. Bit q of a leaf's pattern is 1 iff the row passes all tests of the path's q-th player, of all its bin
/// groups and, where the player is a group of features, of all its members; unused bits are
/// 1. Short paths (K <= 8): one byte. Long paths (9 <= K <= 64): one 64-bit word. Wide paths (65 <= K <= 256): up to
/// four words. A leaf is reached by the row itself iff its pattern is all ones.
#pragma once

#include <cstdint>

#include "limpid/platform.h"

namespace limpid {

inline constexpr std::int32_t kMaxShortPlayers = 8;  ///< longest path with a byte pattern and a leaf table
inline constexpr std::int32_t kMaxLongPlayers = 64;  ///< longest path with a word pattern
inline constexpr std::int32_t kMaxPatternWords = 4;  ///< of a wide path's pattern: Test::player has a byte
inline constexpr std::int32_t kMissingBin = 255;
inline constexpr std::int32_t kMaxColumnThresholds = 254;
inline constexpr std::int32_t kBlockLeaves = 256;  ///< leaves per block: float inside, double across blocks
inline constexpr std::int32_t kSummaryRows = 256;  ///< rows per block of a summary, by global row index

/// Pairs {i, j} of P players, i = j among them.
LIMPID_HD constexpr std::int64_t pair_count(std::int64_t players) noexcept { return players * (players + 1) / 2; }
/// Place of a pair among them: (0, 0), (0, 1), ..., (1, 1), ... REQUIRES: i <= j < players.
LIMPID_HD constexpr std::int64_t pair_index(std::int64_t players, std::int64_t i, std::int64_t j) noexcept {
  return i * players - i * (i - 1) / 2 + (j - i);
}

enum class ColumnKind : std::uint8_t { kNumeric, kCategoryRank, kCategorySet };

/// One bin column: entries [begin, begin + count) of ColumnsView::entries.
struct Column {
  std::uint32_t feature = 0;
  std::uint32_t begin = 0;
  std::uint32_t count = 0;
  ColumnKind kind = ColumnKind::kNumeric;
  bool zero_missing = false;  ///< zeros (kLargestZero) are missing too
};

struct ColumnsView {
  Column const* columns = nullptr;  ///< [C]
  double const* entries = nullptr;  ///< sorted thresholds, or sorted category codes
  std::int32_t count = 0;           ///< C
  bool cast_float32 = true;         ///< cast the raw value to float32 first
  bool cut_towards_zero = false;    ///< CategoryCut::kTowardsZero
};

/// Passes iff uint8(bin[column] - lo) <= width. `player` is q, the bit on its path (0 in trees; in folded leaves a bit
/// that may be read by several players, fold_leaves.h).
struct Test {
  std::uint32_t column = 0;
  std::uint8_t lo = 0;
  std::uint8_t width = 0;
  std::uint8_t player = 0;
  std::uint8_t reserved = 0;
};

/// Leaves [begin, end) of one output, summed in float; the players that occur in them, sorted, are
/// block_players[player_begin, player_end) (global player indices).
struct LeafBlock {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t output = 0;
  std::uint32_t player_begin = 0;
  std::uint32_t player_end = 0;
};

/// The leaf paths of one class (short or long), ordered by output, then tree, then leaf; inside each block of
/// kBlockLeaves leaves stably by K. Paths with no player (K = 0) are left out: they give nobody a value.
struct PathsView {
  std::int64_t leaves = 0;                      ///< L
  Test const* tests = nullptr;                  ///< of all leaves, each leaf's sorted by player
  std::uint32_t const* test_begin = nullptr;    ///< [L + 1]
  std::uint32_t const* players = nullptr;       ///< of all leaves: global player of each bit q
  std::uint32_t const* player_begin = nullptr;  ///< [L + 1]; K = player_begin[l + 1] - player_begin[l]
  std::uint64_t const* table_begin = nullptr;   ///< [L + 1] offset of T[0][0]; T[q][a] at + q * 2^K + a (short only)
  double const* value = nullptr;                ///< [L] leaf value times tree weight
  std::int64_t const* fixed = nullptr;          ///< [L] round(value / step of the output)
  double const* cover_ratio = nullptr;          ///< as players: product of cover ratios r_q; nullptr: no covers
  std::uint32_t const* output = nullptr;        ///< [L]
  LeafBlock const* blocks = nullptr;            ///< [blocks_count]
  std::int32_t blocks_count = 0;
  std::uint32_t const* block_players = nullptr;  ///< [block_players_count]
  std::int64_t block_players_count = 0;
  std::int64_t widest_block = 0;  ///< most players of a block
};

/// One condition of a box: a player fails the box iff it fails any of its tests.
struct BoxTerm {
  std::uint32_t test = 0;  ///< index into BoxesView::tests
  std::uint32_t player = 0;
};

/// What the games of pairs need of the leaves, short and long: leaves of one output with the same tests are one box,
/// whose fixed point is the sum of theirs. Boxes are ordered by output; every output's are padded to a multiple of
/// kBoxPadding by boxes without a term, which no row passes. At most kMaxBoxPlayers players in all.
struct BoxesView {
  std::int64_t boxes = 0;
  Test const* tests = nullptr;  ///< [tests_count] distinct ones
  std::int64_t tests_count = 0;
  BoxTerm const* terms = nullptr;
  std::uint32_t const* term_begin = nullptr;   ///< [boxes + 1]
  std::int64_t const* fixed = nullptr;         ///< [boxes]
  std::int64_t const* output_begin = nullptr;  ///< [G + 1] first box of each output
};
inline constexpr std::int64_t kBoxPadding = 32;
inline constexpr std::int32_t kMaxBoxPlayers = 64;

/// Bytes of a set of P players: 2, 4 or 8.
[[nodiscard]] constexpr std::int32_t player_set_bytes(std::int32_t players) noexcept {
  return players <= 16 ? 2 : players <= 32 ? 4 : 8;
}

/// A node goes left iff all its tests pass; test_count 0: a leaf.
struct Node {
  std::uint32_t test_begin = 0;
  std::uint32_t test_count = 0;
  std::uint32_t left = 0;  ///< node index in TreesView::nodes; leaves: rank among their tree's leaves
  std::uint32_t right = 0;
  double value = 0.0;  ///< leaves: value times tree weight
};

/// The trees themselves on bins, for predictions: trees in file order, the nodes of a tree side by side (root first,
/// children after their parent), those of the next tree behind them.
struct TreesView {
  std::int32_t trees = 0;
  Node const* nodes = nullptr;
  Test const* tests = nullptr;
  std::uint32_t const* root = nullptr;    ///< [trees + 1] ends with the number of all nodes
  std::uint32_t const* output = nullptr;  ///< [trees]
  double const* base_margin = nullptr;    ///< [G]
  std::int32_t outputs = 0;               ///< G
  std::int32_t depth = 0;                 ///< longest path in nodes, root included
};

/// Bins of R rows: column c of row r at data[c * stride + r]. Rows stride..R are readable padding (any value).
struct BinsView {
  std::uint8_t const* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t stride = 0;  ///< a multiple of 64, >= rows
};

/// How much each of B background rows counts, in whole units of one weight: sums of them are exact in any order.
struct WeightsView {
  std::uint64_t const* units = nullptr;  ///< [B]; nullptr: one unit each
  std::uint64_t total = 0;               ///< of all rows, below 2^53: exact as a double
};

}  // namespace limpid
