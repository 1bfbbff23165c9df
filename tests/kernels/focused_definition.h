/// A pair's values at a level of focused_game by definition: coalition values of players by name, means over all
/// subsets of the remaining players, integrals over t by Simpson's rule.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/focused_oracle.h"

namespace limpid::tests {

inline double simpson(std::vector<double> const& values) {
  double sum = values.front() + values.back();
  for (std::size_t i = 1; i + 1 < values.size(); ++i) sum += (i % 2 == 1 ? 4.0 : 2.0) * values[i];
  return sum / (3.0 * static_cast<double>(values.size() - 1));
}

class FocusDefinition {
 public:
  FocusDefinition(LatticeGameArgs const& args, std::int64_t r, std::int64_t z, std::int32_t level)
      : args_(args), cubes_(cubes_of(args, r, z)) {
    auto const keyed = keyed_players(args, r, z);
    for (std::size_t i = 0; i < keyed.order.size(); ++i) {
      bool const is_focus = static_cast<std::int32_t>(i) < level - 1;
      (is_focus ? focus_ : rest_).push_back(keyed.order[i]);
      (is_focus ? focus_mask_ : rest_mask_) |= bit(keyed.order[i]);
      if (!is_focus)
        keys_.push_back(std::fabs(static_cast<double>(keyed.margin_keys[static_cast<std::size_t>(keyed.order[i])])));
    }
  }

  /// Of output 0. REQUIRES: one output, more than two players in R.
  [[nodiscard]] std::vector<double> values() const {
    std::vector<std::vector<double>> sums(static_cast<std::size_t>(args_.players), std::vector<double>(kNodes));
    auto const f = static_cast<double>(focus_.size());
    for (std::uint64_t set = focus_mask_;; set = (set - 1) & focus_mask_) {
      add(set, static_cast<double>(std::popcount(set)), f, sums);
      if (set == 0) break;
    }
    std::vector<double> out;
    out.reserve(sums.size());
    for (auto const& integrand : sums) out.push_back(simpson(integrand));
    double lack = v(focus_mask_ | rest_mask_) - v(0);
    double keys = 0.0;
    for (double const value : out) lack -= value;
    for (double const key : keys_) keys += key;
    for (std::size_t j = 0; j < rest_.size(); ++j) out[static_cast<std::size_t>(rest_[j])] += lack * keys_[j] / keys;
    return out;
  }

 private:
  static constexpr std::size_t kNodes = 401;
  static std::uint64_t bit(std::int32_t player) { return std::uint64_t{1} << player; }

  [[nodiscard]] double margin(std::uint64_t coalition) const {
    double sum = args_.base_margin[0];
    for (auto const& cube : cubes_) {
      if ((cube.inside & ~coalition) == 0 && (cube.outside & coalition) == 0) sum += cube.value;
    }
    return sum;
  }
  [[nodiscard]] double v(std::uint64_t coalition) const { return response(args_.link, {margin(coalition)}, 0); }

  /// Mean margin over the subsets of `free`, beside the coalition.
  [[nodiscard]] double mean_margin(std::uint64_t coalition, std::uint64_t free) const {
    double sum = 0.0;
    for (std::uint64_t set = free;; set = (set - 1) & free) {
      sum += margin(coalition | set);
      if (set == 0) break;
    }
    return sum / std::exp2(std::popcount(free));
  }

  void add(std::uint64_t set, double s, double f, std::vector<std::vector<double>>& sums) const {
    double const none = v(set);
    double const whole = v(set | rest_mask_);
    double slope_none = 0.0, slope_whole = 0.0, squares = 0.0;
    std::vector<double> a, b, change;
    for (std::int32_t const j : rest_) {
      a.push_back(v(set | bit(j)) - none);
      b.push_back(whole - v((set | rest_mask_) & ~bit(j)));
      change.push_back(mean_margin(set | bit(j), rest_mask_ & ~bit(j)) - mean_margin(set, rest_mask_ & ~bit(j)));
      slope_none += a.back();
      slope_whole += b.back();
      squares += change.back() * change.back();
    }
    double const middle = mean_margin(set, rest_mask_);
    double const sd = std::sqrt(squares) / 2;
    double const slope = (derivative(middle - sd) + derivative(middle + sd)) / 2;
    for (std::size_t n = 0; n < kNodes; ++n) {
      double const t = static_cast<double>(n) / (kNodes - 1);
      double const h = none * (1 - 3 * t * t + 2 * t * t * t) + slope_none * (t - 2 * t * t + t * t * t) +
                       whole * (3 * t * t - 2 * t * t * t) + slope_whole * (t * t * t - t * t);
      for (std::int32_t const i : focus_) {
        bool const in = (set & bit(i)) != 0;
        double const others = in ? s - 1 : s;
        double const weight = std::pow(t, others) * std::pow(1 - t, f - 1 - others);
        sums[static_cast<std::size_t>(i)][n] += in ? weight * h : -weight * h;
      }
      double const weight = std::pow(t, s) * std::pow(1 - t, f - s);
      for (std::size_t j = 0; j < rest_.size(); ++j) {
        double const d = a[j] * (1 - t) * (1 - 2 * t) + b[j] * t * (2 * t - 1) + slope * change[j] * 4 * t * (1 - t);
        sums[static_cast<std::size_t>(rest_[j])][n] += weight * d;
      }
    }
  }

  [[nodiscard]] double derivative(double x) const {
    double const width = 1e-4;
    return (response(args_.link, {x + width}, 0) - response(args_.link, {x - width}, 0)) / (2 * width);
  }

  LatticeGameArgs const& args_;
  std::vector<PlayerCube> cubes_;
  std::vector<std::int32_t> focus_, rest_;
  std::vector<double> keys_;
  std::uint64_t focus_mask_ = 0, rest_mask_ = 0;
};

}  // namespace limpid::tests
