/// A lattice game's leaves as wide paths: the same cubes, their players far apart among others who never differ.
#pragma once

#include <cstdint>
#include <vector>

#include "compile/compiled_model.h"
#include "kernels/lattice_game.h"

namespace limpid::tests {

class WideForm {
 public:
  explicit WideForm(LatticeGameArgs const& game) {
    std::int64_t const leaves = game.short_paths.leaves + game.long_paths.leaves;
    rows_.resize(static_cast<std::size_t>(game.rows * leaves));
    background_.resize(static_cast<std::size_t>(game.background_rows * leaves));
    add_leaves(game, game.short_paths, game.row_bytes, game.background_bytes, game.byte_stride, leaves);
    add_leaves(game, game.long_paths, game.row_words, game.background_words, game.long_paths.leaves, leaves);
  }

  /// The same game without other paths. The game that this was made of must be alive.
  [[nodiscard]] LatticeGameArgs of(LatticeGameArgs game) const {
    game.short_paths = game.long_paths = {};
    game.row_bytes = game.background_bytes = nullptr;
    game.row_words = game.background_words = nullptr;
    game.byte_stride = 0;
    game.wide_paths = paths_.view();
    game.row_wide = rows_.data();
    game.background_wide = background_.data();
    return game;
  }

 private:
  static constexpr std::uint32_t kPlayers = 256;
  /// Place of a path's q-th player.
  static constexpr std::uint32_t place(std::uint32_t q) { return (37 * q + 11) % kPlayers; }

  template <class Pattern>
  static WidePattern spread(Pattern pattern, std::uint32_t players) {
    WidePattern failed;
    for (std::uint32_t q = 0; q < players; ++q) {
      if ((pattern >> q & 1) == 0) failed.word[place(q) / 64] |= std::uint64_t{1} << (place(q) % 64);
    }
    return ~failed;
  }

  template <class Pattern>
  void add_leaves(LatticeGameArgs const& game, PathsView const& paths, Pattern const* rows, Pattern const* background,
                  std::int64_t stride, std::int64_t all) {
    for (std::int64_t leaf = 0; leaf < paths.leaves; ++leaf) {
      std::uint32_t const begin = paths.player_begin[leaf];
      std::uint32_t const players = paths.player_begin[leaf + 1] - begin;
      std::vector<std::uint32_t> of_path(kPlayers, 0);
      for (std::uint32_t q = 0; q < players; ++q) of_path[place(q)] = paths.players[begin + q];
      std::int64_t const at = paths_.leaves();
      paths_.players.insert(paths_.players.end(), of_path.begin(), of_path.end());
      paths_.player_begin.push_back(static_cast<std::uint32_t>(paths_.players.size()));
      paths_.value.push_back(paths.value[leaf]);
      paths_.fixed.push_back(paths.fixed[leaf]);
      paths_.output.push_back(paths.output[leaf]);
      for (std::int64_t r = 0; r < game.rows; ++r) {
        rows_[static_cast<std::size_t>(r * all + at)] = spread(rows[r * stride + leaf], players);
      }
      for (std::int64_t z = 0; z < game.background_rows; ++z) {
        background_[static_cast<std::size_t>(z * all + at)] = spread(background[z * stride + leaf], players);
      }
    }
  }

  LeafPaths paths_;
  std::vector<WidePattern> rows_;        ///< [R x leaves]
  std::vector<WidePattern> background_;  ///< [B x leaves]
};

}  // namespace limpid::tests
