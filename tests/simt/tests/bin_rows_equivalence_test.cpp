#include "kernels/bin_rows.h"

#include "compile/compiled_model.h"
#include "explain/device_model.h"
#include "reference/random_model.h"
#include "simt/tests/emulated.h"

namespace limpid {
namespace {

class BinRowsEmulated : public EmulatedTest {};

TEST_P(BinRowsEmulated, EqualsTheCpuByteForByte) {
  reference::Random random(11);
  for (std::int64_t const rows : {0, 1, 31, 32, 33, 64, 255, 257}) {
    SCOPED_TRACE(rows);
    reference::ModelShape shape;
    shape.categorical = 2;
    shape.thresholds = 600;
    shape.trees = 60;
    CompiledModel const model = compile(reference::random_ensemble(shape, random));
    auto const data = reference::random_rows(reference::random_ensemble(shape, random), rows, random);
    auto const stride = data.stride;
    std::vector<std::uint8_t> expected(model.columns.size() * static_cast<std::size_t>(stride), 0xCD);
    bin_rows_cpu({model.columns_view(), data.values.data(), stride, rows, expected.data(), stride});

    device::Exec const exec(0);
    DeviceModel const on_device(exec, model);
    device::Buffer<double> const values(exec, data.values);
    device::Buffer<std::uint8_t> const bins(exec, expected.size());
    bin_rows_cuda(exec, {on_device.columns(), values.data(), stride, rows, bins.data(), stride});
    EXPECT_EQ(copy_back(exec, bins), expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Settings, BinRowsEmulated, every_order_and_profile(), setting_name);

}  // namespace
}  // namespace limpid
