/// Lattice games without a model: random leaf paths and patterns, shared by the tests of every device.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "compile/compiled_model.h"
#include "kernels/lattice_game.h"

namespace limpid::tests {

struct LatticeShape {
  std::int64_t rows = 1;
  std::int64_t background = 1;
  std::int32_t players = 6;
  std::int32_t outputs = 1;
  std::int32_t short_leaves = 100;
  std::int32_t long_leaves = 0;
  std::int32_t longest = 5;  ///< players of the longest short path
  Link link = Link::kSigmoid;
  bool wide = false;
  std::uint32_t seed = 1;
};

/// A case for every link and number of players.
inline LatticeShape shape_of_link(Link link, bool wide, std::int32_t players) {
  LatticeShape shape{.rows = 2, .background = 2, .players = players, .link = link, .wide = wide};
  shape.outputs = link == Link::kSoftmax ? 3 : 1 + players % 2;
  shape.seed = static_cast<std::uint32_t>(players);
  return shape;
}

/// Paths and patterns in the layout of compile/layout.h, with memory for the answer.
struct LatticeCase {
  LeafPaths short_paths;
  LeafPaths long_paths;
  std::vector<std::uint8_t> row_bytes;
  std::vector<std::uint64_t> row_words;
  std::vector<std::uint8_t> background_bytes;
  std::vector<std::uint64_t> background_words;
  std::vector<double> base_margin;
  std::vector<double> step;
  std::vector<double> values;
  std::vector<std::int32_t> largest;
  LatticeGameArgs args;

  void add_leaf(LeafPaths& paths, std::vector<std::uint32_t> const& players, std::int64_t fixed, std::uint32_t output) {
    paths.players.insert(paths.players.end(), players.begin(), players.end());
    paths.player_begin.push_back(static_cast<std::uint32_t>(paths.players.size()));
    paths.test_begin.push_back(0);
    paths.table_begin.push_back(0);
    paths.value.push_back(static_cast<double>(fixed) * step[output]);
    paths.fixed.push_back(fixed);
    paths.output.push_back(output);
  }

  /// Points args at the vectors; values start as a number that no test expects.
  LatticeGameArgs& bind(LatticeShape const& shape) {
    args.short_paths = short_paths.view();
    args.long_paths = long_paths.view();
    args.byte_stride = (short_paths.leaves() + 63) / 64 * 64;
    args.row_bytes = row_bytes.data();
    args.row_words = row_words.data();
    args.background_bytes = background_bytes.data();
    args.background_words = background_words.data();
    args.rows = shape.rows;
    args.background_rows = shape.background;
    args.players = shape.players;
    args.outputs = shape.outputs;
    args.base_margin = base_margin.data();
    args.step = step.data();
    args.wide = shape.wide;
    args.link = shape.link;
    args.max_players = 20;
    args.value_stride = (shape.rows + 63) / 64 * 64;
    values.assign(static_cast<std::size_t>(shape.outputs * shape.players * args.value_stride), -77.0);
    largest.assign(static_cast<std::size_t>(shape.rows), -77);
    args.values = values.data();
    args.largest = largest.data();
    return args;
  }

  [[nodiscard]] double value(std::int32_t output, std::int32_t player, std::int64_t row) const {
    return values[static_cast<std::size_t>((output * args.players + player) * args.value_stride + row)];
  }
};

/// A pattern of K bits, each set three times in four, so that many leaves are alive; unused bits are 1.
template <class Pattern, class Random>
Pattern random_pattern(std::int32_t players, Random& random) {
  auto bits = static_cast<Pattern>(random() | random());
  if constexpr (sizeof(Pattern) == 8) bits |= (static_cast<Pattern>(random() | random()) << 32);
  bool const uses_all = players == static_cast<std::int32_t>(8 * sizeof(Pattern));
  auto const unused = uses_all ? Pattern{0} : static_cast<Pattern>(~Pattern{0} << players);
  return static_cast<Pattern>(bits | unused);
}

inline void fill_patterns(LeafPaths const& paths, std::int64_t rows, std::mt19937& random,
                          std::vector<std::uint8_t>& bytes) {
  auto const stride = static_cast<std::size_t>((paths.leaves() + 63) / 64 * 64);
  bytes.assign(stride * static_cast<std::size_t>(rows), 0);
  for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
    for (std::size_t l = 0; l < static_cast<std::size_t>(paths.leaves()); ++l) {
      auto const players = static_cast<std::int32_t>(paths.player_begin[l + 1] - paths.player_begin[l]);
      bytes[r * stride + l] = random_pattern<std::uint8_t>(players, random);
    }
  }
}

inline void fill_patterns(LeafPaths const& paths, std::int64_t rows, std::mt19937& random,
                          std::vector<std::uint64_t>& words) {
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::size_t l = 0; l < static_cast<std::size_t>(paths.leaves()); ++l) {
      auto const players = static_cast<std::int32_t>(paths.player_begin[l + 1] - paths.player_begin[l]);
      words.push_back(random_pattern<std::uint64_t>(players, random));
    }
  }
}

inline LatticeCase make_lattice_case(LatticeShape const& shape) {
  LatticeCase made;
  std::mt19937 random(shape.seed);
  for (std::int32_t g = 0; g < shape.outputs; ++g) {
    made.base_margin.push_back(-0.4 + 0.3 * g);
    made.step.push_back(shape.wide ? 0x1p-55 : 0x1p-27);
  }
  auto const add_leaves = [&](LeafPaths& paths, std::int32_t count, std::int32_t fewest, std::int32_t most) {
    std::vector<std::uint32_t> everyone(static_cast<std::size_t>(shape.players));
    std::iota(everyone.begin(), everyone.end(), 0U);
    most = std::min(most, shape.players);
    for (std::int32_t l = 0; l < count; ++l) {
      std::shuffle(everyone.begin(), everyone.end(), random);
      auto const length = fewest + static_cast<std::int32_t>(random() % static_cast<unsigned>(most - fewest + 1));
      std::vector<std::uint32_t> players(everyone.begin(), everyone.begin() + length);
      if (l % 2 == 0) std::sort(players.begin(), players.end());  // both orders are allowed
      double const leaf = 0.3 * (static_cast<double>(random()) / 4294967296.0 - 0.5);
      auto const output = static_cast<std::uint32_t>(l * shape.outputs / count);
      made.add_leaf(paths, players, static_cast<std::int64_t>(leaf / made.step[output]), output);
    }
  };
  add_leaves(made.short_paths, shape.short_leaves, 1, std::min(shape.longest, kMaxShortPlayers));
  add_leaves(made.long_paths, shape.long_leaves, 9, 20);
  fill_patterns(made.short_paths, shape.rows, random, made.row_bytes);
  fill_patterns(made.short_paths, shape.background, random, made.background_bytes);
  fill_patterns(made.long_paths, shape.rows, random, made.row_words);
  fill_patterns(made.long_paths, shape.background, random, made.background_words);
  (void)made.bind(shape);
  return made;
}

}  // namespace limpid::tests
