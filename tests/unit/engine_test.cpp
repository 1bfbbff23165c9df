// The engine of the CPU on a model small enough to work by hand, in all methods; chunks and threads.
//
// One tree: x0 < 1 -> -1 (cover 4), else x1 < 1 -> 1 (cover 6), else 3 (cover 2); base margin 0.5.
// Margins, base left out: -1 for x0 < 1, else 1 for x1 < 1, else 3.
#include "explain/engine.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "reference/random_model.h"

namespace limpid {
namespace {

constexpr double kLow = 0.0;   // x < 1
constexpr double kHigh = 2.0;  // x >= 1

Ensemble two_split_ensemble(Link link) {
  Ensemble ensemble;
  ensemble.link = link;
  ensemble.base_margin = {0.5};
  ensemble.features.resize(2);
  Tree tree;
  tree.left = {1, -1, 3, -1, -1};
  tree.right = {2, -1, 4, -1, -1};
  tree.feature = {0, -1, 1, -1, -1};
  tree.threshold = {1.0, 0.0, 1.0, 0.0, 0.0};
  tree.missing_left = {1, 0, 1, 0, 0};
  tree.category_set = {-1, -1, -1, -1, -1};
  tree.value = {0.0, -1.0, 0.0, 1.0, 3.0};
  tree.cover = {12.0, 4.0, 8.0, 6.0, 2.0};
  ensemble.trees = {tree};
  ensemble.rounds = 1;
  return ensemble;
}

/// Raw values [2 x 64] of up to 64 rows.
class TwoFeatures {
 public:
  explicit TwoFeatures(std::vector<std::array<double, 2>> const& rows) : rows_(static_cast<std::int64_t>(rows.size())) {
    for (std::size_t r = 0; r < rows.size(); ++r) {
      values_[r] = rows[r][0];
      values_[64 + r] = rows[r][1];
    }
  }
  [[nodiscard]] RowsView view() const { return {values_.data(), 64, rows_}; }

 private:
  std::int64_t rows_;
  std::vector<double> values_ = std::vector<double>(128, std::numeric_limits<double>::quiet_NaN());
};

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/// Explains (high, high) and (high, low) of the two-split model against (low, low) and (high, low).
struct Answer {
  Explanation explanation;
  double expected_value = 0.0;

