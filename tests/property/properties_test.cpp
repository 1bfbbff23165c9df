// What every explainer keeps, whatever the model (ARCHITECTURE.md, section 8).
#include "kernels/each_simd_target.h"
// after it: the engine
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "property/explained.h"
#include "reference/tree_walk.h"

namespace limpid {
namespace {

using reference::ModelShape;
using reference::Random;
using reference::Rows;

constexpr double kTolerance = 1e-6;
constexpr double kResponseTolerance = 2e-6;

struct Kind {
  char const* name;
  Question question;
  double tolerance;
};

std::vector<Kind> const& kinds() {
  static std::vector<Kind> const all{{"margin", margin_question(), kTolerance},
                                     {"path-dependent", path_dependent_question(), kTolerance},
                                     {"response", response_question(), kResponseTolerance}};
  return all;
}

/// Calls body(kind, seed, random) for every kind of question and several seeds.
template <class Body>
void for_each_kind(std::uint64_t seeds, Body const& body) {
  for (Kind const& kind : kinds()) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      SCOPED_TRACE(std::string(kind.name) + ", seed " + std::to_string(seed));
      Random random(9000 + seed);
      body(kind, seed, random);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

/// A model of the grid that the lattice can take: at most 12 features.
ModelShape shape_of(std::uint64_t seed, Random& random) {
  ModelShape shape = reference::grid_shape(seed, random, 300);
  shape.features = std::min(shape.features, 12);
  shape.categorical = std::min(shape.categorical, shape.features);
  return shape;
}

/// The rows in another order.
Rows permuted_rows(Rows const& rows, std::vector<std::int64_t> const& order) {
  Rows result = rows;
  for (std::int64_t f = 0; f < rows.features; ++f) {
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      result.values[static_cast<std::size_t>(f * rows.stride + r)] =
          rows.values[static_cast<std::size_t>(f * rows.stride + order[static_cast<std::size_t>(r)])];
    }
  }
  return result;
}

std::vector<std::int64_t> random_order(std::int64_t n, Random& random) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.below(static_cast<std::int32_t>(i)))]);
  }
  return order;
}

/// What additivity may miss for output g of row r, by docs/contract.md, Numbers.
double additivity_bound(Kind const& kind, CompiledModel const& model, Explained const& it, std::size_t g,
                        std::int64_t r) {
  double const base = std::abs(it.expected_value[g]);
  bool const margin = kind.question.space == Space::kMargin || model.link == Link::kIdentity;
  if (margin) return 1e-6 * (base + model.margin_range[g]);
  bool const probability = model.link == Link::kSigmoid || model.link == Link::kSoftmax;
  return 1e-6 * std::max({std::abs(it.prediction(static_cast<std::int64_t>(g), r)), base, probability ? 1.0 : 0.0});
}

TEST(Properties, ValuesSumToPredictionMinusExpectation) {
  for_each_kind(60, [](Kind const& kind, std::uint64_t seed, Random& random) {
    Ensemble const ensemble = reference::random_ensemble(shape_of(seed, random), random);
    Rows const rows = reference::random_rows(ensemble, 70, random);
    Explained const it = explained(ensemble, kind.question, rows, reference::random_rows(ensemble, 3, random));
    CompiledModel const model = compile(ensemble);
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      for (std::size_t g = 0; g < it.expected_value.size(); ++g) {
        double sum = it.expected_value[g];
        auto const output = static_cast<std::int64_t>(g);
        for (std::int64_t p = 0; p < it.chunk.players; ++p) sum += it.value(output, p, r);
        ASSERT_TRUE(std::abs(sum - it.prediction(output, r)) <= additivity_bound(kind, model, it, g, r))
            << "row " << r << ": " << sum << " against " << it.prediction(output, r);
      }
    }
  });
}

TEST(Properties, UnusedFeatureGetsZero) {
  for_each_kind(20, [](Kind const& kind, std::uint64_t seed, Random& random) {
    Ensemble ensemble = reference::random_ensemble(shape_of(seed, random), random);
    ensemble.features.insert(ensemble.features.begin(), Feature{});
    for (Tree& tree : ensemble.trees) {
      for (std::int32_t& feature : tree.feature) feature += feature >= 0 ? 1 : 0;
    }
    Rows const rows = reference::random_rows(ensemble, 20, random);
    Explained const it = explained(ensemble, kind.question, rows, reference::random_rows(ensemble, 3, random));
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      for (std::int64_t g = 0; g < it.chunk.outputs; ++g) ASSERT_EQ(it.value(g, 0, r), 0.0);
    }
  });
}

