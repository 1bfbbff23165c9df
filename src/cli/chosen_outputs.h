/// --outputs: which of a model's outputs are written, and which must be computed for that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "explain/engine.h"
#include "limpid/ensemble.h"

namespace limpid::cli {

struct ChosenOutputs {
  std::vector<std::int32_t> written;   ///< model outputs that are written (predicted: that may be), ascending
  bool predicted = false;              ///< of each row only the output with the largest prediction
  std::vector<std::int32_t> computed;  ///< model outputs that are computed; empty: all
};

/// `wanted`: the values of --outputs: all, predicted, or labels. A model of one output has no other to predict. Other
/// outputs are not computed where the link (in response space) or the margin treats outputs by themselves. Throws
/// Error usage.value for a name that is no label, with the nearest.
[[nodiscard]] ChosenOutputs choose_outputs(std::vector<std::string> const& wanted,
                                           std::vector<std::string> const& labels, Ensemble const& ensemble,
                                           Space space);

/// Index among the computed outputs of each that is written.
[[nodiscard]] std::vector<std::int32_t> places_of(ChosenOutputs const& outputs);

/// The names of some outputs.
[[nodiscard]] std::vector<std::string> labels_of(std::vector<std::int32_t> const& outputs,
                                                 std::vector<std::string> const& labels);

}  // namespace limpid::cli
