#include "tree_elements.h"

#include <algorithm>
#include <limits>

namespace limpid::bench {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Depth first: `above`, the tests on the way to `node`, is as it was when this returns.
void add_paths(Ensemble const& ensemble, Tree const& tree, std::size_t node, std::vector<PathElement>& above,
               std::int64_t& paths, std::vector<PathElement>& elements) {
  if (tree.left[node] < 0) {
    auto const value = static_cast<float>(tree.weight * tree.value[node] / ensemble.divisor);
    elements.push_back({paths, -1, tree.output, -kInfinity, kInfinity, true, 1.0, value});
    for (PathElement element : above) {
      element.path = paths;
      element.value = value;
      elements.push_back(element);
    }
    ++paths;
    return;
  }
  auto const threshold = static_cast<float>(tree.threshold[node]);
  for (bool const is_left : {true, false}) {
    auto const child = static_cast<std::size_t>(is_left ? tree.left[node] : tree.right[node]);
    above.push_back({0, tree.feature[node], tree.output, is_left ? -kInfinity : threshold,
                     is_left ? threshold : kInfinity, (tree.missing_left[node] != 0) == is_left,
                     tree.cover[child] / tree.cover[node], 0.0F});
    add_paths(ensemble, tree, child, above, paths, elements);
    above.pop_back();
  }
}

}  // namespace

std::vector<PathElement> path_elements(Ensemble const& ensemble) {
  std::vector<PathElement> elements;
  std::vector<PathElement> above;
  std::int64_t paths = 0;
  for (Tree const& tree : ensemble.trees) add_paths(ensemble, tree, 0, above, paths, elements);
  return elements;
}

FloatRows float_rows(RowsView rows, std::int32_t features) {
  FloatRows result{{}, rows.rows, features};
  result.values.resize(static_cast<std::size_t>(rows.rows * features));
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    for (std::int32_t f = 0; f < features; ++f) {
      auto const value = static_cast<float>(rows.data[f * rows.stride + r]);
      bool const is_infinite = value == kInfinity;
      result.values[static_cast<std::size_t>(r * features + f)] =
          is_infinite ? std::numeric_limits<float>::max() : value;
    }
  }
  return result;
}

}  // namespace limpid::bench
