// bin_rows, predict, leaf_patterns and summarise: the device gives the CPU's bytes.
#include <cmath>

#include "device/device_case.h"
#include "device_fixture.h"
#include "kernels/leaf_patterns.h"
#include "kernels/predict.h"
#include "kernels/summarise.h"

namespace limpid {
namespace {

using reference::ModelShape;
using reference::Random;

class RowKernels : public DeviceTest {};

TEST_P(RowKernels, BinRowsEqualsTheCpu) {
  Random random(11);
  for (std::int64_t const rows : kRowCounts) {
    SCOPED_TRACE(rows);
    ModelShape shape;
    shape.categorical = 2;
    shape.thresholds = 600;
    shape.trees = 60;
    shape.zero_missing = rows % 2 == 0 ? 0.5 : 0.0;
    shape.category_cut = rows % 4 < 2 ? CategoryCut::kTowardsZero : CategoryCut::kNonNegative;
    DeviceCase const it(shape, rows, random);
    device::Buffer<double> const values(it.exec, it.rows.values);
    device::Buffer<std::uint8_t> const bins(it.exec, it.bins.size() - 64);
    bin_rows_cuda(it.exec, {it.on_device.columns(), values.data(), it.rows.stride, rows, bins.data(), it.rows.stride});
    auto const expected = std::vector<std::uint8_t>(it.bins.begin(), it.bins.end() - 64);
    EXPECT_EQ(copy_back(it.exec, bins), expected);
  }
}

TEST_P(RowKernels, PredictEqualsTheCpu) {
  Random random(12);
  for (Link const link :
       {Link::kIdentity, Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kSignedSquare, Link::kSoftplus}) {
    for (std::int64_t const rows : kRowCounts) {
      SCOPED_TRACE(std::to_string(rows) + " rows, " + name_of(link));
      ModelShape shape;
      shape.link = link;
      shape.outputs = link == Link::kSoftmax ? 3 : 1;
      DeviceCase const it(shape, rows, random);
      std::vector<double> expected(static_cast<std::size_t>(it.model.outputs() * it.rows.stride));
      PredictArgs args{it.model.trees_view(), it.host_view(), true, link, expected.data(), it.rows.stride};
      predict_cpu(args);
      device::Buffer<double> const found(it.exec, expected.size());
      args.trees = it.on_device.trees();
      args.bins = it.device_view();
      args.predictions = found.data();
      predict_cuda(it.exec, args);
      auto const rows_of = [&](std::vector<double> const& all) { return without_padding(all, it.rows.stride, rows); };
      EXPECT_TRUE(same_bits(rows_of(copy_back(it.exec, found)), rows_of(expected)));
    }
  }
}

void expect_equal_patterns(DeviceCase const& it) {
  auto const stride = static_cast<std::size_t>((it.model.short_paths.leaves() + 63) / 64 * 64);
  auto const rows = static_cast<std::size_t>(it.rows.rows);
  std::vector<std::uint8_t> bytes(rows * stride, 0xAA);
  std::vector<std::uint64_t> words(rows * static_cast<std::size_t>(it.model.long_paths.leaves()), 0xAA);
  LeafPatternsArgs args;
  args.short_paths = it.model.short_paths.view();
  args.long_paths = it.model.long_paths.view();
  args.bins = it.host_view();
  args.bytes = bytes.data();
  args.byte_stride = static_cast<std::int64_t>(stride);
  args.words = words.data();
  leaf_patterns_cpu(args);
  device::Buffer<std::uint8_t> const device_bytes(it.exec, bytes.size());
  device::Buffer<std::uint64_t> const device_words(it.exec, words.size());
  args.short_paths = it.on_device.short_paths();
  args.long_paths = it.on_device.long_paths();
  args.bins = it.device_view();
  args.bytes = device_bytes.data();
  args.words = device_words.data();
  leaf_patterns_cuda(it.exec, args);
  EXPECT_TRUE(same_bits(copy_back(it.exec, device_bytes), bytes));
  EXPECT_TRUE(same_bits(copy_back(it.exec, device_words), words));
}

TEST_P(RowKernels, LeafPatternsEqualTheCpu) {
  Random random(13);
  for (std::int64_t const rows : kRowCounts) {
    SCOPED_TRACE(rows);
    ModelShape shape;
    shape.trees = 6;
    shape.depth = 10;
    shape.features = 14;
    shape.categorical = 2;
    DeviceCase const it(shape, rows, random);
    ASSERT_GT(it.model.short_paths.leaves(), 64);
    ASSERT_GT(it.model.long_paths.leaves(), 32);
    expect_equal_patterns(it);
  }
}

TEST_P(RowKernels, SummariseEqualsTheCpu) {
  Random random(14);
  device::Exec const exec(0);
  for (std::int64_t const rows : {0, 1, 31, 33, 255, 256, 257, 600}) {
    for (std::int64_t const vectors : {1, 31, 32, 33, 70}) {
      SCOPED_TRACE(std::to_string(rows) + " rows, " + std::to_string(vectors) + " vectors");
      std::int64_t const stride = (rows + 63) / 64 * 64;
      std::vector<double> values(static_cast<std::size_t>(vectors * stride));
      for (double& value : values) value = std::ldexp(random.uniform() - 0.5, random.below(40) - 20);
      std::vector<double> expected(static_cast<std::size_t>((rows + kSummaryRows - 1) / kSummaryRows * vectors));
      summarise_cpu({values.data(), stride, rows, vectors, expected.data()});
      device::Buffer<double> const in(exec, values);
      device::Buffer<double> const found(exec, expected.size());
      summarise_cuda(exec, {in.data(), stride, rows, vectors, found.data()});
      EXPECT_TRUE(same_bits(copy_back(exec, found), expected));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, RowKernels, every_device(), name_of_device);

}  // namespace
}  // namespace limpid