TEST(Properties, TwinsGetEqualValues) {
  for_each_kind(20, [](Kind const& kind, std::uint64_t seed, Random& random) {
    ModelShape shape = shape_of(seed, random);
    shape.features = std::max(shape.features, 3);
    shape.categorical = 0;
    Ensemble ensemble = reference::random_ensemble(shape, random);
    std::size_t const trees = ensemble.trees.size();
    for (std::size_t t = 0; t < trees; ++t) {  // each tree again with features 0 and 1 exchanged
      Tree twin = ensemble.trees[t];
      for (std::int32_t& feature : twin.feature) {
        if (feature == 0 || feature == 1) feature = 1 - feature;
      }
      ensemble.trees.push_back(std::move(twin));
    }
    Rows rows = reference::random_rows(ensemble, 20, random);
    Rows background = reference::random_rows(ensemble, 3, random);
    for (Rows* each : {&rows, &background}) {
      std::copy_n(each->values.begin(), each->stride, each->values.begin() + each->stride);
    }
    Explained const it = explained(ensemble, kind.question, rows, background);
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      for (std::int64_t g = 0; g < it.chunk.outputs; ++g) {
        double const scale = std::max(1.0, std::abs(it.value(g, 0, r)));
        ASSERT_TRUE(std::abs(it.value(g, 0, r) - it.value(g, 1, r)) <= kind.tolerance * scale);
      }
    }
  });
}

TEST(Properties, PermutedRowsGetPermutedValuesBitForBit) {
  for_each_kind(20, [](Kind const& kind, std::uint64_t seed, Random& random) {
    Ensemble const ensemble = reference::random_ensemble(shape_of(seed, random), random);
    Rows const rows = reference::random_rows(ensemble, 100, random);
    Rows const background = reference::random_rows(ensemble, 3, random);
    auto const order = random_order(rows.rows, random);
    Explained const plain = explained(ensemble, kind.question, rows, background);
    Explained const other = explained(ensemble, kind.question, permuted_rows(rows, order), background);
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      ASSERT_EQ(other.row(r), plain.row(order[static_cast<std::size_t>(r)])) << "row " << r;
    }
  });
}

TEST(Properties, PermutedFeaturesGetPermutedValues) {
  for_each_kind(20, [](Kind const& kind, std::uint64_t seed, Random& random) {
    Ensemble const ensemble = reference::random_ensemble(shape_of(seed, random), random);
    Rows const rows = reference::random_rows(ensemble, 20, random);
    Rows const background = reference::random_rows(ensemble, 3, random);
    auto const order = random_order(rows.features, random);  // feature f becomes order[f]
    Ensemble renamed = ensemble;
    Rows other_rows = rows;
    Rows other_background = background;
    for (std::size_t f = 0; f < order.size(); ++f) {
      auto const to = static_cast<std::size_t>(order[f]);
      renamed.features[to] = ensemble.features[f];
      for (auto const& [from, out] : {std::pair(&rows, &other_rows), std::pair(&background, &other_background)}) {
        std::copy_n(from->values.begin() + static_cast<std::int64_t>(f) * from->stride, from->stride,
                    out->values.begin() + order[f] * from->stride);
      }
    }
    for (Tree& tree : renamed.trees) {
      for (std::int32_t& feature : tree.feature) {
        if (feature >= 0) feature = static_cast<std::int32_t>(order[static_cast<std::size_t>(feature)]);
      }
    }
    Explained const plain = explained(ensemble, kind.question, rows, background);
    Explained const other = explained(renamed, kind.question, other_rows, other_background);
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      std::vector<double> back;
      for (std::int64_t g = 0; g < plain.chunk.outputs; ++g) {
        for (std::int64_t const to : order) back.push_back(other.value(g, to, r));
      }
      ASSERT_TRUE(all_within(back, plain.row(r), kind.tolerance)) << "row " << r;
    }
  });
}

