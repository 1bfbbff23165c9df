#include "reference/tree_walk.h"

#include <algorithm>
#include <cmath>

namespace limpid::reference {

bool goes_left(Ensemble const& ensemble, Tree const& tree, std::size_t node, std::span<double const> x) {
  double value = x[static_cast<std::size_t>(tree.feature[node])];
  bool const zero = !tree.zero_missing.empty() && tree.zero_missing[node] != 0 && std::abs(value) <= kLargestZero;
  if (std::isnan(value) || zero) return tree.missing_left[node] != 0;
  if (ensemble.input_cast == InputCast::kFloat32) value = static_cast<double>(static_cast<float>(value));
  if (tree.category_set[node] < 0) return value < tree.threshold[node];
  bool const xgboost = ensemble.category_cut == CategoryCut::kNonNegative;
  if (xgboost ? value < 0.0 || value >= 16777216.0 : value <= -1.0 || value >= 2147483648.0) return true;  // in no set
  auto const code = static_cast<std::int32_t>(value);
  auto const& right = tree.sets[static_cast<std::size_t>(tree.category_set[node])];
  return std::find(right.begin(), right.end(), code) == right.end();
}

std::size_t leaf_of(Ensemble const& ensemble, Tree const& tree, std::span<double const> x) {
  std::size_t node = 0;
  while (tree.left[node] >= 0) {
    node = static_cast<std::size_t>(goes_left(ensemble, tree, node, x) ? tree.left[node] : tree.right[node]);
  }
  return node;
}

std::vector<double> margin(Ensemble const& ensemble, std::span<double const> x) {
  std::vector<double> margins = ensemble.base_margin;
  for (Tree const& tree : ensemble.trees) {
    margins[static_cast<std::size_t>(tree.output)] +=
        tree.value[leaf_of(ensemble, tree, x)] * tree.weight / ensemble.divisor;
  }
  return margins;
}

std::vector<double> link(Link link, std::vector<double> margins) {
  if (link == Link::kSigmoid) {
    for (double& m : margins) m = 1.0 / (1.0 + std::exp(-m));
  } else if (link == Link::kExp) {
    for (double& m : margins) m = std::exp(m);
  } else if (link == Link::kSignedSquare) {
    for (double& m : margins) m *= std::abs(m);
  } else if (link == Link::kSoftplus) {
    for (double& m : margins) m = std::max(m, 0.0) + std::log1p(std::exp(-std::abs(m)));
  } else if (link == Link::kSoftmax) {
    double const largest = *std::max_element(margins.begin(), margins.end());
    double sum = 0.0;
    for (double& m : margins) sum += m = std::exp(m - largest);
    for (double& m : margins) m /= sum;
  }
  return margins;
}

std::vector<double> hybrid(std::span<double const> x, std::span<double const> z, std::uint64_t coalition) {
  std::vector<double> row(z.begin(), z.end());
  for (std::size_t f = 0; f < row.size(); ++f) {
    if (((coalition >> f) & 1U) != 0) row[f] = x[f];
  }
  return row;
}

}  // namespace limpid::reference
