/// A lattice game's leaves as boxes with sets of players, one box per leaf: what the CPU kernels read of real models.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/lattice_game.h"

namespace limpid::tests {

class BoxForm {
 public:
  /// REQUIRES: at most kMaxBoxPlayers players.
  explicit BoxForm(LatticeGameArgs const& game)
      : players_(game.players), rows_(Side{game.rows, {}}), background_(Side{game.background_rows, {}}) {
    for (std::int32_t g = 0; g < game.outputs; ++g) {
      add_leaves(game.short_paths, g, game.row_bytes, game.background_bytes, game.byte_stride);
      add_leaves(game.long_paths, g, game.row_words, game.background_words, game.long_paths.leaves);
      while (fixed_.size() % static_cast<std::size_t>(kBoxPadding) != 0) add_box(0, ~std::uint64_t{0});
      output_begin_.push_back(static_cast<std::int64_t>(fixed_.size()));
    }
    pack(rows_);
    pack(background_);
  }

  /// The same game without paths and patterns.
  [[nodiscard]] LatticeGameArgs of(LatticeGameArgs game) const {
    game.short_paths = game.long_paths = {};
    game.row_bytes = game.background_bytes = nullptr;
    game.row_words = game.background_words = nullptr;
    game.byte_stride = 0;
    game.boxes.boxes = static_cast<std::int64_t>(fixed_.size());
    game.boxes.fixed = fixed_.data();
    game.boxes.output_begin = output_begin_.data();
    game.row_masks = rows_.packed.data()->bytes;
    game.background_masks = background_.packed.data()->bytes;
    return game;
  }

 private:
  struct alignas(64) Line {
    std::uint8_t bytes[64];
  };
  struct Side {
    std::int64_t rows;
    std::vector<std::vector<std::uint64_t>> failed;  ///< [boxes][R]
    std::vector<Line> packed{};
  };

  template <class Pattern>
  static std::uint64_t failed_by(PathsView const& paths, std::int64_t leaf, Pattern pattern) {
    std::uint64_t failed = 0;
    std::uint32_t const begin = paths.player_begin[leaf];
    for (std::uint32_t q = 0; q < paths.player_begin[leaf + 1] - begin; ++q) {
      if ((pattern >> q & 1) == 0) failed |= std::uint64_t{1} << paths.players[begin + q];
    }
    return failed;
  }

  template <class Pattern>
  void add_leaves(PathsView const& paths, std::int32_t output, Pattern const* rows, Pattern const* background,
                  std::int64_t stride) {
    for (std::int64_t leaf = 0; leaf < paths.leaves; ++leaf) {
      if (paths.output[leaf] != static_cast<std::uint32_t>(output)) continue;
      add_box(paths.fixed[leaf], 0);
      for (std::int64_t r = 0; r < rows_.rows; ++r) {
        rows_.failed.back()[static_cast<std::size_t>(r)] = failed_by(paths, leaf, rows[r * stride + leaf]);
      }
      for (std::int64_t z = 0; z < background_.rows; ++z) {
        background_.failed.back()[static_cast<std::size_t>(z)] = failed_by(paths, leaf, background[z * stride + leaf]);
      }
    }
  }

  void add_box(std::int64_t fixed, std::uint64_t failed) {
    fixed_.push_back(fixed);
    for (Side* side : {&rows_, &background_}) {
      side->failed.emplace_back(static_cast<std::size_t>(side->rows), failed);
    }
  }

  void pack(Side& side) const {
    auto const bytes = static_cast<std::size_t>(player_set_bytes(players_));
    side.packed.resize(static_cast<std::size_t>(side.rows) * fixed_.size() * bytes / sizeof(Line) + 1);
    std::uint8_t* to = side.packed[0].bytes;
    for (std::size_t r = 0; r < static_cast<std::size_t>(side.rows); ++r) {
      for (auto const& failed : side.failed) {
        for (std::size_t byte = 0; byte < bytes; ++byte) *to++ = static_cast<std::uint8_t>(failed[r] >> (8 * byte));
      }
    }
  }

  std::int32_t players_;
  Side rows_;
  Side background_;
  std::vector<std::int64_t> fixed_;
  std::vector<std::int64_t> output_begin_{0};
};

}  // namespace limpid::tests
