#include "blackbox/black_box_engine.h"

#include "blackbox/black_box_worker.h"

namespace limpid {
namespace {

class BlackBoxEngine final : public Engine {
 public:
  BlackBoxEngine(Predictor& predictor, Players const& players, BlackBoxQuestion const& question,
                 Background const& background, std::function<void()> const& poll)
      : shared_{predictor, players, question, background.weights, 0.0, 0, {}, {}},
        rows_(background.rows, static_cast<std::int32_t>(players.of_feature.size())) {
    std::int64_t const count = background.rows.rows;
    std::vector<double> copy(rows_.background(0), rows_.background(count));
    Scorer(predictor).score(copy.data(), count, rows_.columns(), rows_.texts(), poll, shared_.base);
    shared_.outputs = predictor.outputs();
    for (std::int64_t z = 0; z < count; ++z) shared_.weight_total += shared_.weight(z);
    auto const outputs = static_cast<std::size_t>(shared_.outputs);
    for (std::size_t g = 0; g < outputs; ++g) {
      double sum = 0.0;
      for (std::int64_t z = 0; z < count; ++z) {
        sum += shared_.weight(z) * shared_.base[static_cast<std::size_t>(z) * outputs + g];
      }
      double const mean = sum / shared_.weight_total;
      shared_.expected.push_back(shared_.log_odds() ? log_odds_of(mean, "the mean of the background") : mean);
    }
  }

  [[nodiscard]] std::unique_ptr<Worker> make_worker() const override {
    return std::make_unique<BlackBoxWorker>(shared_, rows_);
  }
  [[nodiscard]] std::vector<double> const& expected_value() const override { return shared_.expected; }

 private:
  BlackBoxShared shared_;
  HybridRows rows_;
};

}  // namespace

std::unique_ptr<Engine> make_black_box_engine(Predictor& predictor, Players const& players,
                                              BlackBoxQuestion const& question, Background const& background,
                                              std::function<void()> const& poll) {
  return std::make_unique<BlackBoxEngine>(predictor, players, question, background, poll);
}

}  // namespace limpid
