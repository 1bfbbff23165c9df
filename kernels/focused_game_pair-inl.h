// One pair (row, background row) of focused_game on the CPU at one level. Included once per SIMD target.
#if defined(LIMPID_KERNELS_FOCUSED_GAME_PAIR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_FOCUSED_GAME_PAIR_INL_H_
#undef LIMPID_KERNELS_FOCUSED_GAME_PAIR_INL_H_
#else
#define LIMPID_KERNELS_FOCUSED_GAME_PAIR_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "kernels/focused_game.task.h"
#include "kernels/focused_game_cubes-inl.h"
#include "kernels/focused_game_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class Int, class Real>
class FocusedLattice {
 public:
  using D = GameTag<Int, Real>;
  using Row = focused::Weights::Row;

  explicit FocusedLattice(LatticeGameArgs const& args)
      : args_(args), outputs_(static_cast<std::size_t>(args.outputs)), empty_(outputs_) {}

  /// Shapley values of the pair at a level: values [G x P] of its live players, the others are left alone. REQUIRES:
  /// players.sort(), V > level.
  void play(FocusedPlayers const& players, std::int32_t level, double* values) {
    focused_ = level - 1;
    bits_ = focus_bits(level);
    rest_ = players.order().size() - static_cast<std::size_t>(focused_);
    size_ = std::size_t{1} << bits_;
    reserve();
    make_weights();
    play_focus(players);
    std::fill_n(squares(), 3 * outputs_ * size_, Real{0});  // and the slopes
    for (std::size_t j = 0; j < rest_; ++j) play_rest(j);
    scale_by_slopes();
    for (std::size_t g = 0; g < outputs_; ++g) finish(players, g, values + g * static_cast<std::size_t>(args_.players));
  }

 private:
  void reserve() {
    std::size_t const all = outputs_ * size_;
    base_.reserve(focused::kBaseLattices * all);
    rest_lattices_.reserve(focused::kRestLattices * all);
    games_.reserve(kGames * all);
    changes_.reserve(rest_ * all);
    scratch_.reserve(size_);
    ends_.assign(rest_ * outputs_, 0.0);
  }

  void make_weights() {
    bool const few = rest_ <= 2;
    if (weights_bits_ == bits_ && weights_few_ == few) return;
    weights_bits_ = bits_;
    weights_few_ = few;
    weights_.make(bits_, static_cast<std::int32_t>(rest_));
  }

  /// The games of R all out and all in, and the middle: its margins, or probabilities under softmax.
  void play_focus(FocusedPlayers const& players) {
    std::size_t const all = outputs_ * size_;
    Int* const base = base_.data();
    cubes_.scatter(players, args_.outputs, focused_, bits_, base);
    for (std::size_t w = 0; w < focused::kShared; ++w) {
      add_integers(base + focused::kShared * all, all, base + w * all);
      for (std::size_t g = 0; g < outputs_; ++g) sum_over_subsets(base + w * all + g * size_, bits_);
    }
    for (std::size_t g = 0; g < outputs_; ++g) {
      empty_[g] = lattice::margin_of<Real>(base[g * size_], args_.step[g], args_.base_margin[g]);
    }
    apply_link(args_.link, args_.outputs, empty_.data(), 1);
    link(base + focused::kNone * all, empty_, none());
    link(base + focused::kAll * all, empty_, whole());
    if (is_softmax()) return link(base + focused::kHalf * all, std::vector<Real>(outputs_), middle());
    for (std::size_t g = 0; g < outputs_; ++g) {
      store_margins(base + focused::kHalf * all + g * size_, size_, args_.step[g], args_.base_margin[g],
                    middle() + g * size_);
    }
  }

  void link(Int const* lattices, std::vector<Real> const& empty, Real* game) {
    if constexpr (std::is_same_v<Real, float>) {
      if (is_softmax()) return apply_softmax(args_, lattices, size_, empty.data(), game);
    }
    for (std::size_t g = 0; g < outputs_; ++g) {
      apply_own_link(args_, static_cast<std::int32_t>(g), lattices + g * size_, size_, empty[g], game + g * size_);
    }
  }

