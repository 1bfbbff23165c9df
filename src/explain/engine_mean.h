/// An engine over several: the models of a k-fold training, whose responses are averaged.
#pragma once

#include <memory>
#include <vector>

#include "explain/engine.h"

namespace limpid {

/// REQUIRES: the members explain the same players and outputs, in a space in which the mean is the model's answer.
/// Shapley values are linear in the game, so values, predictions and expected value are the means of the members',
/// summed in their order in double on the host: same bits on every device. `largest` is the largest of the members'.
[[nodiscard]] std::unique_ptr<Engine> make_mean_engine(std::vector<std::unique_ptr<Engine>> members);

}  // namespace limpid
