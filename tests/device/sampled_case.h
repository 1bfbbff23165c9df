/// Pairs of a lattice case on a device, and designs that are drawn at random.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "device/bytes.h"
#include "device/device_lattice.h"
#include "kernels/sampled_oracle.h"
#include "kernels/sampled_pairs.h"

namespace limpid::tests {

inline constexpr std::uint64_t kOrderSeed = 77;

/// Any coalitions will do: the kernel knows nothing of designs.
struct RandomDesign {
  std::int32_t players;
  std::int64_t pairs;
  std::int64_t column_words;
  std::vector<std::vector<bool>> holds;  ///< [q][V]
  std::vector<std::uint64_t> coalitions;
  std::vector<std::uint32_t> columns;

  RandomDesign(std::int32_t v, std::int64_t q) : players(v), pairs(q), column_words(q / 32 + 1) {
    std::mt19937 random(static_cast<std::uint32_t>(v));
    columns.resize(static_cast<std::size_t>(v * column_words), 0);
    for (std::int64_t p = 0; p < q; ++p) {
      std::vector<bool> coalition;
      std::uint64_t mask = 0;
      for (std::int32_t i = 0; i < v; ++i) {
        coalition.push_back(random() % 2 == 0);
        if (!coalition.back()) continue;
        mask |= v <= 64 ? std::uint64_t{1} << i : 0;
        columns[static_cast<std::size_t>(i * column_words + p / 32)] |= std::uint32_t{1} << (p % 32);
      }
      holds.push_back(coalition);
      coalitions.push_back(mask);
    }
  }
};

/// A slice of the case's rows, last row first, on the device.
struct DevicePairs {
  LatticeCase& host;
  device::Exec exec{0};
  DeviceLattice game;
  std::vector<std::int32_t> rows;
  device::Buffer<std::int32_t> device_rows, live, bits;
  PairSlice slice;
  LatticeGameArgs args;

  DevicePairs(LatticeCase& made, std::int64_t background_first) : host(made), game(exec, made) {
    for (auto r = static_cast<std::int32_t>(made.args.rows); r-- > 0;) rows.push_back(r);
    device_rows = device::Buffer<std::int32_t>(exec, rows);
    slice = {device_rows.data(), made.args.rows, background_first, made.args.background_rows - background_first};
    auto const pairs = static_cast<std::size_t>(slice.pairs());
    live = device::Buffer<std::int32_t>(exec, pairs);
    bits = device::Buffer<std::int32_t>(exec, pairs * static_cast<std::size_t>(made.args.players));
    args = game.args(made.args);
  }
  void number() const { number_players_cuda(exec, {args, slice, kOrderSeed, live.data(), bits.data()}); }
  [[nodiscard]] std::int64_t row_of(std::int64_t n) const {
    return rows[static_cast<std::size_t>(n / slice.background_count)];
  }
};

/// Differences of the pairs in `slot` by the device, all with the design's number of players.
[[nodiscard]] inline std::vector<double> sample(DevicePairs const& pairs, RandomDesign const& design,
                                                std::vector<std::int32_t> const& slot) {
  device::Exec const& exec = pairs.exec;
  device::Buffer<std::uint64_t> const coalitions(exec, design.coalitions);
  device::Buffer<std::uint32_t> const columns(exec, design.columns);
  device::Buffer<std::int32_t> const slots(exec, slot);
  std::size_t const size =
      slot.size() * static_cast<std::size_t>(pairs.args.outputs) * static_cast<std::size_t>(design.pairs + 1);
  device::Buffer<double> const differences(exec, size);
  device::Buffer<double> const complements(exec, pairs.args.link == Link::kSoftmax ? size : 0);
  SamplePairsArgs args;
  args.game = pairs.args;
  args.slice = pairs.slice;
  args.design = {design.players, design.pairs, design.players <= 64 ? coalitions.data() : nullptr,
                 design.players <= 64 ? nullptr : columns.data(), design.column_words};
  args.bits = pairs.bits.data();
  args.slot = slots.data();
  args.count = static_cast<std::int64_t>(slot.size());
  args.differences = differences.data();
  args.complements = complements.data();
  sample_pairs_cuda(exec, args);
  return copy_back(exec, differences);
}

/// The pairs with the most live players, on the device and by the oracle.
inline void expect_naive_differences(LatticeShape const& shape, std::int64_t design_pairs) {
  SCOPED_TRACE(std::to_string(shape.players) + " players, " + std::to_string(design_pairs) + " coalitions, link " +
               name_of(shape.link) + (shape.wide ? ", wide" : ""));
  LatticeCase host = make_lattice_case(shape);
  DevicePairs const pairs(host, shape.background > 2 ? 1 : 0);
  pairs.number();
  auto const live = copy_back(pairs.exec, pairs.live);
  auto const bits = copy_back(pairs.exec, pairs.bits);
  std::vector<std::int32_t> slot;
  std::vector<double> expected;
  std::int32_t const most = *std::max_element(live.begin(), live.end());
  RandomDesign const design(most, design_pairs);
  for (std::int64_t n = 0; n < pairs.slice.pairs(); ++n) {
    std::int64_t const z = pairs.slice.background(n);
    auto const cubes = named_cubes(host.args, pairs.row_of(n), z);
    auto const players = ordered_players(cubes, kOrderSeed, z);
    ASSERT_EQ(live[static_cast<std::size_t>(n)], static_cast<std::int32_t>(players.size()));
    std::vector<std::int32_t> wanted(static_cast<std::size_t>(shape.players), -1);
    for (std::size_t i = 0; i < players.size(); ++i) wanted[players[i]] = static_cast<std::int32_t>(i);
    auto const begin = bits.begin() + n * shape.players;
    ASSERT_EQ(std::vector<std::int32_t>(begin, begin + shape.players), wanted) << "pair " << n;
    if (live[static_cast<std::size_t>(n)] != most) continue;
    slot.push_back(static_cast<std::int32_t>(n));
    auto const of_pair =
        naive_differences(host.args, cubes, players, design.pairs,
                          [&design](std::size_t p, std::size_t i) { return static_cast<bool>(design.holds[p][i]); });
    expected.insert(expected.end(), of_pair.begin(), of_pair.end());
  }
  EXPECT_TRUE(same_bits(sample(pairs, design, slot), expected));
}

}  // namespace limpid::tests
