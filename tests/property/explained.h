/// Rows explained by the CPU's engine, read by row: what the property tests compare.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "explain/engine.h"
#include "reference/random_model.h"

namespace limpid {

/// LIMPID_LONG=1: the corners of the grid too (minutes instead of seconds).
[[nodiscard]] inline bool long_run() {
  char const* const value = std::getenv("LIMPID_LONG");
  return value != nullptr && std::string(value) == "1";
}

struct Explained {
  Explanation chunk;
  std::vector<double> expected_value;  ///< [G]

  [[nodiscard]] double value(std::int64_t g, std::int64_t p, std::int64_t r) const {
    return chunk.values[static_cast<std::size_t>((g * chunk.players + p) * chunk.stride + r)];
  }
  [[nodiscard]] double prediction(std::int64_t g, std::int64_t r) const {
    return chunk.predictions[static_cast<std::size_t>(g * chunk.stride + r)];
  }
  /// [G x P] of one row
  [[nodiscard]] std::vector<double> row(std::int64_t r) const {
    std::vector<double> values;
    for (std::int64_t g = 0; g < chunk.outputs; ++g) {
      for (std::int64_t p = 0; p < chunk.players; ++p) values.push_back(value(g, p, r));
    }
    return values;
  }
  /// [G x T] of one row
  [[nodiscard]] std::vector<double> pairs(std::int64_t r) const {
    std::vector<double> values;
    std::int64_t const vectors = chunk.outputs * pair_count(chunk.players);
    for (std::int64_t v = 0; v < vectors; ++v) {
      values.push_back(chunk.interactions[static_cast<std::size_t>(v * chunk.stride + r)]);
    }
    return values;
  }
};

[[nodiscard]] inline Question margin_question() {
  return {Space::kMargin, Method::kInterventional, Algorithm::kLeafTables, 16};
}
[[nodiscard]] inline Question path_dependent_question() {
  return {Space::kMargin, Method::kPathDependent, Algorithm::kLeafTables, 16};
}
[[nodiscard]] inline Question response_question() {
  return {Space::kResponse, Method::kInterventional, Algorithm::kLattice, 16};
}

[[nodiscard]] inline Question with_interactions(Question question) {
  question.interactions = true;
  return question;
}

[[nodiscard]] inline Explained explained(Ensemble const& ensemble, Players const& players, Question const& question,
                                         reference::Rows const& rows, reference::Rows const& background,
                                         std::span<double const> weights = {}) {
  CompiledModel const model = compile(ensemble, players);
  auto const engine = make_cpu_engine(model, question, {background.view(), weights}, serial_for);
  Explained result;
  engine->make_worker()->explain(rows.view(), false, result.chunk);
  result.expected_value = engine->expected_value();
  return result;
}

[[nodiscard]] inline Explained explained(Ensemble const& ensemble, Question const& question,
                                         reference::Rows const& rows, reference::Rows const& background) {
  return explained(ensemble, feature_players(ensemble), question, rows, background);
}

/// Every value within tolerance * max(1, largest |expected|); NaN never is.
[[nodiscard]] inline testing::AssertionResult all_within(std::span<double const> actual,
                                                         std::span<double const> expected, double tolerance) {
  if (actual.size() != expected.size()) return testing::AssertionFailure() << "sizes differ";
  double largest = 1.0;
  for (double const value : expected) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < actual.size(); ++i) {
    double const error = std::abs(actual[i] - expected[i]);
    if (!(error <= tolerance * largest)) {
      return testing::AssertionFailure() << "value " << i << ": " << actual[i] << ", expected " << expected[i]
                                         << ", error " << error << " on a scale of " << largest;
    }
  }
  return testing::AssertionSuccess();
}

}  // namespace limpid