  Answer(Link link, Question const& question) {
    auto const model = compile(two_split_ensemble(link));
    TwoFeatures const background({{kLow, kLow}, {kHigh, kLow}});
    TwoFeatures const rows({{kHigh, kHigh}, {kHigh, kLow}});
    auto const engine = make_cpu_engine(model, question, background.view(), serial_for);
    engine->make_worker()->explain(rows.view(), false, explanation);
    expected_value = engine->expected_value().at(0);
  }
  [[nodiscard]] double phi(std::int64_t player, std::int64_t row) const {
    return explanation.values[static_cast<std::size_t>(player * explanation.stride + row)];
  }
  [[nodiscard]] double prediction(std::size_t row) const { return explanation.predictions[row]; }
};

/// Margin games of row (high, high). Against (low, low): v = -1, {0}: 1, {1}: -1, {01}: 3, so phi = (3, 1). Against
/// (high, low): v = 1, {1}: 3, so phi = (0, 2). Mean (1.5, 1.5). Row (high, low): (2, 0) and (0, 0): (1, 0).
void expect_interventional_margin(Answer const& answer) {
  EXPECT_NEAR(answer.phi(0, 0), 1.5, 1e-7);
  EXPECT_NEAR(answer.phi(1, 0), 1.5, 1e-7);
  EXPECT_NEAR(answer.phi(0, 1), 1.0, 1e-7);
  EXPECT_NEAR(answer.phi(1, 1), 0.0, 1e-7);
  EXPECT_EQ(answer.expected_value, 0.5);  // 0.5 + (-1 + 1) / 2
  EXPECT_EQ(answer.prediction(0), 3.5);
  EXPECT_EQ(answer.prediction(1), 1.5);
  EXPECT_TRUE(answer.explanation.largest.empty());
  EXPECT_NEAR(answer.explanation.summary.at(0), 2.5, 1e-7);
  EXPECT_NEAR(answer.explanation.summary.at(1), 1.5, 1e-7);
}

TEST(CpuEngine, InterventionalMarginByHand) {
  Question const question{Space::kMargin, Method::kInterventional, Algorithm::kLeafTables, 16};
  expect_interventional_margin(Answer(Link::kSigmoid, question));
}

/// Weights 1 and 3: row (high, high) gets (3, 1) / 4 + 3 (0, 2) / 4.
TEST(CpuEngine, WeightedMarginByHand) {
  auto const model = compile(two_split_ensemble(Link::kSigmoid));
  TwoFeatures const background({{kLow, kLow}, {kHigh, kLow}});
  TwoFeatures const rows({{kHigh, kHigh}});
  std::vector<double> const weights{0.5, 1.5};
  Question const question{Space::kMargin, Method::kInterventional, Algorithm::kLeafTables, 16};
  auto const engine = make_cpu_engine(model, question, {background.view(), weights}, serial_for);
  Explanation found;
  engine->make_worker()->explain(rows.view(), false, found);
  EXPECT_EQ(found.values[0], 0.75);
  EXPECT_EQ(found.values[static_cast<std::size_t>(found.stride)], 1.75);
  EXPECT_EQ(engine->expected_value().at(0), 1.0);  // 0.5 + (-1 + 3 * 1) / 4
}

TEST(CpuEngine, ResponseOfIdentityIsTheMargin) {
  Question const question{Space::kResponse, Method::kInterventional, Algorithm::kLeafTables, 16};
  expect_interventional_margin(Answer(Link::kIdentity, question));
}

/// Covers: v({}) = (4 * -1 + 6 * 1 + 2 * 3) / 12 = 2/3. Row (high, high): v({0}) = (6 * 1 + 2 * 3) / 8 = 1.5,
/// v({1}) = (4 * -1 + 8 * 3) / 12 = 5/3, v({01}) = 3, so phi_0 = (5/6 + 4/3) / 2 = 13/12 and phi_1 = 5/4. Row (high,
/// low): v({1}) = (4 * -1 + 8 * 1) / 12 = 1/3, v({01}) = 1: phi_0 = (5/6 + 2/3) / 2 = 3/4, phi_1 = -5/12.
TEST(CpuEngine, PathDependentMarginByHand) {
  Answer const answer(Link::kSigmoid, {Space::kMargin, Method::kPathDependent, Algorithm::kLeafTables, 16});
  EXPECT_NEAR(answer.phi(0, 0), 13.0 / 12.0, 1e-6);
  EXPECT_NEAR(answer.phi(1, 0), 5.0 / 4.0, 1e-6);
  EXPECT_NEAR(answer.phi(0, 1), 3.0 / 4.0, 1e-6);
  EXPECT_NEAR(answer.phi(1, 1), -5.0 / 12.0, 1e-6);
  EXPECT_NEAR(answer.expected_value, 0.5 + 2.0 / 3.0, 1e-15);
  EXPECT_EQ(answer.prediction(0), 3.5);
}

/// The margin games above under the sigmoid, base margin added.
TEST(CpuEngine, ResponseByHand) {
  Answer const answer(Link::kSigmoid, {Space::kResponse, Method::kInterventional, Algorithm::kLattice, 16});
  double const low = sigmoid(-0.5);
  double const middle = sigmoid(1.5);
  double const high = sigmoid(3.5);
  double const first_0 = 0.5 * ((middle - low) + (high - low));  // against (low, low)
  double const first_1 = 0.5 * (0.0 + (high - middle));
  EXPECT_NEAR(answer.phi(0, 0), first_0 / 2.0, 1e-7);
  EXPECT_NEAR(answer.phi(1, 0), (first_1 + (high - middle)) / 2.0, 1e-7);
  EXPECT_NEAR(answer.phi(0, 1), (middle - low) / 2.0, 1e-7);
  EXPECT_EQ(answer.phi(1, 1), 0.0);
  EXPECT_NEAR(answer.expected_value, (low + middle) / 2.0, 1e-15);
  EXPECT_NEAR(answer.prediction(0), high, 1e-15);
  EXPECT_EQ(answer.explanation.largest, (std::vector<std::int32_t>{2, 1}));
}

/// A model large enough to have blocks, long paths and several classes.
struct Large {
  reference::Random random{7};
  Ensemble ensemble;
  CompiledModel model;
  reference::Rows background;
  reference::Rows rows;

  explicit Large(Link link) {
    reference::ModelShape shape;
    shape.trees = 30;
    shape.depth = 12;
    shape.features = 11;
    shape.leaf_early = 0.3;
    shape.link = link;
    shape.outputs = link == Link::kSoftmax ? 3 : 1;
    ensemble = reference::random_ensemble(shape, random);
    model = compile(ensemble);
    background = reference::random_rows(ensemble, 5, random);
    rows = reference::random_rows(ensemble, 600, random);
  }