  /// Player j of R: its ends, and its change of the margins in the middle.
  void play_rest(std::size_t j) {
    std::size_t const all = outputs_ * size_;
    Int* const own = rest_lattices_.data();
    cubes_.scatter_rest(j, own);
    for (std::size_t i = 0; i < focused::kRestLattices * outputs_; ++i) sum_over_subsets(own + i * size_, bits_);
    add_integers(base_.data() + focused::kNone * all, all, own + focused::kLow * all);
    subtract_integers(base_.data() + focused::kAll * all, all, own + focused::kHigh * all);
    link(own + focused::kLow * all, empty_, low());
    link(own + focused::kHigh * all, empty_, high());
    for (std::size_t g = 0; g < outputs_; ++g) {
      ends_[j * outputs_ + g] = add_ends(g * size_);
      store_margins(own + focused::kMiddle * all + g * size_, size_, args_.step[g], 0.0,
                    changes_.data() + (j * outputs_ + g) * size_);
    }
    if (is_softmax()) take_odds(changes_.data() + j * all);
    for (std::size_t g = 0; g < outputs_; ++g) add_squares(changes_.data() + (j * outputs_ + g) * size_, g * size_);
  }

  /// One output, whose entries begin at `first`: adds to the slopes and returns j's part of its value.
  double add_ends(std::size_t first) {
    D const d;
    for (std::size_t s = 0; s < size_; s += hn::Lanes(d)) {
      std::size_t const at = first + s;
      auto const a = hn::Sub(hn::Load(d, low() + at), hn::Load(d, none() + at));
      auto const b = hn::Sub(hn::Load(d, whole() + at), hn::Load(d, high() + at));
      hn::Store(hn::Add(hn::Load(d, slope_none() + at), a), d, slope_none() + at);
      hn::Store(hn::Add(hn::Load(d, slope_all() + at), b), d, slope_all() + at);
      auto const part = hn::Add(hn::Mul(weights_.of(Row::kRestLow, s), a), hn::Mul(weights_.of(Row::kRestHigh, s), b));
      hn::Store(part, d, scratch_.data() + s);
    }
    return static_cast<double>(sum_by_halving(d, scratch_.data(), size_));
  }

  /// Changes of all margins [G x size] -> of the outputs' log-odds.
  void take_odds(Real* changes) {
    D const d;
    for (std::size_t s = 0; s < size_; s += hn::Lanes(d)) {
      auto mean = hn::Zero(d);
      for (std::size_t at = s; at < outputs_ * size_; at += size_) {
        mean = hn::Add(mean, hn::Mul(hn::Load(d, middle() + at), hn::Load(d, changes + at)));
      }
      for (std::size_t at = s; at < outputs_ * size_; at += size_) {
        hn::Store(odds_change(d, hn::Load(d, changes + at), mean, hn::Load(d, middle() + at)), d, changes + at);
      }
    }
  }

  void add_squares(Real const* changes, std::size_t first) {
    D const d;
    Real* const out = squares() + first;
    for (std::size_t s = 0; s < size_; s += hn::Lanes(d)) {
      auto const change = hn::Load(d, changes + s);
      hn::Store(hn::Add(hn::Load(d, out + s), hn::Mul(change, change)), d, out + s);
    }
  }

  /// squares -> what a change of the margin in the middle counts.
  void scale_by_slopes() {
    D const d;
    for (std::size_t first = 0; first < outputs_ * size_; first += size_) {
      for (std::size_t s = 0; s < size_; s += hn::Lanes(d)) {
        Real* const at = squares() + first + s;
        auto const middle_here = hn::Load(d, middle() + first + s);
        auto const slope = is_softmax() ? mean_odds_slope(d, middle_here, hn::Load(d, at))
                                        : mean_slope(d, args_.link, middle_here, hn::Load(d, at));
        hn::Store(hn::Mul(weights_.of(Row::kRestMiddle, s), slope), d, at);
      }
    }
  }

