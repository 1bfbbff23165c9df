/// bin_rows: raw feature values -> one byte per bin column and row (compile/layout.h, Bins).
/// Integers only: same bytes on every device.
#pragma once

#include "compile/layout.h"
#include "kernels/device.h"

namespace limpid {

struct BinRowsArgs {
  ColumnsView columns;
  double const* values = nullptr;  ///< [M x R] feature f of row r at f * value_stride + r; NaN is missing
  std::int64_t value_stride = 0;
  std::int64_t rows = 0;
  std::uint8_t* bins = nullptr;  ///< [C x bin_stride] out
  std::int64_t bin_stride = 0;   ///< multiple of 64, >= rows; padding rows are written as kMissingBin
};

void bin_rows_cpu(BinRowsArgs const& args);
void bin_rows_cuda(device::Exec const& exec, BinRowsArgs const& args);

}  // namespace limpid
