/// Ensembles and rows drawn from a seed: everything that a loader may hand over, corners included.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "compile/players.h"
#include "explain/engine.h"
#include "limpid/ensemble.h"

namespace limpid::reference {

/// What a random ensemble looks like.
struct ModelShape {
  std::int32_t trees = 10;
  std::int32_t depth = 4;
  std::int32_t features = 8;
  std::int32_t outputs = 1;
  Link link = Link::kIdentity;
  InputCast input_cast = InputCast::kFloat32;
  std::int32_t thresholds = 30;  ///< distinct thresholds per numeric feature to draw from
  std::int32_t categorical = 0;  ///< how many of the features are categorical
  std::int32_t categories = 12;  ///< codes of a categorical feature
  double leaf_early = 0.15;      ///< chance that a node above the full depth is a leaf
  double zero_cover = 0.0;       ///< chance that a subtree has cover 0
  double leaf_scale = 0.3;
  bool covers = true;
  double zero_missing = 0.0;  ///< chance that a node takes zeros as missing
  CategoryCut category_cut = CategoryCut::kNonNegative;
  double divisor = 1.0;
};

/// Draws by the engine alone: the standard's distributions differ between libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::int32_t below(std::int32_t n) { return static_cast<std::int32_t>(engine_() % static_cast<std::uint64_t>(n)); }
  double uniform() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
  bool chance(double p) { return uniform() < p; }

 private:
  std::mt19937_64 engine_;
};

[[nodiscard]] Ensemble random_ensemble(ModelShape const& shape, Random& random);

/// The i-th shape of the grid that the issue asks for: links, outputs, categories, many thresholds, zero covers, long
/// and repeated paths, single leaves. `scale` >= 1 caps trees x leaves.
[[nodiscard]] ModelShape grid_shape(std::uint64_t i, Random& random, double budget_leaves);

/// Features dealt to players, some alone: each player has at least one.
[[nodiscard]] Players random_players(std::size_t features, Random& random);

/// Raw rows as engines read them, and row-wise for the reference.
struct Rows {
  std::int64_t rows = 0;
  std::int64_t stride = 0;
  std::int32_t features = 0;
  std::vector<double> values;  ///< [M x stride]

  [[nodiscard]] RowsView view() const noexcept { return {values.data(), stride, rows}; }
  [[nodiscard]] std::vector<double> row(std::int64_t r) const;
};

/// Values on, beside and between thresholds, missing, +-0, denormal, huge; codes in and out of sets, negative, split;
/// the ends of zero and of the codes where the ensemble's rules have any.
[[nodiscard]] Rows random_rows(Ensemble const& ensemble, std::int64_t rows, Random& random);

}  // namespace limpid::reference
