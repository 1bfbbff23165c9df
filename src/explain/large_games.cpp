#include "explain/large_games.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "explain/student_t.h"
#include "kernels/focused_game.h"
#include "kernels/sampled_game.h"

namespace limpid {

namespace {

/// Patterns at a time: 64 rows share the reading of the model, fewer where a row's patterns are large.
constexpr std::int64_t kPatternRows = 64;
constexpr std::int64_t kPatternBytes = std::int64_t{64} << 20U;

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

void RowEstimate::clear(std::size_t vectors) {
  pairs = focused = 0;
  values.assign(vectors, 0.0);
  errors.assign(vectors, 0.0);
  doubts.assign(vectors, 0.0);
}

/// A change that happens to be small says little about its own value, so that three quarters of every square are the
/// mean over the players that changed (for the same share of values that intervals hold they are a tenth narrower than
/// with a half). The factor was fitted on five models, and held on seven others: docs/accuracy.md has the shares.
/// Where no player changes much, players that are left out with each other may still do: a pair's error is at least a
/// small part of the spread of its values, half as much with every level. It matters below errors of 0.03 % (level 6).
void RowEstimate::add_focused(std::int32_t count, std::int32_t level, std::span<double const> sums,
                              std::span<double const> changes, std::size_t players) {
  constexpr double kOwn = 0.4;  // of squares; 1.6 in all
  constexpr double kMean = 1.2;
  constexpr double kOfSpread = 1e-4;  // at level 6
  double const part = std::ldexp(kOfSpread, 6 - level);
  focused = count;
  pairs += count;
  for (std::size_t first = 0; first < sums.size(); first += players) {
    double squares = 0.0;
    double changed = 0.0;
    for (std::size_t n = first; n < first + players; ++n) {
      values[n] += sums[n];
      squares += changes[n] * changes[n];
      changed += changes[n] != 0.0 ? 1.0 : 0.0;
    }
    if (changed == 0.0) continue;
    auto const ends = std::minmax_element(sums.begin() + static_cast<std::ptrdiff_t>(first),
                                          sums.begin() + static_cast<std::ptrdiff_t>(first + players));
    double const least = part * (*ends.second - *ends.first);  // of a sum of pairs, whose errors are independent
    double const common = kMean * squares / changed + least * least / count;
    for (std::size_t n = first; n < first + players; ++n) {
      if (changes[n] != 0.0) errors[n] += kOwn * changes[n] * changes[n] + common;
    }
  }
}

void RowEstimate::divide(double total) {
  for (double& value : values) value /= total;
  for (std::size_t n = 0; n < errors.size(); ++n) errors[n] = standard_error(errors[n], doubts[n]) / total;
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
  out.pairs_by[static_cast<std::size_t>(EstimatorKind::kFocus)] += estimate.focused;
  out.pairs_by[static_cast<std::size_t>(choice.sampled_kind())] += estimate.pairs - estimate.focused;
  for (std::size_t n = 0; n < estimate.values.size(); ++n) {
    std::size_t const at = n * static_cast<std::size_t>(out.stride) + static_cast<std::size_t>(r);
    out.values[at] += estimate.values[n];
    out.errors[at] = estimate.errors[n];
  }
}

void LargeGames::add(RowsView rows, std::int64_t begin, std::int64_t end, Explanation& out, Scratch& scratch,
                     std::function<void(std::int64_t)> const& poll, Patterns const* patterns) const {
  scratch.patterns = patterns != nullptr ? patterns : &scratch.rows;
  if (boxes_ != nullptr && out.over_target.empty()) return sample_rows(begin, end, out, scratch, poll);
  std::int64_t const fitting = kPatternBytes / std::max<std::int64_t>(pattern_bytes_per_row(model_), 1);
  std::int64_t const group = std::clamp<std::int64_t>(fitting, 1, kPatternRows);
  std::int64_t first = begin;
  std::int64_t ready = patterns != nullptr ? end : begin;
  for (std::int64_t r = begin; r < end; ++r) {
    if (out.largest[static_cast<std::size_t>(r)] <= limit_) continue;
    if (poll) poll(r);
    if (r >= ready) {
      ready = std::min(r + group, end);
      bin_rows(model_, {rows.data + r, rows.stride, ready - r}, serial_for, scratch.binned);
      make_patterns(model_, scratch.binned.view(), serial_for, scratch.rows);
      first = r;
    }
    scratch.row = r - first;
    estimate_row(r, out, scratch);
  }
}

/// Some rows at a time, whose pairs may share the reading of an operator: no row is played twice.
void LargeGames::sample_rows(std::int64_t begin, std::int64_t end, Explanation& out, Scratch& scratch,
                             std::function<void(std::int64_t)> const& poll) const {
  constexpr std::int64_t kPairs = 64;  // some 10 ms between polls
  std::int64_t const step = std::max<std::int64_t>(1, kPairs / std::max<std::int64_t>(background_rows_, 1));
  if (!scratch.estimators) scratch.estimators.emplace(choice_);
  for (std::int64_t first = begin; first < end; first += step) {
    if (poll) poll(first);
    std::int64_t const last = std::min(first + step, end);
    auto const* const largest = out.largest.data();
    if (*std::max_element(largest + first, largest + last) <= limit_) continue;
    scratch.row = first - begin;
    sample_group(first, last, out, scratch);
  }
}

void LargeGames::sample_group(std::int64_t first, std::int64_t last, Explanation& out, Scratch& scratch) const {
  auto const vectors = static_cast<std::size_t>(out.outputs) * static_cast<std::size_t>(out.players);
  auto const rows = static_cast<std::size_t>(last - first);
  scratch.sums.resize(vectors * rows);
  scratch.changes.resize(vectors * rows);
  scratch.doubts.resize(vectors * rows);
  scratch.estimated.resize(rows);
  background_.for_each_block(scratch.background, [&](Patterns const& block, std::int64_t z, std::int64_t count) {
    SampledGameArgs args;
    args.lattice = row_args(scratch, block, z, count, out.largest[static_cast<std::size_t>(first)]);
    args.lattice.rows = args.lattice.value_stride = last - first;
    args.estimators = &*scratch.estimators;
    args.order_seed = choice_.seed;
    args.sums = scratch.sums.data();
    args.squares = scratch.changes.data();
    args.doubts = scratch.doubts.data();
    args.estimated = scratch.estimated.data();
    sampled_game_cpu(args);
  });
  RowEstimate& estimate = scratch.estimate;
  for (std::size_t i = 0; i < rows; ++i) {
    std::int64_t const r = first + static_cast<std::int64_t>(i);
    if (out.largest[static_cast<std::size_t>(r)] <= limit_) continue;
    estimate.clear(vectors);
    estimate.pairs = scratch.estimated[i];
    for (std::size_t n = 0; n < vectors; ++n) {
      estimate.values[n] = scratch.sums[n * rows + i];
      estimate.errors[n] = scratch.changes[n * rows + i];
      estimate.doubts[n] = scratch.doubts[n * rows + i];
    }
    estimate.divide(weights_.total());
    add_estimate(choice_, estimate, r, out);
  }
}

void LargeGames::estimate_row(std::int64_t r, Explanation& out, Scratch& scratch) const {
  if (!scratch.estimators) scratch.estimators.emplace(choice_);
  auto const vectors = static_cast<std::size_t>(out.outputs) * static_cast<std::size_t>(out.players);
  scratch.sums.resize(vectors);
  scratch.changes.resize(vectors);
  for (std::int32_t doublings = 0;; ++doublings) {
    scratch.estimators->set_doublings(doublings);
    play(r, doublings, out, scratch);
    if (is_final(choice_, scratch.estimate, r, doublings, out)) break;
  }
  add_estimate(choice_, scratch.estimate, r, out);
}

/// Of the row against the background rows [begin, begin + count).
LatticeGameArgs LargeGames::row_args(Scratch const& scratch, Patterns const& block, std::int64_t begin,
                                     std::int64_t count, std::int32_t& largest) const {
  auto out = row_lattice_args(model_, *scratch.patterns, scratch.row, block, boxes_);
  out.background_rows = count;
  out.background_begin = begin;
  out.background_total = background_rows_;
  out.background_weight = weights_.values(begin);
  out.weight_total = weights_.total();
  out.max_players = limit_;
  out.value_stride = 1;
  out.largest = &largest;
  return out;
}

void LargeGames::play(std::int64_t r, std::int32_t doublings, Explanation const& out, Scratch& scratch) const {
  std::int32_t largest = out.largest[static_cast<std::size_t>(r)];
  std::int32_t const most_focused = choice_.most_focus_players();
  bool const focuses = most_focused > limit_;
  std::int32_t focused = 0;
  scratch.estimate.clear(scratch.sums.size());
  if (mean_link_ == MeanLink::kLogit) return play_as_one(scratch);
  background_.for_each_block(scratch.background, [&](Patterns const& block, std::int64_t begin, std::int64_t count) {
    auto lattice = row_args(scratch, block, begin, count, largest);
    if (focuses) {
      FocusedGameArgs args;
      args.lattice = lattice;
      args.effort = choice_.focus_effort(doublings);
      args.most_players = most_focused;
      args.sums = scratch.sums.data();
      args.changes = scratch.changes.data();
      args.estimated = &focused;
      focused_game_cpu(args);
    }
    lattice.max_players = std::max(limit_, most_focused);
    if (largest <= lattice.max_players) return;
    SampledGameArgs args;
    args.lattice = lattice;
    args.estimators = &*scratch.estimators;
    args.order_seed = choice_.seed;
    args.sums = scratch.estimate.values.data();
    args.squares = scratch.estimate.errors.data();
    args.doubts = scratch.estimate.doubts.data();
    args.estimated = &scratch.estimate.pairs;
    sampled_game_cpu(args);
  });
  if (focuses) {
    scratch.estimate.add_focused(focused, choice_.least_focus_level(largest, doublings), scratch.sums, scratch.changes,
                                 static_cast<std::size_t>(out.players));
  }
  scratch.estimate.divide(weights_.total());
}

/// The same of the row's one game over its whole background.
void LargeGames::play_as_one(Scratch& scratch) const {
  WholeRow const asked{model_, *scratch.patterns, scratch.row, background_, background_rows_, weights_};
  RowEstimate& out = scratch.estimate;
  estimate_whole_row(asked, *scratch.estimators, scratch.whole_row, out.values.data(), out.errors.data());
  out.pairs = static_cast<std::int32_t>(background_rows_);
}

}  // namespace limpid
