/// Predictions in a library's arithmetic, by hand: what differs between libraries is the type of the sums, where the
/// base stands, what a mean divides and which type the link works in.
#include "explain/library_prediction.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "limpid/error.h"

namespace limpid {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// One tree of one test on feature 0: `value < threshold` gives `left`.
Tree stump(double threshold, double left, double right) {
  Tree tree;
  tree.left = {1, -1, -1};
  tree.right = {2, -1, -1};
  tree.feature = {0, -1, -1};
  tree.threshold = {threshold, 0.0, 0.0};
  tree.missing_left = {1, 0, 0};
  tree.category_set = {-1, -1, -1};
  tree.value = {0.0, left, right};
  return tree;
}

Ensemble ensemble_of(std::vector<Tree> trees, double base) {
  Ensemble ensemble;
  ensemble.input_cast = InputCast::kFloat64;
  ensemble.base_margin = {base};
  ensemble.features.resize(1);
  ensemble.trees = std::move(trees);
  ensemble.rounds = static_cast<std::int32_t>(ensemble.trees.size());
  return ensemble;
}

double margin(Ensemble const& ensemble, double value) {
  double out = kNan;
  library_margins(ensemble, {&value, 1, 1}, 1, &out);
  return out;
}

double response(Ensemble const& ensemble, double value) {
  double out = margin(ensemble, value);
  library_responses(ensemble, 1, 1, &out);
  return out;
}

TEST(LibraryPrediction, SumsInDoubleFromTheBase) {
  auto const ensemble = ensemble_of({stump(1.0, 0.1, 5.0), stump(1.0, 0.2, 6.0)}, 0.3);
  EXPECT_EQ(margin(ensemble, 0.5), (0.3 + 0.1) + 0.2);
  EXPECT_EQ(margin(ensemble, 1.0), (0.3 + 5.0) + 6.0);
  EXPECT_EQ(margin(ensemble, kNan), (0.3 + 0.1) + 0.2);
}

TEST(LibraryPrediction, AddsTheBaseLastWhereTheLibraryDoes) {
  auto ensemble = ensemble_of({stump(1.0, 0.1, 5.0), stump(1.0, 0.7, 6.0)}, 0.3);
  ASSERT_NE((0.1 + 0.7) + 0.3, (0.3 + 0.1) + 0.7);
  EXPECT_EQ(margin(ensemble, 0.5), (0.3 + 0.1) + 0.7);
  ensemble.base_last = true;
  EXPECT_EQ(margin(ensemble, 0.5), (0.1 + 0.7) + 0.3);
}

TEST(LibraryPrediction, ScalesTheSumWhereAllTreesHaveOneScale) {
  auto ensemble = ensemble_of({stump(1.0, 0.1, 5.0), stump(1.0, 0.2, 6.0)}, 0.3);
  for (Tree& tree : ensemble.trees) tree.weight = 0.7;
  EXPECT_EQ(margin(ensemble, 0.5), (0.3 + 0.1 * 0.7) + 0.2 * 0.7);  // weights of trees: scikit-learn's learning rate
  ensemble.base_last = true;
  EXPECT_EQ(margin(ensemble, 0.5), (0.1 + 0.2) * 0.7 + 0.3);  // CatBoost
  ensemble.trees[1].weight = 0.5;
  EXPECT_EQ(margin(ensemble, 0.5), (0.1 * 0.7 + 0.2 * 0.5) + 0.3);
}

TEST(LibraryPrediction, SumsInFloatWithFloatWeights) {
  auto ensemble = ensemble_of({stump(1.0, 0.1, 5.0), stump(1.0, 0.2, 6.0)}, 0.3);
  ensemble.sums_float32 = true;
  ensemble.trees[1].weight = 0.7;
  float const expected = (0.3F + 0.1F) + 0.2F * 0.7F;
  EXPECT_EQ(margin(ensemble, 0.5), static_cast<double>(expected));
}

TEST(LibraryPrediction, DividesASumBeforeTheBase) {
  auto ensemble = ensemble_of({stump(1.0, 0.1, 5.0), stump(1.0, 0.2, 6.0), stump(1.0, 0.4, 6.0)}, 0.3);
  ensemble.divisor = 3.0;
  EXPECT_EQ(margin(ensemble, 0.5), ((0.1 + 0.2) + 0.4) / 3.0 + 0.3);
}

TEST(LibraryPrediction, CastsToFloatWhereTheLibraryDoes) {
  auto ensemble = ensemble_of({stump(static_cast<double>(0.1F), 1.0, 2.0)}, 0.0);
  EXPECT_EQ(margin(ensemble, 0.1), 1.0);  // the double lies below its float32
  ensemble.input_cast = InputCast::kFloat32;
  EXPECT_EQ(margin(ensemble, 0.1), 2.0);
}

TEST(LibraryPrediction, ZeroIsMissingWhereTheNodeSaysSo) {
  auto ensemble = ensemble_of({stump(-1.0, 1.0, 2.0)}, 0.0);
  EXPECT_EQ(margin(ensemble, 0.0), 2.0);
  ensemble.trees[0].zero_missing = {1, 0, 0};
  EXPECT_EQ(margin(ensemble, 0.0), 1.0);
  EXPECT_EQ(margin(ensemble, -1e-36), 1.0);
  EXPECT_EQ(margin(ensemble, 1e-34), 2.0);
}

TEST(LibraryPrediction, CategoriesAreCutAsTheLibraryCutsThem) {
  auto ensemble = ensemble_of({stump(0.0, 1.0, 2.0)}, 0.0);
  ensemble.trees[0].category_set = {0, -1, -1};
  ensemble.trees[0].sets = {{0, 3}};
  for (auto const& [value, xgboost, lightgbm] : {std::tuple{0.0, 2.0, 2.0},
                                                 {3.9, 2.0, 2.0},
                                                 {1.0, 1.0, 1.0},
                                                 {-0.5, 1.0, 2.0},
                                                 {-1.0, 1.0, 1.0},
                                                 {16777216.0, 1.0, 1.0},
                                                 {1e300, 1.0, 1.0},
                                                 {kNan, 1.0, 1.0}}) {
    ensemble.category_cut = CategoryCut::kNonNegative;
    EXPECT_EQ(margin(ensemble, value), xgboost) << value;
    ensemble.category_cut = CategoryCut::kTowardsZero;
    EXPECT_EQ(margin(ensemble, value), lightgbm) << value;
  }
}

TEST(LibraryPrediction, LinksWorkInTheLibrarysType) {
  auto ensemble = ensemble_of({stump(1.0, 0.1, 100.0)}, 0.0);
  ensemble.link = Link::kSigmoid;
  EXPECT_EQ(response(ensemble, 0.5), 1.0 / (1.0 + std::exp(-0.1)));
  ensemble.link = Link::kExp;
  EXPECT_EQ(response(ensemble, 0.5), std::exp(0.1));
  ensemble.sums_float32 = true;
  EXPECT_EQ(response(ensemble, 0.5), static_cast<double>(std::exp(0.1F)));
  ensemble.link = Link::kSigmoid;
  EXPECT_EQ(response(ensemble, 0.5), static_cast<double>(1.0F / (std::exp(-0.1F) + 1.0F)));
  EXPECT_EQ(response(ensemble, 2.0), 1.0);
}

TEST(LibraryPrediction, SigmoidOfAVeryNegativeFloatIsNotZero) {
  auto ensemble = ensemble_of({stump(1.0, -1000.0, 0.0)}, 0.0);
  ensemble.sums_float32 = true;
  ensemble.link = Link::kSigmoid;
  EXPECT_EQ(response(ensemble, 0.0), static_cast<double>(1.0F / (std::exp(88.7F) + 1.0F)));
}

TEST(LibraryPrediction, ScalesAndAveragesBeforeTheLink) {
  auto ensemble = ensemble_of({stump(1.0, 0.5, 5.0), stump(1.0, 0.25, 6.0)}, 0.0);
  ensemble.link = Link::kSigmoid;
  ensemble.link_scale = 2.0;
  ensemble.average_response = true;
  EXPECT_EQ(margin(ensemble, 0.5), 0.75);
  EXPECT_EQ(response(ensemble, 0.5), 1.0 / (1.0 + std::exp(-(2.0 * (0.75 / 2.0)))));
}

TEST(LibraryPrediction, SoftmaxSubtractsTheLargestMargin) {
  auto ensemble = ensemble_of({stump(1.0, 1000.0, 0.0), stump(1.0, 999.0, 0.0)}, 0.0);
  ensemble.base_margin = {0.0, 0.0, 998.0};
  ensemble.trees[1].output = 1;
  ensemble.link = Link::kSoftmax;
  double const row = 0.5;
  std::vector<double> out(3 * 64);
  library_margins(ensemble, {&row, 1, 1}, 64, out.data());
  library_responses(ensemble, 1, 64, out.data());
  double const sum = 1.0 + std::exp(-1.0) + std::exp(-2.0);
  EXPECT_EQ(out[0], 1.0 / sum);
  EXPECT_EQ(out[64], std::exp(-1.0) / sum);
  EXPECT_EQ(out[128], std::exp(-2.0) / sum);
}

TEST(LibraryPrediction, TheEngineFillsPredictionsOfEveryRow) {
  auto const ensemble = ensemble_of({stump(150.0, 1.0, 2.0)}, 0.0);
  for (std::int64_t const rows : {1, 63, 64, 255, 256, 257, 300}) {
    std::vector<double> values(static_cast<std::size_t>(rows));
    for (std::int64_t r = 0; r < rows; ++r) values[static_cast<std::size_t>(r)] = static_cast<double>(r);
    Explanation out;
    make_prediction_engine(ensemble, Space::kMargin)->make_worker()->explain({values.data(), rows, rows}, false, out);
    ASSERT_EQ(out.rows, rows);
    EXPECT_EQ(out.players, 0);
    for (std::int64_t r = 0; r < rows; ++r) {
      EXPECT_EQ(out.predictions[static_cast<std::size_t>(r)], r < 150 ? 1.0 : 2.0) << r;
    }
  }
}

TEST(LibraryPrediction, AnObjectiveWithoutAResponseIsAnError) {
  auto ensemble = ensemble_of({stump(1.0, 1.0, 2.0)}, 0.0);
  ensemble.has_response = false;
  ensemble.objective = "binary:hinge";
  EXPECT_NO_THROW((void)make_prediction_engine(ensemble, Space::kMargin));
  try {
    (void)make_prediction_engine(ensemble, Space::kResponse);
    FAIL();
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "model.objective");
    EXPECT_EQ(error.hint(), "use --space margin");
  }
}

}  // namespace
}  // namespace limpid
