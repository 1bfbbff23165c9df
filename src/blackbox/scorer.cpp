#include "blackbox/scorer.h"

#include <fmt/core.h>

#include <algorithm>

#include "limpid/error.h"

namespace limpid {

void Scorer::score(double* values, std::int64_t rows, std::int32_t columns,
                   std::span<std::vector<std::string> const> texts, std::function<void()> const& poll,
                   std::vector<double>& scores) {
  predictor_.poll = poll;
  std::int64_t const count = distinct_.compact(values, rows, columns);
  std::int64_t const most = std::max<std::int64_t>(1, predictor_.preferred_rows());
  answered_.clear();
  for (std::int64_t r = 0; r < count; r += most) {
    std::int64_t const part = std::min(most, count - r);
    predictor_.predict({values + r * columns, part, columns, texts}, answer_);
    if (predictor_.outputs() < 1 || static_cast<std::int64_t>(answer_.size()) != part * predictor_.outputs()) {
      throw Error("endpoint.rows", fmt::format("the predictor gave {} scores for {} rows", answer_.size(), part),
                  predictor_.facts().target);
    }
    answered_.insert(answered_.end(), answer_.begin(), answer_.end());
  }
  predictor_.poll = {};
  if (count > 0) distinct_.spread(answered_, outputs(), scores);
  if (count == 0) scores.clear();
}

}  // namespace limpid
