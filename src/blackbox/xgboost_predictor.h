/// `--predictor xgboost`: any booster that libxgboost reads (gblinear too), predicted by libxgboost itself.
#pragma once

#include <memory>

#include "blackbox/predictor.h"

namespace limpid {

/// Matches the booster's features with `columns` by name where both have names, else by position. Throws Error
/// usage.xgboost (no library, text columns), model.* (the library cannot read the file), data.columns.
[[nodiscard]] std::unique_ptr<Predictor> make_xgboost_predictor(PredictorOptions const& options,
                                                                PredictorColumns const& columns);

}  // namespace limpid
