// The engine that averages models: against the definition, on the game whose value is the mean of the members'
// responses.
#include "explain/engine_mean.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "property/explained.h"
#include "reference/shapley.h"

namespace limpid {
namespace {

constexpr std::int64_t kRows = 300;
constexpr std::int32_t kFeatures = 5;

struct MeanCase {
  reference::Random random{83};
  std::vector<Ensemble> ensembles;
  std::vector<CompiledModel> models;
  reference::Rows background;
  reference::Rows rows;

  explicit MeanCase(Link link) {
    reference::ModelShape shape;
    shape.features = kFeatures;
    shape.link = link;
    for (std::int32_t m = 0; m < 3; ++m) {
      shape.trees = 4 + m;
      ensembles.push_back(reference::random_ensemble(shape, random));
      models.push_back(compile(ensembles.back()));
    }
    background = reference::random_rows(ensembles[0], 4, random);
    rows = reference::random_rows(ensembles[0], kRows, random);
  }
  [[nodiscard]] std::unique_ptr<Engine> engine(Question const& question) const {
    std::vector<std::unique_ptr<Engine>> members;
    for (auto const& model : models) members.push_back(make_cpu_engine(model, question, background.view(), serial_for));
    return make_mean_engine(std::move(members));
  }
  /// v(S): the mean of the members' responses.
  [[nodiscard]] reference::Game game(std::vector<double> const& x) const {
    std::vector<reference::Game> games;
    for (auto const& member : ensembles) games.push_back(reference::response_game(member, x, background, 0));
    return [games](std::uint64_t coalition) {
      double sum = 0.0;
      for (auto const& one : games) sum += one(coalition);
      return sum / static_cast<double>(games.size());
    };
  }
  [[nodiscard]] std::vector<double> row(std::int64_t r) const {
    std::vector<double> x;
    for (std::int64_t f = 0; f < kFeatures; ++f)
      x.push_back(rows.values[static_cast<std::size_t>(f * rows.stride + r)]);
    return x;
  }
};

Question question_of(Link link) {
  auto question = response_question();
  if (link == Link::kIdentity) question.algorithm = Algorithm::kLeafTables;
  return question;
}

class MeanEngineLinks : public testing::TestWithParam<Link> {};

TEST_P(MeanEngineLinks, ValuesAreThoseOfTheMeanOfResponses) {
  MeanCase const it(GetParam());
  auto const engine = it.engine(question_of(GetParam()));
  Explanation found;
  engine->make_worker()->explain(it.rows.view(), false, found);
  for (std::int64_t r = 0; r < kRows; r += 37) {
    auto const game = it.game(it.row(r));
    auto const expected = reference::shapley(kFeatures, game);
    for (std::int64_t p = 0; p < kFeatures; ++p) {
      auto const value = found.values[static_cast<std::size_t>(p * found.stride + r)];
      EXPECT_TRUE(std::abs(value - expected[static_cast<std::size_t>(p)]) <= 1e-6) << r << " " << p << " " << value;
    }
    auto const whole = game((1U << kFeatures) - 1);
    EXPECT_TRUE(std::abs(found.predictions[static_cast<std::size_t>(r)] - whole) <= 1e-6 * std::max(1.0, whole)) << r;
    EXPECT_TRUE(std::abs(engine->expected_value()[0] - game(0)) <= 1e-6) << engine->expected_value()[0];
  }
}

TEST_P(MeanEngineLinks, SummaryAndLargestAreOfAllMembers) {
  MeanCase const it(GetParam());
  auto const question = question_of(GetParam());
  auto const engine = it.engine(question);
  auto const worker = engine->make_worker();
  std::vector<std::int64_t> polled;
  worker->poll = [&](std::int64_t rows) { polled.push_back(rows); };
  Explanation found;
  worker->explain(it.rows.view(), false, found);
  EXPECT_TRUE(std::is_sorted(polled.begin(), polled.end()));
  EXPECT_TRUE(polled.empty() || polled.back() <= kRows);
  std::vector<double> sums(kFeatures, 0.0);
  for (std::int64_t p = 0; p < kFeatures; ++p)
    for (std::int64_t r = 0; r < kRows; ++r)
      sums[static_cast<std::size_t>(p)] += std::abs(found.values[static_cast<std::size_t>(p * found.stride + r)]);
  ASSERT_EQ(found.summary.size(), 2U * kFeatures);  // two blocks of rows
  for (std::size_t p = 0; p < kFeatures; ++p)
    EXPECT_TRUE(std::abs(found.summary[p] + found.summary[kFeatures + p] - sums[p]) <= 1e-9 * (1.0 + sums[p]));
  std::vector<std::int32_t> largest(found.largest.size(), 0);
  for (auto const& model : it.models) {
    Explanation one;
    make_cpu_engine(model, question, it.background.view(), serial_for)
        ->make_worker()
        ->explain(it.rows.view(), true, one);
    for (std::size_t r = 0; r < largest.size(); ++r) largest[r] = std::max(largest[r], one.largest[r]);
  }
  EXPECT_EQ(found.largest, largest);
  Explanation counted;
  worker->explain(it.rows.view(), true, counted);
  EXPECT_EQ(counted.largest, largest);
}

INSTANTIATE_TEST_SUITE_P(All, MeanEngineLinks, testing::Values(Link::kIdentity, Link::kSigmoid, Link::kExp),
                         [](auto const& link) { return std::string(name_of(link.param)); });

}  // namespace
}  // namespace limpid
