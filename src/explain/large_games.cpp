#include "explain/large_games.h"

#include <cmath>

#include "kernels/sampled_game.h"

namespace limpid {

void LargeGames::add(RowsView rows, std::int64_t begin, std::int64_t end, Explanation& out, Scratch& scratch,
                     std::function<void(std::int64_t)> const& poll) const {
  for (std::int64_t r = begin; r < end; ++r) {
    if (out.largest[static_cast<std::size_t>(r)] <= limit_) continue;
    if (poll) poll(r);
    estimate_row(rows, r, out, scratch);
  }
}

void LargeGames::estimate_row(RowsView rows, std::int64_t r, Explanation& out, Scratch& scratch) const {
  if (!scratch.estimators) scratch.estimators.emplace(choice_);
  bin_rows(model_, {rows.data + r, rows.stride, 1}, serial_for, scratch.binned);
  make_patterns(model_, scratch.binned.view(), serial_for, scratch.row);
  auto const vectors = static_cast<std::size_t>(out.outputs) * static_cast<std::size_t>(out.players);
  scratch.sums.resize(vectors);
  scratch.squares.resize(vectors);
  auto const row = static_cast<std::size_t>(r);
  background_.for_each_block(scratch.background, [&](Patterns const& block, std::int64_t begin, std::int64_t count) {
    SampledGameArgs args;
    args.lattice = lattice_args(model_, scratch.row, block);
    args.lattice.rows = 1;
    args.lattice.background_rows = count;
    args.lattice.background_begin = begin;
    args.lattice.background_total = background_rows_;
    args.lattice.background_weight = weights_.values(begin);
    args.lattice.weight_total = weights_.total();
    args.lattice.max_players = limit_;
    args.lattice.value_stride = 1;
    args.lattice.largest = &out.largest[row];
    args.estimators = &*scratch.estimators;
    args.order_seed = choice_.seed;
    args.sums = scratch.sums.data();
    args.squares = scratch.squares.data();
    args.estimated = &out.estimated[row];
    sampled_game_cpu(args);
  });
  for (std::size_t n = 0; n < vectors; ++n) {
    std::size_t const at = n * static_cast<std::size_t>(out.stride) + row;
    out.values[at] += scratch.sums[n] / weights_.total();
    out.errors[at] = std::sqrt(scratch.squares[n]) / weights_.total();
  }
}

}  // namespace limpid
