/// Which way each tree's path-dependent values go: leaf tables, quadrature over the tree, or leaf by leaf.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compile/compiled_model.h"

namespace limpid {

/// kTables: every path is short. kQuadrature: by tree_quadrature. kLeaves: paths beyond tables, in a tree too deep for
/// the walk or with covers that are no shares.
enum class TreeRoute : std::uint8_t { kTables, kQuadrature, kLeaves };

/// Deepest tree that is walked: its products and sums of all levels stay within a few megabytes.
inline constexpr std::int32_t kMaxWalkedLevels = 512;

/// What a route depends on.
struct TreeShape {
  std::int32_t levels = 0;   ///< of inner nodes, from the root
  std::int32_t players = 0;  ///< K of the longest path
  std::int32_t points = 0;   ///< nodes of its rule
  std::int64_t splits = 0;
  bool walkable = false;
  double table_cost = 0.0;       ///< nanoseconds for 64 rows, where measured
  double quadrature_cost = 0.0;  ///< nanoseconds for 64 rows, where measured
};

/// Shapes and routes are functions of the model alone: the bytes of the values depend on them.
[[nodiscard]] TreeShape tree_shape(CompiledModel const& model, std::int32_t tree);
[[nodiscard]] TreeRoute tree_route(TreeShape const& shape) noexcept;
[[nodiscard]] std::vector<TreeRoute> path_dependent_routes(CompiledModel const& model);
[[nodiscard]] std::vector<std::int32_t> trees_of(std::vector<TreeRoute> const& routes, TreeRoute route);

/// The leaves of the trees that go another way than `left_out`; blocks stay, with the leaves that are left.
[[nodiscard]] LeafPaths leaves_without(LeafPaths const& paths, std::vector<TreeRoute> const& routes,
                                       TreeRoute left_out);

/// What of a model's margin goes which way, for one method.
class MarginParts {
 public:
  /// The model must outlive it.
  MarginParts(CompiledModel const& model, bool path_dependent);

  [[nodiscard]] LeafPaths const& short_paths() const noexcept { return short_ ? *short_ : model_->short_paths; }
  [[nodiscard]] LeafPaths const& long_paths() const noexcept { return long_ ? *long_ : model_->long_paths; }
  [[nodiscard]] std::vector<std::int32_t> const& quadrature() const noexcept { return quadrature_; }

 private:
  CompiledModel const* model_;
  std::vector<std::int32_t> quadrature_;  ///< trees
  std::optional<LeafPaths> short_;        ///< where some trees are walked: the leaves of the others
  std::optional<LeafPaths> long_;
};

}  // namespace limpid
