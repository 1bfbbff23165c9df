// What paths of more players than a word has bits change: how path-dependent values go, and where games are played.
#include <fmt/core.h>

#include "explain/engine_common.h"
#include "explain/tree_routes.h"
#include "limpid/error.h"

namespace limpid {
namespace {

static_assert(kMaxWidePlayers == 64 * kMaxPatternWords);

bool every_wide_tree_is_walked(CompiledModel const& model) {
  for (std::int32_t t = 0; t < static_cast<std::int32_t>(model.tree_output.size()); ++t) {
    TreeShape const shape = tree_shape(model, t);
    if (shape.players > kMaxLongPlayers && !shape.walkable) return false;
  }
  return true;
}

}  // namespace

void check_paths(CompiledModel const& model, Question const& question) {
  WidePaths const& wide = model.wide_paths;
  if (wide.paths.leaves() == 0 || question.method != Method::kPathDependent) return;
  if (every_wide_tree_is_walked(model)) return;
  char const* const what = model.players == model.features ? "features" : "players";
  throw Error("model.tree",
              fmt::format("tree {} has a path that tests {} different {}, at most {} are supported by this method",
                          wide.tree, wide.players, what, kMaxLongPlayers),
              fmt::format("tree {}, leaf {}", wide.tree, wide.node),
              "use --method interventional, train with a smaller max_depth, or group features");
}

bool plays_on_host(CompiledModel const& model, Question const& question) noexcept {
  return question.algorithm == Algorithm::kLattice && model.wide_paths.paths.leaves() != 0;
}

}  // namespace limpid
