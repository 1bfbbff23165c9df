/// One worker of the engine of black boxes: from a chunk of rows to games, from games to values. With a target error,
/// a row whose errors are above it is played again with twice the coalitions, where only those that it does not know
/// yet are scored: nothing depends on the other rows of its chunk.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "blackbox/black_box_engine.h"
#include "blackbox/game_batch.h"
#include "blackbox/game_solver.h"
#include "blackbox/kept_means.h"
#include "explain/large_games.h"

namespace limpid {

/// What all workers share, constant after construction.
struct BlackBoxShared {
  Predictor& predictor;
  Players players;
  BlackBoxQuestion question;
  std::span<double const> weights;  ///< [B] or empty
  double weight_total = 0.0;
  std::int32_t outputs = 0;
  std::vector<double> base;      ///< [B x G] scores of the background
  std::vector<double> expected;  ///< [G]

  [[nodiscard]] double weight(std::int64_t z) const {
    return weights.empty() ? 1.0 : weights[static_cast<std::size_t>(z)];
  }
  [[nodiscard]] EstimatorChoice choice() const { return question.estimator.value_or(EstimatorChoice{}); }
  [[nodiscard]] bool log_odds() const noexcept { return question.mean_link == MeanLink::kLogit; }
  [[nodiscard]] bool has_target() const noexcept {
    return question.estimator.has_value() && question.estimator->target_error > 0.0;
  }
  /// Of the memory: for batches; the rest is for kept values, where there is a target.
  [[nodiscard]] std::int64_t batch_bytes() const noexcept {
    return has_target() ? question.memory_bytes / 2 : question.memory_bytes;
  }
};

class BlackBoxWorker final : public Engine::Worker {
 public:
  BlackBoxWorker(BlackBoxShared const& shared, HybridRows rows);
  void explain(RowsView rows, bool count_only, Explanation& out) override;

 private:
  using LivePlayers = std::vector<std::uint32_t>;

  void shape(std::int64_t rows, Explanation& out) const;
  void mark(std::int64_t r, std::int64_t z);  ///< the players of the pair that differ, beside those marked before
  void take_marked(LivePlayers& live);        ///< and forgets them
  void order(std::int64_t z, LivePlayers& live);
  void count(Explanation& out);
  void predict(Explanation& out);
  void tell(std::int64_t rows) const {
    if (poll) poll(rows);
  }
  void play(Explanation& out);
  void play_pairs(std::int64_t r);
  void play_row(std::int64_t r);
  void ask(Game& game);
  void finish(Game& game, Explanation& out);
  void finish_row(std::int64_t r, Explanation& out);
  void solve(Game const& game, std::vector<double>& means, Explanation const& out);

  BlackBoxShared const& shared_;
  HybridRows rows_;
  Scorer scorer_;
  GameOperators operators_;
  BatchSetup setup_;
  std::unique_ptr<BatchPlayer> player_;
  GameBatch batch_;
  GameSolver solver_;
  KeptMeans kept_;
  std::vector<bool> marked_;                                    ///< [P]
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keyed_;  ///< [V]
  std::int32_t doublings_ = 0;                                  ///< of the coalitions, of the rows that are played
  std::vector<std::int64_t> again_;                             ///< rows to be played with more
  std::vector<double> exact_;                                   ///< [G x P] of one row: its enumerated pairs
  RowEstimate estimate_;                                        ///< of one row: the other ones
  std::vector<double> deltas_;                                  ///< [G]
};

/// log(p / (1 - p)). Throws Error endpoint.score when p is no probability, or one of 0 or 1, whose log-odds are
/// infinite. `what`: whose probability, for the message.
[[nodiscard]] double log_odds_of(double p, char const* what);

}  // namespace limpid
