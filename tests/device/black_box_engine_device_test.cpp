// The engine of black boxes with hybrid rows in device memory: the CPU's bytes, whatever the memory and the settings.
#include <gmock/gmock.h>

#include <limits>

#include "device/bytes.h"
#include "device_fixture.h"
#include "limpid/error.h"
#include "unit/black_box_case.h"
#include "unit/black_box_rows.h"

namespace limpid {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

std::vector<double> narrow(std::vector<double> const& row) {
  auto const p = static_cast<double>(static_cast<float>(neighbours(row)[0]));
  return {p, static_cast<double>(static_cast<float>(1.0 - p))};
}

/// Reads the device's memory by copies from it, which nothing but a device's memory allows, with columns turned round.
class DevicePredictor final : public FunctionPredictor {
 public:
  using FunctionPredictor::FunctionPredictor;

  [[nodiscard]] bool reads_device() const noexcept override { return true; }
  [[nodiscard]] std::vector<std::int32_t> device_columns() const override {
    std::vector<std::int32_t> columns(12);
    for (std::int32_t c = 0; c < 12; ++c) columns[static_cast<std::size_t>(c)] = 11 - c;
    return columns;
  }
  [[nodiscard]] float const* predict_on_device(DeviceRows const& rows) override {
    if (poll) poll();
    device::Exec const exec(rows.device);
    std::vector<double> values(static_cast<std::size_t>(rows.rows * rows.columns));
    exec.copy_out(values.data(), rows.values, values.size() * sizeof(double));
    exec.wait();
    for (auto row = values.begin(); row != values.end(); row += rows.columns) std::reverse(row, row + rows.columns);
    std::vector<double> wide;
    FunctionPredictor::predict({values.data(), rows.rows, rows.columns, {}}, wide);
    std::vector<float> scores(wide.begin(), wide.end());
    if (costs().rows >= spoiled_after) scores[scores.size() / 2] = std::numeric_limits<float>::quiet_NaN();
    scores_ = device::Buffer<float>(exec, scores);
    exec.wait();
    device_rows += rows.rows;
    return scores_.data();
  }

  std::int64_t device_rows = 0;
  std::int64_t spoiled_after = std::numeric_limits<std::int64_t>::max();

 private:
  device::Buffer<float> scores_;
};

class BlackBoxOnDevice : public DeviceTest {
 protected:
  /// What the CPU makes of it, and that the device makes the same, in memory of any size.
  static void expect_same(BlackBoxQuestion question, Table const& rows, std::vector<double> const& weights = {}) {
    Table const background = random_rows(4, 12, 32);
    FunctionPredictor of_host(narrow);
    auto const expected = explain(of_host, features(12), question, rows, background, weights);
    question.device = 0;
    for (std::int64_t const bytes : {std::int64_t{40000}, std::int64_t{1} << 30U}) {
      DevicePredictor predictor(narrow);
      question.memory_bytes = bytes;
      auto const found = explain(predictor, features(12), question, rows, background, weights);
      EXPECT_TRUE(same_bits(found.values, expected.values)) << bytes;
      EXPECT_TRUE(same_bits(found.errors, expected.errors)) << bytes;
      EXPECT_EQ(found.over_target, expected.over_target) << bytes;
      EXPECT_GT(predictor.device_rows, predictor.costs().rows / 2);
      EXPECT_LE(predictor.largest_call * 12 * static_cast<std::int64_t>(sizeof(double)), bytes);
    }
  }
};

TEST_P(BlackBoxOnDevice, PairsHaveTheCpusBytes) {
  auto question = estimating(50);
  question.estimator->kind = EstimatorKind::kWls;
  expect_same(question, random_rows(3, 12, 31), {1.0, 0.25, 3.0, 0.5});
}

TEST_P(BlackBoxOnDevice, RowsOverTheirBackgroundHaveTheCpusBytes) {
  auto question = estimating(50);
  question.mean_link = MeanLink::kLogit;
  expect_same(question, random_rows(3, 12, 33), {1.0, 0.25, 3.0, 0.5});
  expect_same(question, random_rows(2, 12, 34));
}

TEST_P(BlackBoxOnDevice, TargetsHaveTheCpusBytes) {
  auto question = estimating(40);
  question.estimator->kind = EstimatorKind::kGp;
  question.estimator->target_error = 0.02;
  question.estimator->max_coalitions = 160;
  expect_same(question, random_rows(3, 12, 35));
}

TEST_P(BlackBoxOnDevice, ChunkAfterChunkHasItsOwnRows) {
  Table const background = random_rows(2, 12, 36);
  auto question = estimating(40);
  FunctionPredictor of_host(narrow);
  auto const host = make_black_box_engine(of_host, features(12), question, {background.view(), {}}, {});
  question.device = 0;
  DevicePredictor predictor(narrow);
  auto const engine = make_black_box_engine(predictor, features(12), question, {background.view(), {}}, {});
  auto const worker = engine->make_worker();
  for (std::uint64_t const seed : {1, 2, 3}) {
    Table const rows = random_rows(seed, 12, seed);
    Explanation expected;
    Explanation found;
    host->make_worker()->explain(rows.view(), false, expected);
    worker->explain(rows.view(), false, found);
    EXPECT_TRUE(same_bits(found.values, expected.values)) << seed;
  }
}

TEST_P(BlackBoxOnDevice, AScoreThatIsNoneIsAnError) {
  DevicePredictor predictor(narrow);
  predictor.spoiled_after = 100;
  auto question = estimating(50);
  question.device = 0;
  Table const rows = random_rows(3, 12, 37);
  Table const background = random_rows(4, 12, 38);
  try {
    static_cast<void>(explain(predictor, features(12), question, rows, background));
    FAIL() << "no error";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "endpoint.score");
    EXPECT_THAT(error.what(), testing::HasSubstr("nan; expected finite numbers"));
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, BlackBoxOnDevice, every_device(), name_of_device);

}  // namespace
}  // namespace limpid
