// The whole engine: chunks explained on the device have the CPU's bytes, for every question.
#include "explain/engine.h"

#include "device/device_case.h"
#include "device/device_libraries.h"
#include "device_fixture.h"
#include "explain/engine_common.h"
#include "property/deep_trees.h"

namespace limpid {
namespace {

using reference::ModelShape;
using reference::Random;

struct Asked {
  ModelShape shape;
  Question question;
  std::int64_t background_rows = 7;
  bool groups = false;  ///< of features as players
};

ModelShape shape_of(Link link, std::int32_t depth, std::int32_t features) {
  ModelShape shape;
  shape.link = link;
  shape.outputs = link == Link::kSoftmax ? 3 : 1;
  shape.depth = depth;
  shape.features = features;
  shape.categorical = 2;
  shape.trees = 9;
  return shape;
}

/// Pairs above the limit of the lattice.
void add_estimated(std::vector<Asked>& all) {
  for (EstimatorKind const kind :
       {EstimatorKind::kGp, EstimatorKind::kWls, EstimatorKind::kFocus, EstimatorKind::kAuto}) {
    Question estimated{Space::kResponse, Method::kInterventional, Algorithm::kLattice, 4};
    estimated.estimator = EstimatorChoice{kind, DesignKind::kLeverage, 40, 3, 0.0, 0};
    all.push_back({shape_of(kind == EstimatorKind::kGp ? Link::kSigmoid : Link::kSoftmax, 6, 12), estimated});
  }
}

std::vector<Asked> every_question() {
  Question const tables{Space::kMargin, Method::kInterventional, Algorithm::kLeafTables, 16};
  Question const path{Space::kMargin, Method::kPathDependent, Algorithm::kLeafTables, 16};
  Question const lattice{Space::kResponse, Method::kInterventional, Algorithm::kLattice, 16};
  std::vector<Asked> all;
  for (Question const& question : {tables, path}) {
    all.push_back({shape_of(Link::kSigmoid, 4, 8), question});
    all.push_back({shape_of(Link::kSoftmax, 5, 6), question});
    all.push_back({shape_of(Link::kIdentity, 11, 14), question});
  }
  for (Link const link :
       {Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kIdentity, Link::kSignedSquare, Link::kSoftplus}) {
    all.push_back({shape_of(link, 4, 7), lattice});
  }
  all.push_back({shape_of(Link::kSigmoid, 10, 12), lattice, 3});
  Question with_interactions = lattice;
  with_interactions.interactions = true;
  all.push_back({shape_of(Link::kSoftmax, 4, 7), with_interactions, 3});
  all.push_back({shape_of(Link::kExp, 5, 9), with_interactions, 3, true});
  for (Question const& question : {tables, path, lattice}) {  // other libraries' rules, and groups of features
    for (std::int32_t const features : {9, 24}) {
      ModelShape shape = shape_of(Link::kSigmoid, features == 9 ? 5 : 11, features);
      shape.zero_missing = 0.5;
      shape.category_cut = CategoryCut::kTowardsZero;
      shape.input_cast = InputCast::kFloat64;
      shape.divisor = 3.0;
      all.push_back({shape, question, 5, true});
    }
  }
  for (Question question : {tables, path}) {
    question.interactions = true;
    all.push_back({shape_of(Link::kSoftmax, 5, 6), question});
    all.push_back({shape_of(Link::kSigmoid, 10, 13), question, 5, true});
  }
  all.push_back({shape_of(Link::kSigmoid, 6, 12), {Space::kResponse, Method::kInterventional, Algorithm::kLattice, 4}});
  add_estimated(all);
  return all;
}

void expect_equal(Explanation const& found, Explanation const& expected) {
  auto const rows_of = [&](std::vector<double> const& all) {
    return without_padding(all, expected.stride, expected.rows);
  };
  ASSERT_EQ(found.rows, expected.rows);
  ASSERT_EQ(found.stride, expected.stride);
  EXPECT_EQ(found.largest, expected.largest);
  EXPECT_TRUE(same_bits(rows_of(found.values), rows_of(expected.values)));
  EXPECT_TRUE(same_bits(rows_of(found.predictions), rows_of(expected.predictions)));
  EXPECT_TRUE(same_bits(found.summary, expected.summary));
  EXPECT_TRUE(same_bits(rows_of(found.interactions), rows_of(expected.interactions)));
  EXPECT_TRUE(same_bits(found.interaction_summary, expected.interaction_summary));
  EXPECT_EQ(found.estimated, expected.estimated);
  EXPECT_TRUE(same_bits(rows_of(found.errors), rows_of(expected.errors)));
}

/// Chunks of these numbers of rows, one after the other: buffers are reused by smaller ones.
void expect_equal_engines(Ensemble const& ensemble, CompiledModel const& model, Question const& question,
                          Background const& background, std::vector<std::int64_t> const& chunks, Random& random) {
  auto const cpu = make_cpu_engine(model, question, background, serial_for);
  auto const cuda = make_cuda_engine(model, question, background, 0);
  EXPECT_TRUE(same_bits(cuda->expected_value(), cpu->expected_value()));
  auto const cpu_worker = cpu->make_worker();
  SolvedBy const by_host(SolvedBy::kHost);
  auto const cuda_worker = cuda->make_worker();
  for (std::int64_t const rows : chunks) {
    auto const data = reference::random_rows(ensemble, rows, random);
    for (bool const count_only : {false, true}) {
      Explanation expected;
      Explanation found;
      cpu_worker->explain(data.view(), count_only, expected);
      cuda_worker->explain(data.view(), count_only, found);
      expect_equal(found, expected);
    }
  }
}

class EngineEquivalence : public DeviceTest {};

TEST_P(EngineEquivalence, ExplainsWithTheBytesOfTheCpu) {
  if (!kRunsLongTests) GTEST_SKIP() << "minutes under the thread sanitizer";
  Random random(21);
  int number = 0;
  for (Asked const& asked : every_question()) {
    SCOPED_TRACE("question " + std::to_string(number++));
    Ensemble const ensemble = reference::random_ensemble(asked.shape, random);
    auto const players =
        asked.groups ? reference::random_players(ensemble.features.size(), random) : feature_players(ensemble);
    CompiledModel const model = compile(ensemble, players);
    auto const background = reference::random_rows(ensemble, asked.background_rows, random);
    expect_equal_engines(ensemble, model, asked.question, background.view(), {33, 0, 5}, random);
    std::vector<double> weights;
    for (std::int64_t z = 0; z < background.rows; ++z) weights.push_back(0.1 + random.uniform());
    expect_equal_engines(ensemble, model, asked.question, {background.view(), weights}, {7}, random);
  }
}

/// Paths of more players than a word has bits: margins and interactions on the device, games on the host.
TEST_P(EngineEquivalence, WidePaths) {
  Random random(22);
  Ensemble ensemble = reference::ensemble_of({followed_chain(66, random), chain(12, 5, random)}, 66);
  ensemble.link = Link::kSigmoid;
  CompiledModel const model = compile(ensemble, feature_players(ensemble));
  ASSERT_GT(model.wide_paths.paths.leaves(), 0);
  auto const background = reference::random_rows(ensemble, 3, random);
  Question const tables{Space::kMargin, Method::kInterventional, Algorithm::kLeafTables, 16};
  Question const path{Space::kMargin, Method::kPathDependent, Algorithm::kLeafTables, 16};
  for (Question question : {tables, path}) {
    question.interactions = true;
    expect_equal_engines(ensemble, model, question, background.view(), {2}, random);
  }
  Question const lattice{Space::kResponse, Method::kInterventional, Algorithm::kLattice, 12};
  expect_equal_engines(ensemble, model, lattice, background.view(), {2}, random);
}

INSTANTIATE_TEST_SUITE_P(Devices, EngineEquivalence, every_device(), name_of_device);

}  // namespace
}  // namespace limpid
