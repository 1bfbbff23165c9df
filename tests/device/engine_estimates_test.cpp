// Pairs above the lattice's limit, estimated on the device: with the host's operators the CPU's bits, with operators of
// the device's own libraries values within 1e-5 of the row's largest.
#include <algorithm>
#include <cmath>
#include <string>

#include "device/device_case.h"
#include "device/device_libraries.h"
#include "device/long_device_test.h"
#include "explain/engine.h"

namespace limpid {
namespace {

using reference::ModelShape;
using reference::Random;

struct Estimated {
  ModelShape shape;
  EstimatorChoice choice;
  std::int32_t limit = 4;
  std::vector<double> weights{};  ///< of the background rows; empty: equal
};

ModelShape shape_of(Link link, std::int32_t depth, std::int32_t features) {
  ModelShape shape;
  shape.link = link;
  shape.outputs = link == Link::kSoftmax ? 3 : 1;
  shape.depth = depth;
  shape.features = features;
  shape.trees = features;
  return shape;
}

std::vector<Estimated> every_case() {
  EstimatorChoice gp;
  gp.kind = EstimatorKind::kGp;
  gp.coalitions = 60;
  gp.seed = 9;
  EstimatorChoice wls = gp;
  wls.kind = EstimatorKind::kWls;
  EstimatorChoice few = wls;  // no residual is left: no standard error
  few.coalitions = 10;
  EstimatorChoice shaps = wls;
  shaps.design = DesignKind::kKernel;
  std::vector<Estimated> all;
  all.push_back({shape_of(Link::kSigmoid, 6, 12), gp});
  all.push_back({shape_of(Link::kSoftmax, 6, 12), wls, 4, {2.0, 0.5, 1.0, 3.0, 0.25}});
  all.push_back({shape_of(Link::kExp, 5, 16), shaps, 0});
  all.push_back({shape_of(Link::kSigmoid, 5, 20), few});
  all.push_back({shape_of(Link::kSigmoid, 11, 14), gp, 6, {1.0, 1.0, 4.0, 0.0, 1.0}});
  all.push_back({shape_of(Link::kSoftmax, 4, 50), gp, 8});
  all.push_back({shape_of(Link::kSigmoid, 4, 140), gp, 8});
  all.push_back({shape_of(Link::kSoftplus, 4, 140), wls, 8});
  EstimatorChoice targeted = gp;  // rows that stop at different numbers of coalitions
  targeted.target_error = 0.02;
  targeted.max_coalitions = 500;
  all.push_back({shape_of(Link::kSigmoid, 6, 12), targeted, 4});
  return all;
}

/// The largest |a - b| of any row, over the row's largest |b|; a NaN is at its own only.
double distance(Explanation const& found, Explanation const& expected) {
  double largest = 0.0;
  auto const vectors = std::int64_t{expected.outputs} * expected.players;
  for (std::int64_t r = 0; r < expected.rows; ++r) {
    double scale = 0.0;
    double apart = 0.0;
    for (std::int64_t n = 0; n < vectors; ++n) {
      auto const at = static_cast<std::size_t>(n * expected.stride + r);
      scale = std::max(scale, std::abs(expected.values[at]));
      apart = std::max(apart, std::abs(found.values[at] - expected.values[at]));
      if (std::isnan(found.values[at])) apart = std::numeric_limits<double>::infinity();
      if (std::isnan(found.errors[at]) != std::isnan(expected.errors[at])) {
        apart = std::numeric_limits<double>::infinity();
      } else if (!std::isnan(found.errors[at])) {
        apart = std::max(apart, std::abs(found.errors[at] - expected.errors[at]));
      }
    }
    largest = std::max(largest, scale == 0.0 ? apart : apart / scale);
  }
  return largest;
}

class EngineEstimates : public LongDeviceTest {
 protected:
  /// Explains the cases on both devices; the tolerance is of distance().
  static void expect_within(double tolerance) {
    Random random(21);
    int number = 0;
    for (Estimated const& asked : every_case()) {
      SCOPED_TRACE("case " + std::to_string(number++));
      Ensemble const ensemble = reference::random_ensemble(asked.shape, random);
      CompiledModel const model = compile(ensemble);
      Question question{Space::kResponse, Method::kInterventional, Algorithm::kLattice, asked.limit};
      question.estimator = asked.choice;
      auto const background = reference::random_rows(ensemble, 5, random);
      auto const cpu = make_cpu_engine(model, question, {background.view(), asked.weights}, serial_for);
      auto const cuda = make_cuda_engine(model, question, {background.view(), asked.weights}, 0);
      auto const cpu_worker = cpu->make_worker();
      auto const cuda_worker = cuda->make_worker();
      for (std::int64_t const rows : {6, 0, 3}) {
        auto const data = reference::random_rows(ensemble, rows, random);
        Explanation expected;
        Explanation found;
        cpu_worker->explain(data.view(), false, expected);
        cuda_worker->explain(data.view(), false, found);
        EXPECT_EQ(found.estimated, expected.estimated);
        EXPECT_EQ(found.pairs_by, expected.pairs_by);
        EXPECT_EQ(found.over_target, expected.over_target);
        EXPECT_LE(distance(found, expected), tolerance);
        if (rows == 6) {
          EXPECT_GT(*std::max_element(expected.estimated.begin(), expected.estimated.end()), 0);
        }
      }
    }
  }
};

TEST_P(EngineEstimates, TheHostsOperatorsGiveTheBitsOfTheCpu) {
  SolvedBy const by_host(SolvedBy::kHost);
  expect_within(0.0);
}

TEST_P(EngineEstimates, TheDevicesOperatorsGiveItsValues) {
  SolvedBy const by_device(SolvedBy::kDevice);
  expect_within(1e-5);
}

INSTANTIATE_TEST_SUITE_P(Devices, EngineEstimates, every_device(), name_of_device);

}  // namespace
}  // namespace limpid
