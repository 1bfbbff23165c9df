/// focused_game the slow way, by the steps of its task.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "kernels/focused_game.task.h"
#include "kernels/lattice_oracle.h"

namespace limpid::tests {

/// Live players in the order of their keys, and their keys.
struct KeyedPlayers {
  std::vector<std::int32_t> order;         ///< [V]
  std::vector<std::int64_t> margin_keys;   ///< [G x P]
  std::vector<std::uint64_t> weight_keys;  ///< [P]
};

inline KeyedPlayers keyed_players(LatticeGameArgs const& args, std::int64_t r, std::int64_t z) {
  KeyedPlayers keyed;
  keyed.weight_keys.resize(static_cast<std::size_t>(args.players));
  keyed.margin_keys.resize(static_cast<std::size_t>(args.outputs * args.players));
  std::vector<bool> live(keyed.weight_keys.size());
  auto const add = [&](PathsView const& paths, auto const* row, auto const* background) {
    for (std::int64_t l = 0; l < paths.leaves; ++l) {
      if (!lattice::is_alive(row[l], background[l])) continue;
      auto const cube = lattice::cube_of(row[l], background[l]);
      auto const output = static_cast<std::int32_t>(paths.output[l]);
      double const scale = focused::key_scale(args, output);
      for (std::uint32_t q = 0; q < paths.player_begin[l + 1] - paths.player_begin[l]; ++q) {
        bool const inside = ((cube.inside >> q) & 1) != 0;
        if (!inside && ((cube.outside >> q) & 1) == 0) continue;
        auto const p = static_cast<std::size_t>(paths.players[paths.player_begin[l] + q]);
        live[p] = true;
        keyed.weight_keys[p] += focused::weight_key(paths.fixed[l], scale);
        keyed.margin_keys[static_cast<std::size_t>(output * args.players) + p] +=
            focused::margin_key(paths.fixed[l], scale,
                                focused::margin_share(std::popcount(cube.inside), std::popcount(cube.outside), inside));
      }
    }
  };
  add(args.short_paths, args.row_bytes + r * args.byte_stride, args.background_bytes + z * args.byte_stride);
  add(args.long_paths, args.row_words + r * args.long_paths.leaves, args.background_words + z * args.long_paths.leaves);
  for (std::int32_t p = 0; p < args.players; ++p) {
    if (live[static_cast<std::size_t>(p)]) keyed.order.push_back(p);
  }
  std::sort(keyed.order.begin(), keyed.order.end(),
            [&](std::int32_t p, std::int32_t q) { return focused::comes_before(keyed.weight_keys.data(), p, q); });
  return keyed;
}

/// One pair at one level by the steps of the task.
template <class Int, class Real>
class FocusByTask {
 public:
  FocusByTask(LatticeGameArgs const& args, std::int64_t r, std::int64_t z, std::int32_t level)
      : args_(args),
        keyed_(keyed_players(args, r, z)),
        focused_(level - 1),
        bits_(focus_bits(level)),
        rest_(static_cast<std::int32_t>(keyed_.order.size()) - focused_),
        size_(std::size_t{1} << bits_),
        all_(static_cast<std::size_t>(args.outputs) * size_),
        weights_(focused::make_weights(bits_, rest_)),
        roles_(static_cast<std::size_t>(args.players), -1),
        base_(focused::kBaseLattices, std::vector<Int>(all_)),
        own_(static_cast<std::size_t>(rest_), std::vector<std::vector<Int>>(focused::kRestLattices, base_[0])) {
    for (std::size_t i = 0; i < keyed_.order.size(); ++i) {
      roles_[static_cast<std::size_t>(keyed_.order[i])] = static_cast<std::int32_t>(i);
    }
    scatter(args.short_paths, args.row_bytes + r * args.byte_stride, args.background_bytes + z * args.byte_stride);
    scatter(args.long_paths, args.row_words + r * args.long_paths.leaves,
            args.background_words + z * args.long_paths.leaves);
  }

