#include "blackbox/black_box_worker.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "explain/engine_common.h"
#include "kernels/apply_operator.h"
#include "kernels/math.task.h"
#include "kernels/player_order.h"
#include "limpid/error.h"

namespace limpid {

double log_odds_of(double p, char const* what) {
  if (p > 0.0 && p < 1.0) return limpid_log(p) - limpid_log(1.0 - p);
  bool const edge = p == 0.0 || p == 1.0;
  throw Error("endpoint.score", fmt::format("--link logit needs probabilities between 0 and 1, {} is {}", what, p), {},
              edge ? "its log-odds are infinite: let the predictor clip its probabilities, or leave --link out"
                   : "leave --link out, or let the predictor answer with probabilities");
}

BlackBoxWorker::BlackBoxWorker(BlackBoxShared const& shared, HybridRows rows)
    : shared_(shared),
      rows_(std::move(rows)),
      scorer_(shared.predictor),
      operators_(shared.choice(), shared.question.estimator.has_value()),
      batch_({shared.players.of_feature, shared.players.count(), shared.weights, shared.question.memory_bytes}, rows_,
             scorer_),
      marked_(shared.players.names.size(), false) {}

void BlackBoxWorker::explain(RowsView rows, bool count_only, Explanation& out) {
  shape(rows.rows, out);
  if (rows.rows == 0) return;
  rows_.take(rows);
  count(out);
  auto const largest = *std::max_element(out.largest.begin(), out.largest.end());
  if (count_only || (!shared_.question.estimator && largest > shared_.question.max_exact_players)) return;
  predict(out);
  play(out);
  average(out);
  summarise(out);
}

void BlackBoxWorker::shape(std::int64_t rows, Explanation& out) const {
  out.rows = rows;
  out.stride = row_stride(rows);
  out.players = shared_.players.count();
  out.outputs = shared_.outputs;
  auto const stride = static_cast<std::size_t>(out.stride);
  auto const vectors = static_cast<std::size_t>(out.outputs) * static_cast<std::size_t>(out.players);
  auto const blocks = static_cast<std::size_t>((rows + kSummaryRows - 1) / kSummaryRows);
  bool const estimates = shared_.question.estimator.has_value();
  out.values.assign(vectors * stride, 0.0);
  out.predictions.assign(static_cast<std::size_t>(out.outputs) * stride, 0.0);
  out.summary.assign(blocks * vectors, 0.0);
  out.largest.assign(static_cast<std::size_t>(rows), 0);
  out.errors.assign(estimates ? vectors * stride : 0, 0.0);
  out.estimated.assign(estimates ? static_cast<std::size_t>(rows) : 0, 0);
  out.pairs_by = {};
  out.over_target.clear();
  out.error_summary.clear();
}

void BlackBoxWorker::mark(std::int64_t r, std::int64_t z) {
  for (std::int32_t c = 0; c < rows_.columns(); ++c) {
    auto const player = static_cast<std::size_t>(shared_.players.of_feature[static_cast<std::size_t>(c)]);
    if (rows_.differ(r, z, c)) marked_[player] = true;
  }
}

void BlackBoxWorker::take_marked(LivePlayers& live) {
  live.clear();
  for (std::uint32_t p = 0; p < marked_.size(); ++p) {
    if (marked_[p]) live.push_back(p);
  }
  marked_.assign(marked_.size(), false);
}

/// The order of background row z.
void BlackBoxWorker::order(std::int64_t z, LivePlayers& live) {
  keyed_.clear();
  for (auto const player : live) keyed_.emplace_back(player_key(shared_.choice().seed, z, player), player);
  std::sort(keyed_.begin(), keyed_.end(),
            [](auto const& a, auto const& b) { return comes_before(a.first, a.second, b.first, b.second); });
  for (std::size_t bit = 0; bit < live.size(); ++bit) live[bit] = keyed_[bit].second;
}

void BlackBoxWorker::count(Explanation& out) {
  LivePlayers live;
  for (std::int64_t r = 0; r < out.rows; ++r) {
    auto& largest = out.largest[static_cast<std::size_t>(r)];
    for (std::int64_t z = 0; z < rows_.background_rows(); ++z) {
      mark(r, z);
      if (shared_.log_odds() && z + 1 < rows_.background_rows()) continue;  // one game for all of them
      take_marked(live);
      largest = std::max(largest, static_cast<std::int32_t>(live.size()));
    }
  }
}

void BlackBoxWorker::predict(Explanation& out) {
  std::vector<double> copy(rows_.row(0), rows_.row(out.rows));
  std::vector<double> scores;
  scorer_.score(
      copy.data(), out.rows, rows_.columns(), rows_.texts(), [this] { tell(0); }, scores);
  for (std::int64_t r = 0; r < out.rows; ++r) {
    for (std::int64_t g = 0; g < out.outputs; ++g) {
      double const score = scores[static_cast<std::size_t>(r * out.outputs + g)];
      out.predictions[static_cast<std::size_t>(g * out.stride + r)] =
          shared_.log_odds() ? log_odds_of(score, "the prediction of a row") : score;
    }
  }
}

void BlackBoxWorker::play(Explanation& out) {
  std::int64_t done = 0;
  batch_.clear();
  batch_.poll = [&] { tell(done); };
  batch_.finished = [&](Game& game) {
    done = game.row;
    finish(game, out);
  };
  for (std::int64_t r = 0; r < out.rows; ++r) {
    tell(done);
    if (shared_.log_odds()) {
      play_row(r);
    } else {
      play_pairs(r);
    }
  }
  batch_.flush();
}

void BlackBoxWorker::play_pairs(std::int64_t r) {
  for (std::int64_t z = 0; z < rows_.background_rows(); ++z) {
    Game game;
    game.row = r;
    game.background = z;
    mark(r, z);
    take_marked(game.players);
    order(z, game.players);
    add(std::move(game));
  }
}

/// One game against the whole background: its players are those in which any of it differs, in increasing order.
void BlackBoxWorker::play_row(std::int64_t r) {
  Game game;
  game.row = r;
  game.backgrounds = rows_.background_rows();
  for (std::int64_t z = 0; z < game.backgrounds; ++z) mark(r, z);
  take_marked(game.players);
  add(std::move(game));
}

void BlackBoxWorker::add(Game game) {
  if (game.players.empty()) return;
  if (game.players.size() > 1) game.rule = operators_.of(static_cast<std::int32_t>(game.players.size()));
  batch_.add(std::move(game));
}

/// Adds the game's weighted values to its row's.
void BlackBoxWorker::finish(Game& game, Explanation& out) {
  bool const estimated = game.players.size() > 1 && !game.rule.exact;
  if (estimated) {
    out.estimated[static_cast<std::size_t>(game.row)] += static_cast<std::int32_t>(game.backgrounds);
    out.pairs_by[static_cast<std::size_t>(shared_.choice().sampled_kind())] += game.backgrounds;
  }
  if (shared_.log_odds()) {
    for (double& mean : game.means) mean = log_odds_of(mean, "the mean of a coalition");
  }
  set_differences(game, out);
  solve(game);
  double const weight = shared_.log_odds() ? 1.0 : shared_.weight(game.background);
  for (std::int64_t g = 0; g < out.outputs; ++g) {
    for (std::size_t i = 0; i < game.players.size(); ++i) {
      auto const from = static_cast<std::size_t>(g) * game.players.size() + i;
      auto const at = static_cast<std::size_t>((g * out.players + game.players[i]) * out.stride + game.row);
      out.values[at] += weight * phi_[from];
      if (estimated) out.errors[at] += weight * weight * variances_[from];
    }
  }
}

/// [G x (q + 1)] odd halves of the values, then Delta.
void BlackBoxWorker::set_differences(Game const& game, Explanation const& out) {
  auto const pairs = static_cast<std::size_t>(game.rule.view.pairs);
  auto const outputs = static_cast<std::size_t>(out.outputs);
  differences_.resize(outputs * (pairs + 1));
  double const* const base =
      shared_.log_odds() ? shared_.expected.data() : shared_.base.data() + game.background * out.outputs;
  for (std::size_t g = 0; g < outputs; ++g) {
    double* const of_output = differences_.data() + g * (pairs + 1);
    for (std::size_t p = 0; p < pairs; ++p) {
      double const* const of_pair = game.means.data() + 2 * p * outputs;
      of_output[p] = 0.5 * (of_pair[g] - of_pair[outputs + g]);
    }
    of_output[pairs] =
        out.predictions[g * static_cast<std::size_t>(out.stride) + static_cast<std::size_t>(game.row)] - base[g];
  }
}

void BlackBoxWorker::solve(Game const& game) {
  auto const outputs = static_cast<std::size_t>(shared_.outputs);
  phi_.resize(outputs * game.players.size());
  variances_.resize(phi_.size());
  if (game.players.size() == 1) {
    phi_ = differences_;
    return;
  }
  checks_.resize(outputs * static_cast<std::size_t>(game.rule.view.checks));
  ApplyOperatorArgs args;
  args.estimator = game.rule.view;
  args.games = shared_.outputs;
  args.outputs = shared_.outputs;
  args.differences = differences_.data();
  args.values = phi_.data();
  args.variances = variances_.data();
  args.stride = static_cast<std::int64_t>(game.players.size());
  args.checks = checks_.data();
  apply_operator_cpu(args);
}

/// Sums over the background to means; the errors of a row's games are independent.
void BlackBoxWorker::average(Explanation& out) const {
  double const total = shared_.log_odds() ? 1.0 : shared_.weight_total;
  for (double& value : out.values) value /= total;
  for (double& error : out.errors) error = std::sqrt(error) / total;
}

}  // namespace limpid