  void finish(FocusedPlayers const& players, std::size_t g, double* values) {
    double focus_values[focused::kMostFocused + 1];
    double sum = 0.0;
    fold_focus(g, focus_values);
    auto const& order = players.order();
    for (std::size_t i = 0; i < order.size() - rest_; ++i) {
      values[order[i]] = focus_values[i];
      sum += focus_values[i];
    }
    double keys = 0.0;
    auto const key = [&](std::size_t j) {
      return players.margin_key(static_cast<std::int32_t>(g), order[order.size() - rest_ + j]);
    };
    for (std::size_t j = 0; j < rest_; ++j) {
      double& value = values[order[order.size() - rest_ + j]];
      value = ends_[j * outputs_ + g] + middle_part(j, g);
      sum += value;
      keys += focused::size_of(key(j));
    }
    double const lack = static_cast<double>(whole()[(g + 1) * size_ - 1]) - sum;
    for (std::size_t j = 0; j < rest_; ++j) {
      values[order[order.size() - rest_ + j]] +=
          lack * focused::share_of(key(j), keys, static_cast<std::int32_t>(rest_));
    }
  }

  double middle_part(std::size_t j, std::size_t g) {
    D const d;
    Real const* const changes = changes_.data() + (j * outputs_ + g) * size_;
    for (std::size_t s = 0; s < size_; s += hn::Lanes(d)) {
      hn::Store(hn::Mul(hn::Load(d, squares() + g * size_ + s), hn::Load(d, changes + s)), d, scratch_.data() + s);
    }
    return static_cast<double>(sum_by_halving(d, scratch_.data(), size_));
  }

  void fold_focus(std::size_t g, double* values) {
    D const d;
    Real* const common = scratch_.data();
    Real* const member = low();  // no longer needed
    for (std::size_t s = 0; s < size_; s += hn::Lanes(d)) {
      std::size_t const at = g * size_ + s;
      auto const sum = [&](std::int32_t row) {
        auto const term = [&](std::int32_t k, Real const* numbers) {
          return hn::Mul(weights_.of(row + k, s), hn::Load(d, numbers + at));
        };
        return hn::Add(hn::Add(term(0, none()), term(1, slope_none())),
                       hn::Add(term(2, whole()), term(3, slope_all())));
      };
      hn::Store(sum(Row::kCommon), d, common + s);
      hn::Store(sum(Row::kMember), d, member + s);
    }
    auto const subtracted = static_cast<double>(sum_by_halving(d, common, size_));
    fold_members(d, bits_, member, values);
    for (std::int32_t i = 0; i < focused_; ++i) values[i] -= subtracted;
  }

  [[nodiscard]] bool is_softmax() const noexcept { return args_.link == Link::kSoftmax; }

  // [G x 2^b] each, side by side in games_.
  static constexpr std::size_t kGames = 8;
  [[nodiscard]] Real* game(std::size_t index) const noexcept { return games_.data() + index * outputs_ * size_; }
  [[nodiscard]] Real* none() const noexcept { return game(0); }
  [[nodiscard]] Real* whole() const noexcept { return game(1); }
  [[nodiscard]] Real* middle() const noexcept { return game(2); }
  [[nodiscard]] Real* low() const noexcept { return game(3); }
  [[nodiscard]] Real* high() const noexcept { return game(4); }
  [[nodiscard]] Real* squares() const noexcept { return game(5); }
  [[nodiscard]] Real* slope_none() const noexcept { return game(6); }
  [[nodiscard]] Real* slope_all() const noexcept { return game(7); }

  LatticeGameArgs const& args_;
  std::size_t outputs_;
  std::int32_t focused_ = 0;  ///< f
  std::int32_t bits_ = 0;     ///< b, of the lattices
  std::size_t rest_ = 0;
  std::size_t size_ = 0;  ///< 2^b
  std::vector<Real> empty_;
  FocusedCubes<Int> cubes_;
  LaneWeights<D> weights_;
  std::int32_t weights_bits_ = -1;
  bool weights_few_ = false;
  Scratch<Int> base_;           ///< [kBaseLattices x G x 2^b]
  Scratch<Int> rest_lattices_;  ///< [kRestLattices x G x 2^b]
  Scratch<Real> games_;         ///< [kGames x G x 2^b]
  Scratch<Real> changes_;       ///< [r x G x 2^b] of margins, or of log-odds, in the middle
  Scratch<Real> scratch_;       ///< [2^b]
  std::vector<double> ends_;    ///< [r x G] what the ends add to a value
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