  /// [G x P]
  std::vector<double> values() {
    auto const outputs = static_cast<std::size_t>(args_.outputs);
    std::vector<double> out(outputs * static_cast<std::size_t>(args_.players));
    finish_lattices();
    auto const none = linked(base_[focused::kNone], true);
    auto const whole = linked(base_[focused::kAll], true);
    auto const middle =
        args_.link == Link::kSoftmax ? linked(base_[focused::kHalf], false) : margins(base_[focused::kHalf], true);
    std::vector<Real> slope_none(all_), slope_all(all_), squares(all_);
    std::vector<std::vector<Real>> changes;
    std::vector<double> ends;
    for (auto const& own : own_) {
      auto const low = linked(own[focused::kLow], true);
      auto const high = linked(own[focused::kHigh], true);
      for (std::size_t g = 0; g < outputs; ++g) {
        std::vector<Real> part(size_);
        for (std::size_t s = 0; s < size_; ++s) {
          std::size_t const i = g * size_ + s;
          Real const a = low[i] - none[i];
          Real const b = whole[i] - high[i];
          slope_none[i] += a;
          slope_all[i] += b;
          part[s] = weight(focused::Weights::kRestLow, s) * a + weight(focused::Weights::kRestHigh, s) * b;
        }
        ends.push_back(static_cast<double>(lattice::sum_by_halving(part.data(), static_cast<std::uint32_t>(size_))));
      }
      changes.push_back(margins(own[focused::kMiddle], false));
      if (args_.link == Link::kSoftmax) take_odds(middle, changes.back());
      for (std::size_t i = 0; i < all_; ++i) squares[i] += changes.back()[i] * changes.back()[i];
    }
    take_slopes(middle, squares);
    for (std::size_t g = 0; g < outputs; ++g) {
      std::span<double> const of_output(out.data() + g * static_cast<std::size_t>(args_.players),
                                        static_cast<std::size_t>(args_.players));
      double const sum = fold_focus(g, none, slope_none, whole, slope_all, of_output.data());
      finish_rest(g, sum, static_cast<double>(whole[(g + 1) * size_ - 1]), squares, changes, ends, of_output);
    }
    return out;
  }

 private:
  /// Sums of squares of the changes -> what a change at t = 1/2 counts.
  void take_slopes(std::vector<Real> const& middle, std::vector<Real>& squares) const {
    for (std::size_t i = 0; i < all_; ++i) {
      Real const slope = args_.link == Link::kSoftmax ? focused::mean_odds_slope(middle[i], squares[i])
                                                      : focused::mean_slope(args_.link, middle[i], squares[i]);
      squares[i] = weight(focused::Weights::kRestMiddle, i % size_) * slope;
    }
  }

  template <class Pattern>
  void scatter(PathsView const& paths, Pattern const* row, Pattern const* background) {
    for (std::int64_t l = 0; l < paths.leaves; ++l) {
      if (!lattice::is_alive(row[l], background[l])) continue;
      auto const cube = lattice::cube_of(row[l], background[l]);
      auto const* const players = paths.players + paths.player_begin[l];
      auto const roles = focused::role_cube(cube.inside, cube.outside, players, roles_.data(), focused_);
      std::size_t const first = paths.output[l] * size_;
      auto const add_to = [&](std::vector<Int>& lattice, Int value) {
        lattice::scatter_cube(roles.inside, roles.outside, value,
                              [&](std::uint32_t s, Int term) { lattice[first + s] += term; });
      };
      focused::for_base_lattices<Int>(
          roles, paths.fixed[l], [&](std::int32_t w, Int value) { add_to(base_[static_cast<std::size_t>(w)], value); });
      for (std::uint32_t q = 0; q < paths.player_begin[l + 1] - paths.player_begin[l]; ++q) {
        bool const inside = ((cube.inside >> q) & 1) != 0;
        std::int32_t const role = roles_[players[q]];
        if (role < focused_ || (!inside && ((cube.outside >> q) & 1) == 0)) continue;
        focused::for_rest_lattices<Int>(roles, inside, paths.fixed[l], [&](std::int32_t w, Int value) {
          add_to(own_[static_cast<std::size_t>(role - focused_)][static_cast<std::size_t>(w)], value);
        });
      }
    }
  }

  void finish_lattices() {
    auto const sum = [this](std::vector<Int>& lattice) {
      for (std::size_t first = 0; first < all_; first += size_) {
        lattice::sum_over_subsets(lattice.data() + first, bits_);
      }
    };
    for (auto& lattice : base_) sum(lattice);
    for (std::size_t w = 0; w < focused::kShared; ++w) {
      for (std::size_t i = 0; i < all_; ++i) base_[w][i] += base_[focused::kShared][i];
    }
    for (auto& own : own_) {
      for (auto& lattice : own) sum(lattice);
      for (std::size_t i = 0; i < all_; ++i) own[focused::kLow][i] += base_[focused::kNone][i];
      for (std::size_t i = 0; i < all_; ++i) own[focused::kHigh][i] = base_[focused::kAll][i] - own[focused::kHigh][i];
    }
  }

