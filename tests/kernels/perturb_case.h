/// Random games of a batch for perturb, and its naive reference: sets of players instead of bits, rows of one game at a
/// time instead of positions.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "kernels/perturb.h"
#include "reference/random_model.h"

namespace limpid {

struct PerturbCase {
  static constexpr std::int64_t kRows = 5;
  static constexpr std::int64_t kBackground = 11;
  static constexpr std::int64_t kPairs = 6;

  std::int32_t players;
  std::int32_t columns;
  std::int32_t words;
  std::vector<std::int32_t> player;       ///< [M]
  std::vector<double> rows;               ///< [R x M]
  std::vector<double> background;         ///< [B x M]
  std::vector<std::uint64_t> coalitions;  ///< [q x words]
  std::vector<std::int32_t> bits;         ///< [pieces x P]
  std::vector<PerturbPiece> pieces;
  std::int64_t hybrids = 0;

  PerturbCase(std::int32_t count, std::int64_t piece_count, reference::Random& random)
      : players(count), columns(count + 3), words((count + 63) / 64) {
    for (std::int32_t c = 0; c < columns; ++c) player.push_back(c < players ? c : random.below(players));
    for (std::int64_t i = 0; i < kRows * columns; ++i) rows.push_back(random.uniform());
    for (std::int64_t i = 0; i < kBackground * columns; ++i) background.push_back(-random.uniform());
    for (std::int64_t i = 0; i < kPairs * words; ++i) {
      coalitions.push_back(static_cast<std::uint64_t>(random.uniform() * 0x1p53) * 0x9E3779B97F4A7C15U);
    }
    for (std::int64_t i = 0; i < piece_count; ++i) add_piece(random);
  }

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(hybrids * columns); }
  [[nodiscard]] PerturbArgs args(double* out) const {
    return {columns,
            players,
            player.data(),
            rows.data(),
            background.data(),
            pieces.data(),
            static_cast<std::int64_t>(pieces.size()),
            bits.data(),
            hybrids,
            out};
  }

  [[nodiscard]] std::vector<double> naive() const {
    std::vector<double> out;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      auto const end = i + 1 < pieces.size() ? pieces[i + 1].first : hybrids;
      std::vector<std::vector<double>> const game = all_hybrids(i);
      for (std::int64_t n = 0; n < end - pieces[i].first; ++n) {
        auto const& hybrid = game[static_cast<std::size_t>(pieces[i].begin + n)];
        out.insert(out.end(), hybrid.begin(), hybrid.end());
      }
    }
    return out;
  }

 private:
  void add_piece(reference::Random& random) {
    PerturbPiece piece;
    piece.first = hybrids;
    piece.row = random.below(static_cast<int>(kRows));
    piece.backgrounds = 1 + random.below(4);
    piece.background = random.below(static_cast<int>(kBackground - piece.backgrounds));
    piece.coalitions = coalitions.data();
    piece.words = words;
    std::int64_t const positions = 2 * kPairs * piece.backgrounds;
    piece.begin = random.below(static_cast<int>(positions - 1));
    hybrids += 1 + random.below(static_cast<int>(positions - piece.begin));
    pieces.push_back(piece);
    std::int32_t bit = 0;
    for (std::int32_t p = 0; p < players; ++p) bits.push_back(random.below(4) == 0 ? -1 : bit++);
  }

  /// Every hybrid of the piece's game, in order.
  [[nodiscard]] std::vector<std::vector<double>> all_hybrids(std::size_t i) const {
    std::vector<std::vector<double>> out;
    PerturbPiece const& piece = pieces[i];
    for (std::int64_t p = 0; p < kPairs; ++p) {
      std::set<std::int32_t> of_pair;
      for (std::int32_t bit = 0; bit < players; ++bit) {
        if ((coalitions[static_cast<std::size_t>(p * words + bit / 64)] >> (bit % 64) & 1U) != 0) of_pair.insert(bit);
      }
      for (bool const complement : {false, true}) {
        for (std::int64_t b = 0; b < piece.backgrounds; ++b) {
          out.emplace_back();
          for (std::int32_t c = 0; c < columns; ++c) {
            auto const bit = bits[i * static_cast<std::size_t>(players) +
                                  static_cast<std::size_t>(player[static_cast<std::size_t>(c)])];
            bool const of_x = bit < 0 || of_pair.contains(bit) != complement;
            out.back().push_back(of_x ? rows[static_cast<std::size_t>(piece.row * columns + c)]
                                      : background[static_cast<std::size_t>((piece.background + b) * columns + c)]);
          }
        }
      }
    }
    return out;
  }
};

}  // namespace limpid
