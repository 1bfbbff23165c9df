#include "explain/large_games.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/sampled_game.h"

namespace limpid {

namespace {

/// Whether no standard error of the row is above the target, a part of the spread of its output's values.
bool meets_target(double target, RowEstimate const& estimate, std::int64_t r, Explanation const& out) {
  for (std::int32_t g = 0; g < out.outputs; ++g) {
    double least = std::numeric_limits<double>::infinity();
    double most = -least;
    double error = 0.0;
    for (std::int32_t p = 0; p < out.players; ++p) {
      auto const n = static_cast<std::size_t>(g * out.players + p);
      double const value = out.values[n * static_cast<std::size_t>(out.stride) + static_cast<std::size_t>(r)];
      least = std::min(least, value + estimate.values[n]);
      most = std::max(most, value + estimate.values[n]);
      if (!(estimate.errors[n] <= error)) error = estimate.errors[n];  // NaN stays
    }
    if (!(error <= target * (most - least))) return false;
  }
  return true;
}

}  // namespace

void RowEstimate::divide(double total) {
  for (double& value : values) value /= total;
  for (double& error : errors) error = std::sqrt(error) / total;
}

bool is_final(EstimatorChoice const& choice, RowEstimate const& estimate, std::int64_t r, std::int32_t doublings,
              Explanation& out) {
  if (out.over_target.empty()) return true;
  auto const row = static_cast<std::size_t>(r);
  out.over_target[row] = meets_target(choice.target_error, estimate, r, out) ? 0 : 1;
  return out.over_target[row] == 0 || !choice.grows(out.largest[row], doublings);
}

void add_estimate(EstimatorChoice const& choice, RowEstimate const& estimate, std::int64_t r, Explanation& out) {
  out.estimated[static_cast<std::size_t>(r)] = estimate.pairs;
  out.pairs_by[static_cast<std::size_t>(choice.sampled_kind())] += estimate.pairs;
  for (std::size_t n = 0; n < estimate.values.size(); ++n) {
    std::size_t const at = n * static_cast<std::size_t>(out.stride) + static_cast<std::size_t>(r);
    out.values[at] += estimate.values[n];
    out.errors[at] = estimate.errors[n];
  }
}

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
  scratch.estimate.values.resize(vectors);
  scratch.estimate.errors.resize(vectors);
  for (std::int32_t doublings = 0;; ++doublings) {
    scratch.estimators->set_doublings(doublings);
    play(r, out, scratch);
    if (is_final(choice_, scratch.estimate, r, doublings, out)) break;
  }
  add_estimate(choice_, scratch.estimate, r, out);
}

void LargeGames::play(std::int64_t r, Explanation& out, Scratch& scratch) const {
  if (mean_link_ == MeanLink::kLogit) return play_as_one(scratch);
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
    args.sums = scratch.estimate.values.data();
    args.squares = scratch.estimate.errors.data();
    args.estimated = &scratch.estimate.pairs;
    sampled_game_cpu(args);
  });
  scratch.estimate.divide(weights_.total());
}

/// The same of the row's one game over its whole background.
void LargeGames::play_as_one(Scratch& scratch) const {
  WholeRow const asked{model_, scratch.row, background_, background_rows_, weights_};
  RowEstimate& out = scratch.estimate;
  estimate_whole_row(asked, *scratch.estimators, scratch.whole_row, out.values.data(), out.errors.data());
  out.pairs = static_cast<std::int32_t>(background_rows_);
}

}  // namespace limpid