  /// Values, predictions and summary of all rows, explained in chunks by one worker.
  [[nodiscard]] std::vector<double> explain(Question const& question, std::int64_t chunk,
                                            ParallelFor const& parallel_for) const {
    auto const engine = make_cpu_engine(model, question, background.view(), parallel_for);
    auto const worker = engine->make_worker();
    std::vector<double> all(engine->expected_value());
    Explanation out;
    for (std::int64_t r = 0; r < rows.rows; r += chunk) {
      worker->explain({rows.values.data() + r, rows.stride, std::min(chunk, rows.rows - r)}, false, out);
      for (std::int64_t i = 0; i < out.rows; ++i) {
        for (std::int64_t n = 0; n < out.outputs * out.players; ++n) {
          all.push_back(out.values[static_cast<std::size_t>(n * out.stride + i)]);
        }
        for (std::int64_t g = 0; g < out.outputs; ++g) {
          all.push_back(out.predictions[static_cast<std::size_t>(g * out.stride + i)]);
        }
      }
    }
    return all;
  }
};

void backwards_one_by_one(std::int64_t n, std::function<void(std::int64_t, std::int64_t)> const& body) {
  for (std::int64_t i = n; i > 0; --i) body(i - 1, i);
}

class EngineSlices : public testing::TestWithParam<std::tuple<Link, Question>> {};

TEST_P(EngineSlices, GiveTheSameBits) {
  auto const [link, question] = GetParam();
  Large const large(link);
  auto const whole = large.explain(question, 1024, serial_for);
  EXPECT_EQ(large.explain(question, 256, serial_for), whole);
  EXPECT_EQ(large.explain(question, 512, backwards_one_by_one), whole);
}

/// base + sum(phi) = prediction, for every row and output.
TEST_P(EngineSlices, SumToThePrediction) {
  auto const [link, question] = GetParam();
  Large const large(link);
  auto const engine = make_cpu_engine(large.model, question, large.background.view(), serial_for);
  Explanation out;
  engine->make_worker()->explain(large.rows.view(), false, out);
  for (std::int64_t g = 0; g < out.outputs; ++g) {
    for (std::int64_t r = 0; r < out.rows; ++r) {
      double sum = engine->expected_value()[static_cast<std::size_t>(g)];
      for (std::int64_t p = 0; p < out.players; ++p) {
        sum += out.values[static_cast<std::size_t>((g * out.players + p) * out.stride + r)];
      }
      double const exact = out.predictions[static_cast<std::size_t>(g * out.stride + r)];
      ASSERT_LE(std::fabs(sum - exact), 1e-6 * std::max(1.0, std::fabs(exact))) << "row " << r << ", output " << g;
    }
  }
}

Question const kMarginQuestion{Space::kMargin, Method::kInterventional, Algorithm::kLeafTables, 16};
Question const kPathQuestion{Space::kMargin, Method::kPathDependent, Algorithm::kLeafTables, 16};
Question const kResponseQuestion{Space::kResponse, Method::kInterventional, Algorithm::kLattice, 16};

INSTANTIATE_TEST_SUITE_P(
    All, EngineSlices,
    testing::Values(std::tuple{Link::kSigmoid, kMarginQuestion}, std::tuple{Link::kSoftmax, kMarginQuestion},
                    std::tuple{Link::kSigmoid, kPathQuestion}, std::tuple{Link::kSigmoid, kResponseQuestion},
                    std::tuple{Link::kSoftmax, kResponseQuestion}, std::tuple{Link::kExp, kResponseQuestion},
                    std::tuple{Link::kSignedSquare, kResponseQuestion},
                    std::tuple{Link::kSoftplus, kResponseQuestion}));

TEST(CpuEngine, CountsLivePlayersOnly) {
  Large const large(Link::kSigmoid);
  auto const engine = make_cpu_engine(large.model, kResponseQuestion, large.background.view(), serial_for);
  Explanation counted;
  Explanation computed;
  engine->make_worker()->explain(large.rows.view(), true, counted);
  engine->make_worker()->explain(large.rows.view(), false, computed);
  EXPECT_EQ(counted.largest, computed.largest);
  EXPECT_GT(*std::max_element(counted.largest.begin(), counted.largest.end()), 4);
}

TEST(CpuEngine, NoRowsGiveNothing) {
  Large const large(Link::kSigmoid);
  auto const engine = make_cpu_engine(large.model, kResponseQuestion, large.background.view(), serial_for);
  Explanation out;
  engine->make_worker()->explain({large.rows.values.data(), large.rows.stride, 0}, false, out);
  EXPECT_EQ(out.rows, 0);
  EXPECT_TRUE(out.values.empty());
  EXPECT_TRUE(out.summary.empty());
}

}  // namespace
}  // namespace limpid
