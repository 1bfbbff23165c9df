#include "explain/engine_sum.h"

#include <algorithm>
#include <utility>

#include "explain/engine_common.h"

namespace limpid {
namespace {

class SumWorker final : public Engine::Worker {
 public:
  SumWorker(std::unique_ptr<Engine::Worker> features, Players const& players)
      : features_(std::move(features)), players_(players) {}

  void explain(RowsView rows, bool count_only, Explanation& out) override {
    features_->poll = poll;
    features_->explain(rows, count_only, by_feature_);
    shape(out);
    if (count_only) return;
    add_up(by_feature_.values, out, out.values);
    if (!out.errors.empty()) add_up(by_feature_.errors, out, out.errors);  // at most: errors may have the same sign
    summarise(out);
    if (!out.interactions.empty()) add_up_pairs(out);
    finish_interactions(out);
  }

 private:
  void shape(Explanation& out) {
    out.rows = by_feature_.rows;
    out.stride = by_feature_.stride;
    out.players = players_.count();
    out.outputs = by_feature_.outputs;
    auto const vectors = static_cast<std::size_t>(out.outputs) * players_.names.size();
    auto const blocks = static_cast<std::size_t>((out.rows + kSummaryRows - 1) / kSummaryRows);
    out.values.assign(vectors * static_cast<std::size_t>(out.stride), 0.0);
    out.summary.assign(blocks * vectors, 0.0);
    std::swap(out.predictions, by_feature_.predictions);
    std::swap(out.largest, by_feature_.largest);
    std::swap(out.estimated, by_feature_.estimated);
    std::swap(out.over_target, by_feature_.over_target);
    out.pairs_by = by_feature_.pairs_by;
    out.seconds = by_feature_.seconds;
    out.errors.assign(by_feature_.errors.empty() ? 0 : out.values.size(), 0.0);
    auto const pairs = static_cast<std::size_t>(out.outputs * pair_count(out.players) * out.stride);
    out.interactions.assign(by_feature_.interactions.empty() ? 0 : pairs, 0.0);
    out.interaction_summary.clear();
  }

  /// [G x features x stride] -> [G x players x stride]
  void add_up(std::vector<double> const& features, Explanation const& out, std::vector<double>& players) const {
    for (std::int32_t i = 0; i < out.outputs * by_feature_.players; ++i) {
      std::int32_t const g = i / by_feature_.players;
      auto const player = players_.of_feature[static_cast<std::size_t>(i % by_feature_.players)];
      double const* const from = features.data() + i * by_feature_.stride;
      double* const to = players.data() + (std::int64_t{g} * out.players + player) * out.stride;
      for (std::int64_t r = 0; r < out.rows; ++r) to[r] += from[r];
    }
  }

  /// Pairs of features in different players: what two groups share is what their features share.
  void add_up_pairs(Explanation& out) const {
    std::int64_t const features = by_feature_.players;
    for (std::int64_t g = 0; g < out.outputs; ++g) {
      for (std::int64_t i = 0; i < features; ++i) {
        for (std::int64_t j = i + 1; j < features; ++j) {
          auto const [a, b] = std::minmax(players_.of_feature[static_cast<std::size_t>(i)],
                                          players_.of_feature[static_cast<std::size_t>(j)]);
          if (a == b) continue;
          double const* const from =
              by_feature_.interactions.data() + (g * pair_count(features) + pair_index(features, i, j)) * out.stride;
          double* const to =
              out.interactions.data() + (g * pair_count(out.players) + pair_index(out.players, a, b)) * out.stride;
          for (std::int64_t r = 0; r < out.rows; ++r) to[r] += from[r];
        }
      }
    }
  }

  std::unique_ptr<Engine::Worker> features_;
  Players const& players_;
  Explanation by_feature_;
};

class SumEngine final : public Engine {
 public:
  SumEngine(std::unique_ptr<Engine> features, Players players)
      : features_(std::move(features)), players_(std::move(players)) {}

  [[nodiscard]] std::unique_ptr<Worker> make_worker() const override {
    return std::make_unique<SumWorker>(features_->make_worker(), players_);
  }
  [[nodiscard]] std::vector<double> const& expected_value() const override { return features_->expected_value(); }
  [[nodiscard]] std::string estimator_solver() const override { return features_->estimator_solver(); }

 private:
  std::unique_ptr<Engine> features_;
  Players players_;
};

}  // namespace

std::unique_ptr<Engine> make_sum_engine(std::unique_ptr<Engine> features, Players players) {
  return std::make_unique<SumEngine>(std::move(features), std::move(players));
}

}  // namespace limpid
