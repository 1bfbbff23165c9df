#include "blackbox/black_box_engine.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "blackbox/game_batch.h"
#include "explain/engine_common.h"
#include "kernels/apply_operator.h"
#include "kernels/player_order.h"

namespace limpid {
namespace {

/// What all workers share, constant after construction.
struct Shared {
  Predictor& predictor;
  Players const& players;
  BlackBoxQuestion question;
  std::span<double const> weights;
  double weight_total = 0.0;
  std::int32_t outputs = 0;
  std::vector<double> base;      ///< [B x G] scores of the background
  std::vector<double> expected;  ///< [G]

  [[nodiscard]] double weight(std::int64_t z) const {
    return weights.empty() ? 1.0 : weights[static_cast<std::size_t>(z)];
  }
  [[nodiscard]] EstimatorChoice choice() const { return question.estimator.value_or(EstimatorChoice{}); }
};

std::int32_t columns_of(Players const& players) { return static_cast<std::int32_t>(players.of_feature.size()); }

class BlackBoxWorker final : public Engine::Worker {
 public:
  BlackBoxWorker(Shared const& shared, HybridRows rows)
      : shared_(shared),
        rows_(std::move(rows)),
        scorer_(shared.predictor),
        operators_(shared.choice(), shared.question.estimator.has_value()),
        batch_({shared.players.of_feature, shared.players.count(), shared.weights, shared.question.memory_bytes}, rows_,
               scorer_) {}

