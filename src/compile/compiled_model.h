/// Ensemble -> bins, leaf paths, trees on bins: the owner of what layout.h views.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compile/layout.h"
#include "compile/players.h"
#include "limpid/ensemble.h"

namespace limpid {

/// Owner of one class of leaf paths.
struct LeafPaths {
  std::vector<Test> tests;
  std::vector<std::uint32_t> test_begin{0};
  std::vector<std::uint32_t> players;
  std::vector<std::uint32_t> player_begin{0};
  std::vector<std::uint64_t> table_begin{0};
  std::vector<double> value;
  std::vector<std::int64_t> fixed;
  std::vector<double> cover_ratio;
  std::vector<std::uint32_t> output;
  std::vector<std::uint32_t> tree;  ///< the leaf's tree
  std::vector<LeafBlock> blocks;
  std::vector<std::uint32_t> block_players;

  [[nodiscard]] std::int64_t leaves() const noexcept { return static_cast<std::int64_t>(value.size()); }
  [[nodiscard]] std::uint64_t table_size() const noexcept { return table_begin.back(); }  ///< floats
  [[nodiscard]] PathsView view() const noexcept;
};

/// Fixed-point margins of the lattice (ARCHITECTURE.md, section 3, Integers first): one power-of-two step per output.
struct FixedPoint {
  std::vector<double> step;  ///< [G] h
  bool wide = false;         ///< 64-bit integers are needed
};

/// Paths of more players than a word has bits, up to what Test::player tells apart: known to margin values alone.
inline constexpr std::int32_t kMaxWidePlayers = 256;
struct WidePaths {
  LeafPaths paths;
  std::int32_t players = 0;  ///< K of the first one
  std::int64_t tree = 0;     ///< its tree, and its leaf's node in it
  std::int64_t node = 0;
};

struct CompiledModel {
  std::vector<Column> columns;
  std::vector<double> entries;
  InputCast input_cast = InputCast::kFloat32;
  CategoryCut category_cut = CategoryCut::kNonNegative;
  LeafPaths short_paths;  ///< 1 <= K <= kMaxShortPlayers
  LeafPaths long_paths;   ///< kMaxShortPlayers < K <= kMaxLongPlayers
  WidePaths wide_paths;   ///< kMaxLongPlayers < K <= kMaxWidePlayers
  std::vector<Node> nodes;
  std::vector<Test> node_tests;
  std::vector<std::uint32_t> roots{0};  ///< [trees + 1]
  std::vector<std::uint32_t> tree_output;
  std::vector<std::uint32_t> node_player;  ///< [nodes] of an inner node's feature
  std::vector<double> node_share;          ///< [nodes] of the parent's cover, root 1; empty without covers
  std::int32_t tree_depth = 0;
  std::vector<double> base_margin;   ///< [G] margin before the first tree
  std::vector<double> path_base;     ///< [G] base margin + trees of one leaf: what no leaf path holds (lattice base)
  std::vector<double> margin_range;  ///< [G] S = sum over trees of the largest |leaf * weight|
  std::vector<double> cover_mean;    ///< [G] base margin + cover-weighted mean of the leaves; empty without covers
  FixedPoint fixed_point;
  Link link = Link::kIdentity;
  std::int32_t features = 0;  ///< M, of raw rows
  std::int32_t players = 0;   ///< P, of values
  bool has_covers = false;

  [[nodiscard]] std::int32_t outputs() const noexcept { return static_cast<std::int32_t>(base_margin.size()); }
  [[nodiscard]] ColumnsView columns_view() const noexcept;
  [[nodiscard]] TreesView trees_view() const noexcept;
};

/// Compiles the trees for these players (default: every feature is one). Throws Error model.tree for a path with more
/// than kMaxWidePlayers players. `outputs`: only these (ascending; empty: all); a link that mixes outputs needs all.
[[nodiscard]] CompiledModel compile(Ensemble const& ensemble, Players const& players,
                                    std::span<std::int32_t const> outputs = {});
[[nodiscard]] CompiledModel compile(Ensemble const& ensemble);

/// Turns the margin into the argument of the link: base margin and leaf values times link_scale, and over the rounds
/// where the response averages them. For questions about the response, after rounds were selected, before compile.
void scale_to_response(Ensemble& ensemble) noexcept;

/// Whether every tree has covers, which path-dependent values need.
[[nodiscard]] bool has_covers(Ensemble const& ensemble) noexcept;

}  // namespace limpid
