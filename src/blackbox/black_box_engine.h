/// The engine of models that cannot be looked into (ARCHITECTURE.md 2.4): for every pair (row, background row) the
/// players that differ, hybrid rows of a design's coalitions, a predictor's scores, an operator. Every coalition is
/// evaluated where there are no more than the budget.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "blackbox/predictor.h"
#include "compile/players.h"
#include "explain/engine.h"

namespace limpid {

struct BlackBoxQuestion {
  /// Of pairs with more coalitions than its budget; none: every pair is enumerated, up to max_exact_players.
  std::optional<EstimatorChoice> estimator;
  std::int32_t max_exact_players = 16;
  MeanLink mean_link = MeanLink::kIdentity;            ///< kLogit: one game per row, over its whole background
  std::int64_t memory_bytes = std::int64_t{1} << 30U;  ///< for hybrid rows and their scores
  /// CUDA's index of the GPU in whose memory hybrid rows are; none: the CPU's. REQUIRES: predictor.reads_device().
  std::optional<std::int32_t> device = std::nullopt;
};

/// Scores the background; `poll` is asked meanwhile. The predictor and the weights must outlive the
/// engine. Its workers share the predictor: one at a time may explain. Throws what the predictor throws.
[[nodiscard]] std::unique_ptr<Engine> make_black_box_engine(Predictor& predictor, Players const& players,
                                                            BlackBoxQuestion const& question,
                                                            Background const& background,
                                                            std::function<void()> const& poll);

}  // namespace limpid