  void explain(RowsView rows, bool count_only, Explanation& out) override {
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

 private:
  void shape(std::int64_t rows, Explanation& out) const {
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

  /// The players of the pair that differ, in the order of background row z.
  void meet(std::int64_t r, std::int64_t z, std::vector<std::uint32_t>& live) {
    live_.assign(static_cast<std::size_t>(shared_.players.count()), false);
    for (std::int32_t c = 0; c < rows_.columns(); ++c) {
      if (rows_.differ(r, z, c))
        live_[static_cast<std::size_t>(shared_.players.of_feature[static_cast<std::size_t>(c)])] = true;
    }
    live.clear();
    for (std::uint32_t p = 0; p < live_.size(); ++p) {
      if (live_[p]) live.push_back(p);
    }
  }
  void order(std::int64_t z, std::vector<std::uint32_t>& live) {
    keyed_.clear();
    for (auto const player : live) keyed_.emplace_back(player_key(shared_.choice().seed, z, player), player);
    std::sort(keyed_.begin(), keyed_.end(),
              [](auto const& a, auto const& b) { return comes_before(a.first, a.second, b.first, b.second); });
    for (std::size_t bit = 0; bit < live.size(); ++bit) live[bit] = keyed_[bit].second;
  }

  void count(Explanation& out) {
    std::vector<std::uint32_t> live;
    for (std::int64_t r = 0; r < out.rows; ++r) {
      for (std::int64_t z = 0; z < rows_.background_rows(); ++z) {
        meet(r, z, live);
        auto& largest = out.largest[static_cast<std::size_t>(r)];
        largest = std::max(largest, static_cast<std::int32_t>(live.size()));
      }
    }
  }

  void predict(Explanation& out) {
    std::vector<double> copy(rows_.row(0), rows_.row(out.rows));
    std::vector<double> scores;
    scorer_.score(
        copy.data(), out.rows, rows_.columns(), rows_.texts(), [this] { tell(0); }, scores);
    for (std::int64_t r = 0; r < out.rows; ++r) {
      for (std::int64_t g = 0; g < out.outputs; ++g) {
        out.predictions[static_cast<std::size_t>(g * out.stride + r)] =
            scores[static_cast<std::size_t>(r * out.outputs + g)];
      }
    }
  }

  void tell(std::int64_t rows) const {
    if (poll) poll(rows);
  }

  void play(Explanation& out) {
    std::int64_t done = 0;
    batch_.clear();
    batch_.poll = [&] { tell(done); };
    batch_.finished = [&](Game const& game) {
      done = game.row;
      take(game, out);
    };
    for (std::int64_t r = 0; r < out.rows; ++r) {
      tell(done);
      for (std::int64_t z = 0; z < rows_.background_rows(); ++z) {
        Game game;
        game.row = r;
        game.background = z;
        meet(r, z, game.players);
        if (game.players.empty()) continue;
        order(z, game.players);
        if (game.players.size() > 1) game.rule = operators_.of(static_cast<std::int32_t>(game.players.size()));
        batch_.add(std::move(game));
      }
    }
    batch_.flush();
  }

  /// Adds the pair's weighted values to its row's.
  void take(Game const& game, Explanation& out) {
    bool const estimated = game.players.size() > 1 && !game.rule.exact;
    if (estimated) {
      ++out.estimated[static_cast<std::size_t>(game.row)];
      ++out.pairs_by[static_cast<std::size_t>(shared_.choice().sampled_kind())];
    }
    set_differences(game, out);
    solve(game);
    double const weight = shared_.weight(game.background);
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
  void set_differences(Game const& game, Explanation const& out) {
    auto const pairs = static_cast<std::size_t>(game.rule.view.pairs);
    auto const outputs = static_cast<std::size_t>(out.outputs);
    differences_.resize(outputs * (pairs + 1));
    for (std::size_t g = 0; g < outputs; ++g) {
      double* const of_output = differences_.data() + g * (pairs + 1);
      for (std::size_t p = 0; p < pairs; ++p) {
        double const* const of_pair = game.means.data() + 2 * p * outputs;
        of_output[p] = 0.5 * (of_pair[g] - of_pair[outputs + g]);
      }
      of_output[pairs] =
          out.predictions[g * static_cast<std::size_t>(out.stride) + static_cast<std::size_t>(game.row)] -
          shared_.base[static_cast<std::size_t>(game.background) * outputs + g];
    }
  }

  void solve(Game const& game) {
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

  /// Sums over the background to means; the errors of a row's pairs are independent.
  void average(Explanation& out) const {
    for (double& value : out.values) value /= shared_.weight_total;
    for (double& error : out.errors) error = std::sqrt(error) / shared_.weight_total;
  }

  Shared const& shared_;
  HybridRows rows_;
  Scorer scorer_;
  GameOperators operators_;
  GameBatch batch_;
  std::vector<bool> live_;                                      ///< [P]
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keyed_;  ///< [V]
  std::vector<double> phi_;                                     ///< [G x V]
  std::vector<double> variances_;                               ///< [G x V]
  std::vector<double> differences_;                             ///< [G x (q + 1)]
  std::vector<double> checks_;                                  ///< [G x checks]
};

class BlackBoxEngine final : public Engine {
 public:
  BlackBoxEngine(Predictor& predictor, Players const& players, BlackBoxQuestion const& question,
                 Background const& background, std::function<void()> const& poll)
      : shared_{predictor, players, question, background.weights, 0.0, 0, {}, {}},
        rows_(background.rows, columns_of(players)) {
    std::int64_t const count = background.rows.rows;
    for (std::int64_t z = 0; z < count; ++z) shared_.weight_total += shared_.weight(z);
    std::vector<double> copy(rows_.background(0), rows_.background(count));
    Scorer(predictor).score(copy.data(), count, rows_.columns(), rows_.texts(), poll, shared_.base);
    shared_.outputs = predictor.outputs();
    auto const outputs = static_cast<std::size_t>(shared_.outputs);
    for (std::size_t g = 0; g < outputs; ++g) {
      double sum = 0.0;
      for (std::int64_t z = 0; z < count; ++z) {
        sum += shared_.weight(z) * shared_.base[static_cast<std::size_t>(z) * outputs + g];
      }
      shared_.expected.push_back(sum / shared_.weight_total);
    }
  }

  [[nodiscard]] std::unique_ptr<Worker> make_worker() const override {
    return std::make_unique<BlackBoxWorker>(shared_, rows_);
  }
  [[nodiscard]] std::vector<double> const& expected_value() const override { return shared_.expected; }

 private:
  Shared shared_;
  HybridRows rows_;
};

}  // namespace

std::unique_ptr<Engine> make_black_box_engine(Predictor& predictor, Players const& players,
                                              BlackBoxQuestion const& question, Background const& background,
                                              std::function<void()> const& poll) {
  return std::make_unique<BlackBoxEngine>(predictor, players, question, background, poll);
}

}  // namespace limpid
