/// A compiled model with bins of rows, for the micro benchmarks of the margin kernels. LIMPID_BENCH_MODEL names a
/// model file; without it a random ensemble of 500 trees of depth 6 and 30 features is drawn.
#pragma once

#include <cstdlib>
#include <vector>

#include "compile/compiled_model.h"
#include "kernels/bin_rows.h"
#include "reference/random_model.h"

namespace limpid::bench {

struct LeafTableCase {
  Ensemble ensemble;
  CompiledModel model;

  LeafTableCase() {
    reference::Random random(1);
    char const* const path = std::getenv("LIMPID_BENCH_MODEL");
    reference::ModelShape shape;
    shape.trees = 500;
    shape.depth = 6;
    shape.features = 30;
    shape.leaf_early = 0.05;
    shape.thresholds = 200;
    ensemble = path != nullptr ? load_model(path) : reference::random_ensemble(shape, random);
    model = compile(ensemble);
  }

  [[nodiscard]] std::vector<std::uint8_t> bins(std::int64_t rows) const {
    reference::Random random(2);
    reference::Rows const raw = reference::random_rows(ensemble, rows, random);
    std::vector<std::uint8_t> result(static_cast<std::size_t>(model.columns_view().count * raw.stride));
    bin_rows_cpu({model.columns_view(), raw.values.data(), raw.stride, raw.rows, result.data(), raw.stride});
    return result;
  }
};

inline LeafTableCase const& leaf_table_case() {
  static LeafTableCase const instance;
  return instance;
}

inline std::int64_t stride_of(std::int64_t rows) { return (rows + 63) / 64 * 64; }

}  // namespace limpid::bench
