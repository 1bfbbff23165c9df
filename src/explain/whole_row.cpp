#include "explain/whole_row.h"

#include <algorithm>

#include "explain/student_t.h"
#include "kernels/apply_operator.h"
#include "kernels/row_game.h"
#include "kernels/row_game.task.h"
#include "kernels/sampled_row.h"

namespace limpid {
namespace {

/// Calls body(what the kernels read) for the blocks of the background.
template <class Body>
void for_each_block(WholeRow const& asked, Patterns& memory, Body const& body) {
  asked.background.for_each_block(memory, [&](Patterns const& block, std::int64_t begin, std::int64_t count) {
    LatticeGameArgs args = row_lattice_args(asked.model, asked.rows, asked.row, block);
    args.background_rows = count;
    args.background_begin = begin;
    args.background_total = asked.background_rows;
    args.background_weight = asked.weights.values(begin);
    args.weight_total = asked.weights.total();
    body(args);
  });
}

/// Players in which the row differs from any background row, in increasing order.
void find_players(WholeRow const& asked, WholeRowScratch& scratch) {
  scratch.marks.resize(static_cast<std::size_t>(asked.model.players));
  scratch.counted.resize(2 * static_cast<std::size_t>(asked.model.outputs()));
  std::int32_t live = 0;
  for_each_block(asked, scratch.background, [&](LatticeGameArgs const& block) {
    RowGameArgs args{block, scratch.counted.data(), scratch.marks.data()};
    args.lattice.count_only = true;
    args.lattice.largest = &live;
    row_game_cpu(args);
  });
  scratch.players.clear();
  for (std::uint32_t p = 0; p < scratch.marks.size(); ++p) {
    if (scratch.marks[p] != 0) scratch.players.push_back(p);
  }
}

/// Sums of probabilities -> what an operator takes: odd halves, then Delta, of every output.
void link_sums(std::int64_t pairs, WholeRowScratch& scratch) {
  auto const q = static_cast<std::size_t>(pairs);
  std::size_t const entries = 2 * q + 2;
  std::size_t const outputs = scratch.chance.size() / entries;
  scratch.differences.resize(outputs * (q + 1));
  for (std::size_t g = 0; g < outputs; ++g) {
    auto const v = [&](std::size_t entry) {
      return row_game::log_odds(scratch.chance[g * entries + entry], scratch.against[g * entries + entry]);
    };
    double* const out = scratch.differences.data() + g * (q + 1);
    for (std::size_t p = 0; p < q; ++p) out[p] = 0.5 * (v(p) - v(q + p));
    out[q] = v(2 * q + 1) - v(2 * q);
  }
}

}  // namespace

LatticeGameArgs row_lattice_args(CompiledModel const& model, Patterns const& rows, std::int64_t row,
                                 Patterns const& background, Boxes const* boxes) noexcept {
  LatticeGameArgs args = lattice_args(model, rows, background, boxes);
  args.rows = 1;
  if (boxes != nullptr) {
    args.row_masks += row * pattern_bytes_per_row(model, boxes);
    return args;
  }
  args.row_bytes += row * args.byte_stride;
  args.row_words += row * args.long_paths.leaves;
  args.row_wide += row * args.wide_paths.leaves;
  return args;
}

void estimate_whole_row(WholeRow const& asked, Estimators& estimators, WholeRowScratch& scratch, double* values,
                        double* errors) {
  auto const outputs = static_cast<std::size_t>(asked.model.outputs());
  auto const all_players = static_cast<std::size_t>(asked.model.players);
  find_players(asked, scratch);
  std::size_t const live = scratch.players.size();
  SampledRowArgs sampled;
  sampled.players = scratch.players;
  sampled.design = estimators.of(static_cast<std::int32_t>(live));
  scratch.chance.resize(outputs * static_cast<std::size_t>(sampled.entries()));
  scratch.against.resize(scratch.chance.size());
  sampled.chance = scratch.chance.data();
  sampled.against = scratch.against.data();
  for_each_block(asked, scratch.background, [&](LatticeGameArgs const& block) {
    sampled.lattice = block;
    sampled_row_cpu(sampled);
  });
  link_sums(sampled.design.pairs, scratch);

  ApplyOperatorArgs apply;
  apply.estimator = sampled.design;
  apply.games = static_cast<std::int64_t>(outputs);
  for (auto* const of_players : {&scratch.values, &scratch.variances, &scratch.doubts})
    of_players->resize(outputs * live);
  scratch.checks.resize(outputs * static_cast<std::size_t>(sampled.design.checks));
  apply.differences = scratch.differences.data();
  apply.values = scratch.values.data();
  apply.variances = scratch.variances.data();
  apply.doubts = scratch.doubts.data();
  apply.stride = static_cast<std::int64_t>(live);
  apply.checks = scratch.checks.data();
  apply_operator_cpu(apply);
  std::fill_n(values, outputs * all_players, 0.0);
  std::fill_n(errors, outputs * all_players, 0.0);
  for (std::size_t g = 0; g < outputs; ++g) {
    for (std::size_t i = 0; i < live; ++i) {
      std::size_t const at = g * all_players + scratch.players[i];
      values[at] = scratch.values[g * live + i];
      errors[at] = standard_error(scratch.variances[g * live + i], scratch.doubts[g * live + i]);
    }
  }
}

}  // namespace limpid
