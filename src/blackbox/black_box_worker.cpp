#include "blackbox/black_box_worker.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "explain/engine_common.h"
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
      setup_{shared.players.of_feature, shared.players.count(), shared.weights, shared.batch_bytes()},
      player_(shared.question.device ? make_device_player(setup_, rows_, shared.predictor, *shared.question.device)
                                     : make_host_player(setup_, rows_, scorer_)),
      batch_(setup_, *player_, shared.outputs),
      solver_(shared.outputs),
      kept_(shared.question.memory_bytes - shared.batch_bytes()),
      marked_(shared.players.names.size(), false) {}

void BlackBoxWorker::explain(RowsView rows, bool count_only, Explanation& out) {
  shape(rows.rows, out);
  if (rows.rows == 0) return;
  rows_.take(rows);
  player_->take_rows();
  count(out);
  auto const largest = *std::max_element(out.largest.begin(), out.largest.end());
  if (count_only || (!shared_.question.estimator && largest > shared_.question.max_exact_players)) return;
  predict(out);
  play(out);
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
  out.over_target.assign(shared_.has_target() ? static_cast<std::size_t>(rows) : 0, 0);
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
  kept_.clear();
  batch_.poll = [&] { tell(done); };
  batch_.finished = [&](Game& game) {
    done = std::max(done, game.row);
    finish(game, out);
  };
  std::vector<std::int64_t> rows(static_cast<std::size_t>(out.rows));
  std::iota(rows.begin(), rows.end(), 0);
  for (doublings_ = 0; !rows.empty(); ++doublings_) {
    again_.clear();
    auto const vectors = static_cast<std::size_t>(out.outputs) * static_cast<std::size_t>(out.players);
    estimate_.clear(vectors);
    exact_.assign(vectors, 0.0);
    for (auto const r : rows) {
      tell(done);
      if (shared_.log_odds()) {
        play_row(r);
      } else {
        play_pairs(r);
      }
    }
    batch_.flush();
    rows = again_;
  }
}

/// The last game is held back until it is known to be it.
void BlackBoxWorker::play_pairs(std::int64_t r) {
  std::optional<Game> last;
  for (std::int64_t z = 0; z < rows_.background_rows(); ++z) {
    Game game;
    game.row = r;
    game.background = z;
    mark(r, z);
    take_marked(game.players);
    order(z, game.players);
    ask(game);
    if (game.players.empty() || (doublings_ > 0 && game.known_exactly)) continue;
    if (last) batch_.add(std::move(*last));
    last = std::move(game);
  }
  if (!last) return;
  last->is_last = true;
  batch_.add(std::move(*last));
}

/// One game against the whole background: its players are those in which any of it differs, in increasing order.
void BlackBoxWorker::play_row(std::int64_t r) {
  Game game;
  game.row = r;
  game.backgrounds = rows_.background_rows();
  game.is_last = true;
  for (std::int64_t z = 0; z < game.backgrounds; ++z) mark(r, z);
  take_marked(game.players);
  ask(game);
  if (!game.players.empty()) batch_.add(std::move(game));
}

/// Chooses the coalitions to be scored: those of the game's design that are not known.
void BlackBoxWorker::ask(Game& game) {
  auto const players = static_cast<std::int32_t>(game.players.size());
  game.known_exactly = players < 2 || operators_.of(players).exact;
  if (players < 2 || (game.known_exactly && doublings_ > 0)) return;
  game.rule = operators_.of(players, doublings_);
  game.asked = game.rule.coalitions();
  if (doublings_ == 0) return;
  game.known = kept_.take(game.row, game.background);
  if (!game.known.empty()) game.asked = operators_.step(players, doublings_).fresh;
}

/// Adds the game's weighted values to its row's.
void BlackBoxWorker::finish(Game& game, Explanation& out) {
  auto const players = static_cast<std::int32_t>(game.players.size());
  if (!game.known.empty()) {
    game.means = operators_.step(players, doublings_).merge(game.known, game.means, shared_.outputs);
  }
  bool const is_sampled = players > 1 && !game.rule.exact;
  if (is_sampled && shared_.has_target()) kept_.put(game.row, game.background, game.means);
  solve(game, game.means, out);
  if (is_sampled) estimate_.pairs += static_cast<std::int32_t>(game.backgrounds);
  double const weight = shared_.log_odds() ? 1.0 : shared_.weight(game.background);
  double const square = weight * weight;
  auto& values = game.known_exactly ? exact_ : estimate_.values;
  for (std::int64_t g = 0; g < out.outputs; ++g) {
    for (std::size_t i = 0; i < game.players.size(); ++i) {
      auto const from = static_cast<std::size_t>(g) * game.players.size() + i;
      auto const to = static_cast<std::size_t>(g * out.players + game.players[i]);
      values[to] += weight * solver_.values()[from];
      if (!is_sampled) continue;
      estimate_.errors[to] += square * solver_.variances()[from];
      estimate_.doubts[to] += (square * square) * solver_.doubts()[from];
    }
  }
  if (game.is_last) finish_row(game.row, out);
}

/// Sums over the background to means; the errors of a row's games are independent.
void BlackBoxWorker::finish_row(std::int64_t r, Explanation& out) {
  double const total = shared_.log_odds() ? 1.0 : shared_.weight_total;
  for (std::size_t n = 0; doublings_ == 0 && n < exact_.size(); ++n) {
    out.values[n * static_cast<std::size_t>(out.stride) + static_cast<std::size_t>(r)] = exact_[n] / total;
  }
  estimate_.divide(total);
  if (shared_.question.estimator) {
    auto const& choice = *shared_.question.estimator;
    if (is_final(choice, estimate_, r, doublings_, out)) {
      add_estimate(choice, estimate_, r, out);
      kept_.forget_row(r);
    } else {
      again_.push_back(r);
    }
  }
  estimate_.clear(estimate_.values.size());
  std::fill(exact_.begin(), exact_.end(), 0.0);
}

void BlackBoxWorker::solve(Game const& game, std::vector<double>& means, Explanation const& out) {
  if (shared_.log_odds()) {
    for (double& mean : means) mean = log_odds_of(mean, "the mean of a coalition");
  }
  double const* const base =
      shared_.log_odds() ? shared_.expected.data() : shared_.base.data() + game.background * out.outputs;
  deltas_.clear();
  for (std::int64_t g = 0; g < out.outputs; ++g) {
    deltas_.push_back(out.predictions[static_cast<std::size_t>(g * out.stride + game.row)] - base[g]);
  }
  solver_.solve(game.rule.view, static_cast<std::int64_t>(game.players.size()), means, deltas_);
}

}  // namespace limpid
