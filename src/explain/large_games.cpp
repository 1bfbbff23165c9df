#include "explain/large_games.h"

#include <algorithm>
#include <cmath>
#include <limits>

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
  scratch.errors.resize(vectors);
  auto const row = static_cast<std::size_t>(r);
  for (std::int32_t doublings = 0;; ++doublings) {
    scratch.estimators->set_doublings(doublings);
    play(r, out, scratch);
    if (out.over_target.empty()) break;
    out.over_target[row] = meets_target(r, out, scratch) ? 0 : 1;
    if (out.over_target[row] == 0 || !choice_.grows(out.largest[row], doublings)) break;
  }
  out.estimated[row] = scratch.estimated;
  out.pairs_by[static_cast<std::size_t>(choice_.sampled_kind())] += scratch.estimated;
  for (std::size_t n = 0; n < vectors; ++n) {
    std::size_t const at = n * static_cast<std::size_t>(out.stride) + row;
    out.values[at] += scratch.sums[n];
    out.errors[at] = scratch.errors[n];
  }
}

/// Means over the background of the estimated pairs' values (scratch.sums) and their standard errors.
void LargeGames::play(std::int64_t r, Explanation& out, Scratch& scratch) const {
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
    args.lattice.largest = &out.largest[static_cast<std::size_t>(r)];
    args.estimators = &*scratch.estimators;
    args.order_seed = choice_.seed;
    args.sums = scratch.sums.data();
    args.squares = scratch.errors.data();
    args.estimated = &scratch.estimated;
    sampled_game_cpu(args);
  });
  for (double& sum : scratch.sums) sum /= weights_.total();
  for (double& error : scratch.errors) error = std::sqrt(error) / weights_.total();
}

/// Whether no standard error of the row is above the target, a part of the spread of its output's values.
bool LargeGames::meets_target(std::int64_t r, Explanation const& out, Scratch const& scratch) const {
  for (std::int32_t g = 0; g < out.outputs; ++g) {
    double least = std::numeric_limits<double>::infinity();
    double most = -least;
    double error = 0.0;
    for (std::int32_t p = 0; p < out.players; ++p) {
      auto const n = static_cast<std::size_t>(g * out.players + p);
      double const value = out.values[n * static_cast<std::size_t>(out.stride) + static_cast<std::size_t>(r)];
      least = std::min(least, value + scratch.sums[n]);
      most = std::max(most, value + scratch.sums[n]);
      if (!(scratch.errors[n] <= error)) error = scratch.errors[n];  // NaN stays
    }
    if (!(error <= choice_.target_error * (most - least))) return false;
  }
  return true;
}

}  // namespace limpid