  [[nodiscard]] std::vector<Real> margins(std::vector<Int> const& lattice, bool with_base) const {
    std::vector<Real> out(all_);
    for (std::size_t i = 0; i < all_; ++i) {
      std::size_t const g = i / size_;
      out[i] = lattice::margin_of<Real>(lattice[i], args_.step[g], with_base ? args_.base_margin[g] : 0.0);
    }
    return out;
  }

  /// Responses, less those of the empty coalition.
  [[nodiscard]] std::vector<Real> linked(std::vector<Int> const& lattice, bool less_empty) const {
    auto out = margins(lattice, true);
    auto empty = margins(base_[focused::kNone], true);
    for (std::size_t s = 0; s < size_; ++s) {
      apply_link(args_.link, args_.outputs, out.data() + s, static_cast<std::int64_t>(size_));
    }
    apply_link(args_.link, args_.outputs, empty.data(), static_cast<std::int64_t>(size_));
    for (std::size_t i = 0; i < all_; ++i) out[i] -= less_empty ? empty[i / size_ * size_] : Real{0};
    return out;
  }

  void take_odds(std::vector<Real> const& p, std::vector<Real>& changes) const {
    for (std::size_t s = 0; s < size_; ++s) {
      Real mean = 0;
      for (std::size_t i = s; i < all_; i += size_) mean += p[i] * changes[i];
      for (std::size_t i = s; i < all_; i += size_) changes[i] = focused::odds_change(changes[i], mean, p[i]);
    }
  }

  [[nodiscard]] Real weight(std::int32_t row, std::size_t s) const {
    return static_cast<Real>(weights_.of[row][std::popcount(s)]);
  }

  /// Returns the sum of the focused values.
  double fold_focus(std::size_t g, std::vector<Real> const& none, std::vector<Real> const& slope_none,
                    std::vector<Real> const& whole, std::vector<Real> const& slope_all, double* values) const {
    auto const entries = [&](std::int32_t row) {
      std::vector<Real> out(size_);
      for (std::size_t s = 0; s < size_; ++s) {
        std::size_t const i = g * size_ + s;
        out[s] = focused::weighted(weight(row, s), none[i], weight(row + 1, s), slope_none[i], weight(row + 2, s),
                                   whole[i], weight(row + 3, s), slope_all[i]);
      }
      return out;
    };
    auto common = entries(focused::Weights::kCommon);
    auto member = entries(focused::Weights::kMember);
    auto const subtracted =
        static_cast<double>(lattice::sum_by_halving(common.data(), static_cast<std::uint32_t>(size_)));
    double sums[32];
    lattice::fold_members(member.data(), bits_, sums);
    double total = 0.0;
    for (std::int32_t i = 0; i < focused_; ++i) {
      double const value = sums[i] - subtracted;
      values[keyed_.order[static_cast<std::size_t>(i)]] = value;
      total += value;
    }
    return total;
  }

  void finish_rest(std::size_t g, double sum, double whole, std::vector<Real> const& scales,
                   std::vector<std::vector<Real>> const& changes, std::vector<double> const& ends,
                   std::span<double> values) {
    auto const outputs = static_cast<std::size_t>(args_.outputs);
    double keys = 0.0;
    auto const player = [&](std::size_t j) {
      return static_cast<std::size_t>(keyed_.order[static_cast<std::size_t>(focused_) + j]);
    };
    auto const key = [&](std::size_t j) {
      return keyed_.margin_keys[g * static_cast<std::size_t>(args_.players) + player(j)];
    };
    for (std::size_t j = 0; j < changes.size(); ++j) {
      std::vector<Real> part(size_);
      for (std::size_t s = 0; s < size_; ++s) part[s] = scales[g * size_ + s] * changes[j][g * size_ + s];
      double const middle =
          static_cast<double>(lattice::sum_by_halving(part.data(), static_cast<std::uint32_t>(size_)));
      double const value = ends[j * outputs + g] + middle;
      values[player(j)] = value;
      sum += value;
      keys += focused::size_of(key(j));
    }
    double const lack = whole - sum;
    for (std::size_t j = 0; j < changes.size(); ++j) values[player(j)] += lack * focused::share_of(key(j), keys, rest_);
  }

  LatticeGameArgs const& args_;
  KeyedPlayers keyed_;
  std::int32_t focused_;
  std::int32_t bits_;
  std::int32_t rest_;
  std::size_t size_;
  std::size_t all_;
  focused::Weights weights_;
  std::vector<std::int32_t> roles_;
  std::vector<std::vector<Int>> base_;              ///< [kBaseLattices][G x 2^b]
  std::vector<std::vector<std::vector<Int>>> own_;  ///< [r][kRestLattices][G x 2^b]
};

}  // namespace limpid::tests
