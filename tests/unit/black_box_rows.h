/// Random rows and a function of them, for games that are too large to enumerate.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "reference/random_model.h"

namespace limpid::test {

inline std::vector<std::vector<double>> random_rows(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  reference::Random random(seed);
  std::vector<std::vector<double>> out(rows, std::vector<double>(columns));
  for (auto& row : out) {
    for (double& value : row) value = random.below(5) * 0.5;
  }
  return out;
}

/// Interactions of three neighbours.
inline std::vector<double> neighbours(std::vector<double> const& row) {
  double sum = 0.0;
  for (std::size_t i = 0; i + 2 < row.size(); ++i) sum += row[i] * row[i + 1] - 0.3 * row[i] * row[i + 2] * row[i + 1];
  return {1.0 / (1.0 + std::exp(-sum / static_cast<double>(row.size())))};
}

}  // namespace limpid::test
