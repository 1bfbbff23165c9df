/// Trees in the form that tree_quadrature walks, and which trees go that way.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "compile/compiled_model.h"
#include "explain/engine.h"
#include "kernels/tree_quadrature.h"

namespace limpid {

/// Owner of what a QuadratureView views.
struct QuadratureTrees {
  std::vector<QuadratureTree> trees;
  std::vector<QuadratureSplit> splits;
  std::vector<QuadratureStep> steps;
  std::vector<std::uint32_t> players;
  std::vector<float> floats;
  std::vector<double> doubles;

  [[nodiscard]] QuadratureView view(Test const* tests) const noexcept;
};

/// REQUIRES: the trees are walkable (tree_routes.h).
[[nodiscard]] QuadratureTrees make_quadrature_trees(CompiledModel const& model, std::span<std::int32_t const> trees);

/// The trees of a question by groups. When all groups together are larger than the budget none is kept, and each chunk
/// of rows makes them again, group by group: slower, same bits.
class QuadratureGroups {
 public:
  static constexpr std::size_t kBudget = std::size_t{512} << 20U;  ///< bytes

  QuadratureGroups() = default;
  /// The model must outlive it.
  QuadratureGroups(CompiledModel const& model, std::span<std::int32_t const> trees, ParallelFor const& parallel_for,
                   std::size_t budget = kBudget);
  /// Calls body(trees of a group) in the order of the trees.
  void for_each(std::function<void(QuadratureTrees const&)> const& body) const;

 private:
  [[nodiscard]] std::span<std::int32_t const> group(std::size_t index) const noexcept;

  CompiledModel const* model_ = nullptr;
  std::vector<std::int32_t> trees_;
  std::vector<std::size_t> begin_{0};  ///< of each group, in trees_; ends with their number
  std::vector<QuadratureTrees> kept_;  ///< [groups], or empty
};

}  // namespace limpid
