/// Leaves with equal tests, merged: what the games of pairs read (BoxesView). Boosters repeat themselves: a model of
/// small steps can have six leaves for every box.
#pragma once

#include <cstdint>
#include <vector>

#include "compile/compiled_model.h"
#include "compile/layout.h"

namespace limpid {

/// Owner of what BoxesView shows.
struct Boxes {
  std::vector<Test> tests;
  std::vector<BoxTerm> terms;
  std::vector<std::uint32_t> term_begin{0};
  std::vector<std::int64_t> fixed;
  std::vector<std::int64_t> output_begin{0};

  [[nodiscard]] std::int64_t boxes() const noexcept { return static_cast<std::int64_t>(fixed.size()); }
  [[nodiscard]] BoxesView view() const noexcept;
};

/// REQUIRES: model.players <= kMaxBoxPlayers.
[[nodiscard]] Boxes make_boxes(CompiledModel const& model);

}  // namespace limpid