TEST(Properties, MarginOfAnEnsembleIsTheSumOfItsTrees) {
  for (Question const& question : {margin_question(), path_dependent_question()}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      SCOPED_TRACE(seed);
      Random random(9100 + seed);
      ModelShape shape = shape_of(seed, random);
      shape.trees = std::min(shape.trees, 30);
      Ensemble const ensemble = reference::random_ensemble(shape, random);
      Rows const rows = reference::random_rows(ensemble, 10, random);
      Rows const background = reference::random_rows(ensemble, 3, random);
      Explained const whole = explained(ensemble, question, rows, background);
      std::vector<double> sums(whole.chunk.values.size(), 0.0);
      for (Tree const& tree : ensemble.trees) {
        Ensemble single = ensemble;
        single.trees = {tree};
        auto const values = explained(single, question, rows, background).chunk.values;
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += values[i];
      }
      for (std::int64_t v = 0; v < whole.chunk.outputs * whole.chunk.players; ++v) {
        auto const at = static_cast<std::size_t>(v * whole.chunk.stride);
        ASSERT_TRUE(all_within(std::span(whole.chunk.values).subspan(at, 10), std::span(sums).subspan(at, 10), 1e-6));
      }
    }
  }
}

TEST(Properties, DuplicatedBackgroundChangesNothing) {
  for_each_kind(20, [](Kind const& kind, std::uint64_t seed, Random& random) {
    Ensemble const ensemble = reference::random_ensemble(shape_of(seed, random), random);
    Rows const rows = reference::random_rows(ensemble, 20, random);
    Rows const once = reference::random_rows(ensemble, 5, random);
    Rows twice = once;
    twice.rows = 10;
    for (std::int64_t f = 0; f < twice.features; ++f) {
      auto const begin = twice.values.begin() + f * twice.stride;
      std::copy_n(begin, 5, begin + 5);
    }
    Explained const a = explained(ensemble, kind.question, rows, once);
    Explained const b = explained(ensemble, kind.question, rows, twice);
    for (std::int64_t r = 0; r < rows.rows; ++r) ASSERT_TRUE(all_within(b.row(r), a.row(r), 1e-7)) << "row " << r;
  });
}

TEST(Properties, MarginLatticeEqualsLeafTables) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    Random random(9200 + seed);
    ModelShape shape = shape_of(seed, random);
    shape.link = Link::kIdentity;
    Ensemble const ensemble = reference::random_ensemble(shape, random);
    Rows const rows = reference::random_rows(ensemble, 20, random);
    Rows const background = reference::random_rows(ensemble, 4, random);
    Explained const tables = explained(ensemble, margin_question(), rows, background);
    Explained const lattice = explained(ensemble, response_question(), rows, background);
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      ASSERT_TRUE(all_within(lattice.row(r), tables.row(r), kTolerance)) << "row " << r;
    }
  }
}

TEST(Properties, SameBytesOnEverySimdTarget) {
  for_each_kind(12, [](Kind const& kind, std::uint64_t seed, Random& random) {
    Ensemble const ensemble = reference::random_ensemble(shape_of(seed, random), random);
    Rows const rows = reference::random_rows(ensemble, 97, random);
    Rows const background = reference::random_rows(ensemble, 5, random);
    Explained const best = explained(ensemble, kind.question, rows, background);
    on_each_simd_target([&] {
      Explained const it = explained(ensemble, kind.question, rows, background);
      ASSERT_EQ(it.expected_value, best.expected_value);
      ASSERT_EQ(it.chunk.summary, best.chunk.summary);
      for (std::int64_t r = 0; r < rows.rows; ++r) {
        ASSERT_EQ(it.row(r), best.row(r)) << "row " << r;
        for (std::int64_t g = 0; g < it.chunk.outputs; ++g) ASSERT_EQ(it.prediction(g, r), best.prediction(g, r));
      }
    });
  });
}

TEST(Properties, ARowDoesNotDependOnItsChunk) {
  for_each_kind(6, [](Kind const& kind, std::uint64_t seed, Random& random) {
    Ensemble const ensemble = reference::random_ensemble(shape_of(seed, random), random);
    Rows const rows = reference::random_rows(ensemble, 130, random);
    Rows const background = reference::random_rows(ensemble, 5, random);
    Explained const whole = explained(ensemble, kind.question, rows, background);
    for (std::int64_t const count : {0, 1, 31, 32, 33, 63, 64, 65}) {
      Rows part = rows;
      part.rows = count;
      Explained const it = explained(ensemble, kind.question, part, background);
      ASSERT_EQ(it.chunk.rows, count);
      for (std::int64_t r = 0; r < count; ++r) ASSERT_EQ(it.row(r), whole.row(r)) << count << " rows, row " << r;
    }
  });
}

}  // namespace
}  // namespace limpid
