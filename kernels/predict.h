/// predict: the margin of rows by the trees themselves, leaf values added in tree order in double to the base margin,
/// then (optionally) the link in double: same bits on every device. It shares nothing with leaf paths but the bins,
/// so that additivity tests them.
#pragma once

#include "compile/layout.h"
#include "kernels/device.h"
#include "limpid/ensemble.h"

namespace limpid {

struct PredictArgs {
  TreesView trees;
  BinsView bins;
  bool apply_link = false;
  Link link = Link::kIdentity;
  double* predictions = nullptr;  ///< [G x stride] out: output g of row r at g * stride + r
  std::int64_t stride = 0;        ///< multiple of 64, >= rows; padding may be written
};

void predict_cpu(PredictArgs const& args);
void predict_cuda(device::Exec const& exec, PredictArgs const& args);

}  // namespace limpid
