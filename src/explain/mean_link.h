/// The link that is applied after the mean over the background (`--link logit`): which questions have one, and
/// predictions and base values in its space.
#pragma once

#include <cstddef>
#include <vector>

#include "compile/compiled_model.h"
#include "explain/engine.h"

namespace limpid {

/// Asks for the logit of the mean probability. `members`: models whose responses are averaged. Throws Error usage.link,
/// with the option that fixes it, where the response is no probability or the question knows no mean of one.
void ask_for_logit(Ensemble const& ensemble, std::size_t members, Question& question);

/// Makes the model's lattice fine enough for logits, where a margin's error is not damped by a flat link.
void refine_for_logit(CompiledModel& model);

/// Margins [G x stride] of rows [0, rows) -> the logits of their probabilities, in place.
void margins_to_logits(CompiledModel const& model, std::int64_t rows, std::int64_t stride, double* margins);

/// The logit of the mean probability of rows that come one after the other.
class MeanLogit {
 public:
  explicit MeanLogit(CompiledModel const& model)
      : model_(model), chance_(model.base_margin.size()), against_(model.base_margin.size()) {}

  /// `margins`: of all outputs, output g at [g * stride].
  void add(double const* margins, std::int64_t stride, double weight);
  [[nodiscard]] std::vector<double> values() const;  ///< [G]

 private:
  CompiledModel const& model_;
  std::vector<double> chance_;   ///< [G] sums of p
  std::vector<double> against_;  ///< [G] and of 1 - p
};

}  // namespace limpid
