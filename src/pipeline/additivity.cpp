#include "pipeline/additivity.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace limpid {
namespace {

constexpr double kRelativeTolerance = 1e-6;

// error / tolerance > other's, without dividing by a tolerance of 0 (a model of no trees).
bool worse(Additivity const& a, Additivity const& b) noexcept {
  return b.row < 0 || a.error * b.tolerance > b.error * a.tolerance ||
         (a.tolerance == 0.0 && b.tolerance == 0.0 && a.error > b.error);
}

/// Adds `times` the n-th vector to the rows' sums.
void add(Explanation const& chunk, std::vector<double> const& vectors, std::int64_t n, double times,
         std::vector<double>& sums) {
  double const* const values = vectors.data() + n * chunk.stride;
  for (std::int64_t r = 0; r < chunk.rows; ++r) sums[static_cast<std::size_t>(r)] += times * values[r];
}

/// The rows' sums of output g against their predictions.
void check_sums(AdditivityRule const& rule, Explanation const& chunk, std::int32_t g, std::vector<double> const& sums,
                std::int64_t first_row, Additivity& worst) {
  double const base = rule.base[static_cast<std::size_t>(g)];
  double const* predictions = chunk.predictions.data() + g * chunk.stride;
  for (std::int64_t r = 0; r < chunk.rows; ++r) {
    double const error = std::abs(sums[static_cast<std::size_t>(r)] - predictions[r]);
    double tolerance = rule.tolerance[static_cast<std::size_t>(g)];
    if (rule.relative) {
      tolerance = std::max(tolerance, kRelativeTolerance * std::max(std::abs(predictions[r]), std::abs(base)));
    }
    bool const finite = std::isfinite(error) && std::isfinite(tolerance);
    Additivity const row{finite ? error : std::numeric_limits<double>::max(), finite ? tolerance : 1.0, first_row + r,
                         g};
    if (worse(row, worst)) worst = row;
  }
}

}  // namespace

AdditivityRule additivity_rule(CompiledModel const& model, Question const& question,
                               std::span<double const> expected_value) {
  AdditivityRule rule;
  rule.base.assign(expected_value.begin(), expected_value.end());
  bool const margin = question.space == Space::kMargin || model.link == Link::kIdentity;
  bool const probability = model.link == Link::kSigmoid || model.link == Link::kSoftmax;
  rule.relative = !margin;
  for (std::size_t g = 0; g < rule.base.size(); ++g) {
    double const scale = margin ? std::abs(rule.base[g]) + model.margin_range[g] : probability ? 1.0 : 0.0;
    rule.tolerance.push_back(kRelativeTolerance * scale);
  }
  return rule;
}

AdditivityRule mean_rule(std::span<AdditivityRule const> members) {
  AdditivityRule rule = members.front();
  for (std::size_t g = 0; g < rule.tolerance.size(); ++g) {
    double sum = 0.0;
    for (auto const& member : members) sum += member.tolerance[g];
    rule.tolerance[g] = sum / static_cast<double>(members.size());
  }
  return rule;
}

void Additivity::merge(Additivity const& later) noexcept {
  if (later.row >= 0 && worse(later, *this)) *this = later;
}

Additivity check_additivity(AdditivityRule const& rule, Explanation const& chunk, std::int64_t first_row) {
  Additivity worst;
  std::vector<double> sums(static_cast<std::size_t>(chunk.stride));  // [R] base + phi, players in order
  for (std::int32_t g = 0; g < chunk.outputs; ++g) {
    std::fill(sums.begin(), sums.end(), rule.base[static_cast<std::size_t>(g)]);
    for (std::int32_t p = 0; p < chunk.players; ++p) add(chunk, chunk.values, g * chunk.players + p, 1.0, sums);
    check_sums(rule, chunk, g, sums, first_row, worst);
    if (chunk.interactions.empty()) continue;
    std::fill(sums.begin(), sums.end(), rule.base[static_cast<std::size_t>(g)]);
    for (std::int64_t i = 0; i < chunk.players; ++i) {
      for (std::int64_t j = i; j < chunk.players; ++j) {
        auto const pair = g * pair_count(chunk.players) + pair_index(chunk.players, i, j);
        add(chunk, chunk.interactions, pair, i == j ? 1.0 : 2.0, sums);
      }
    }
    check_sums(rule, chunk, g, sums, first_row, worst);
  }
  return worst;
}

}  // namespace limpid
