// The engine that adds up the values of features by group.
#include "explain/engine_sum.h"

#include <gtest/gtest.h>

#include <cmath>

#include "property/explained.h"

namespace limpid {
namespace {

using reference::Random;

struct SumCase {
  Random random{71};
  reference::ModelShape shape;
  Ensemble ensemble;
  CompiledModel model;
  Players players;
  reference::Rows background;
  reference::Rows rows;

  explicit SumCase(std::int64_t count = 300) {
    shape.outputs = 2;
    shape.features = 7;
    ensemble = reference::random_ensemble(shape, random);
    model = compile(ensemble);
    players = {{"a", "b", "c"}, {1, 0, 1, 1, 2, 0, 1}};
    background = reference::random_rows(ensemble, 4, random);
    rows = reference::random_rows(ensemble, count, random);
  }
  [[nodiscard]] std::unique_ptr<Engine> engine(Question const& question) const {
    return make_sum_engine(make_cpu_engine(model, question, background.view(), serial_for), players);
  }
};

TEST(SumEngine, AddsTheValuesOfAGroupInTheOrderOfItsFeatures) {
  SumCase const it;
  for (Question const& question : {margin_question(), path_dependent_question(), response_question()}) {
    Explained const features = explained(it.ensemble, question, it.rows, it.background);
    auto const engine = it.engine(question);
    Explanation sums;
    engine->make_worker()->explain(it.rows.view(), false, sums);
    EXPECT_EQ(engine->expected_value(), features.expected_value);
    ASSERT_EQ(sums.players, 3);
    EXPECT_EQ(sums.outputs, 2);
    EXPECT_EQ(sums.rows, 300);
    EXPECT_EQ(sums.largest, features.chunk.largest);
    EXPECT_EQ(sums.predictions, features.chunk.predictions);
    std::vector<double> mean(6, 0.0);
    for (std::int64_t g = 0; g < 2; ++g) {
      for (std::int64_t r = 0; r < 300; ++r) {
        double const expected[] = {
            0.0 + features.value(g, 1, r) + features.value(g, 5, r),
            0.0 + features.value(g, 0, r) + features.value(g, 2, r) + features.value(g, 3, r) + features.value(g, 6, r),
            0.0 + features.value(g, 4, r)};
        for (std::int64_t p = 0; p < 3; ++p) {
          ASSERT_EQ(sums.values[static_cast<std::size_t>((g * 3 + p) * sums.stride + r)], expected[p]);
          mean[static_cast<std::size_t>(g * 3 + p)] += std::abs(expected[p]);
        }
      }
    }
    ASSERT_EQ(sums.summary.size(), 12U);  // two blocks of rows
    for (std::size_t v = 0; v < 6; ++v) {
      EXPECT_TRUE(std::abs(sums.summary[v] + sums.summary[6 + v] - mean[v]) <= 1e-9 * mean[v]);
    }
  }
}

TEST(SumEngine, ReusesAnAnswerAndCountsOnly) {
  SumCase const it;
  auto const engine = it.engine(response_question());
  auto const worker = engine->make_worker();
  std::int64_t polled = 0;
  worker->poll = [&](std::int64_t) { ++polled; };
  Explanation out;
  worker->explain(it.rows.view(), false, out);
  EXPECT_GT(polled, 0);
  auto const values = out.values;
  auto const largest = out.largest;
  worker->explain(it.rows.view(), false, out);
  EXPECT_EQ(out.values, values);
  worker->explain(it.rows.view(), true, out);
  EXPECT_EQ(out.largest, largest);
  reference::Rows none = it.rows;
  none.rows = 0;
  worker->explain(none.view(), false, out);
  EXPECT_EQ(out.rows, 0);
  EXPECT_TRUE(out.values.empty());
}

}  // namespace
}  // namespace limpid
