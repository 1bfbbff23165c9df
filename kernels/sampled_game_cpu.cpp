// sampled_game on the CPU: the background rows of a row in order, coalitions in SIMD lanes.
#include "kernels/sampled_game.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "kernels/sampled_game.task.h"
#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sampled_game_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/lattice_game_simd-inl.h"
#include "kernels/sampled_game_pair-inl.h"
#include "kernels/sampled_game_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace {

class RowEstimates {
 public:
  explicit RowEstimates(SampledGameArgs const& args) : all_(args), args_(args.lattice), pair_(args.lattice) {}

  void start(std::int64_t r) const {
    for (std::int32_t g = 0; g < args_.outputs; ++g) {
      for (std::uint32_t p = 0; p < static_cast<std::uint32_t>(args_.players); ++p) {
        at(all_.sums, g, p, r) = 0.0;
        at(all_.squares, g, p, r) = 0.0;
        at(all_.doubts, g, p, r) = 0.0;
      }
    }
  }

  /// Row r against the background; returns the pairs that were estimated.
  std::int32_t operator()(std::int64_t r) {
    std::int32_t estimated = 0;
    for (std::int64_t z = 0; z < args_.background_rows; ++z) {
      if (pair_.meet(r, z) <= args_.max_players) continue;
      pair_.order(all_.order_seed, args_.background_begin + z);
      auto const design = all_.estimators->of(static_cast<std::int32_t>(pair_.players().size()));
      observe(design);
      keep(design, args_.weight(z), r);
      ++estimated;
    }
    return estimated;
  }

  /// Adds the values of the pairs that are kept, and their variances, in the order in which they came.
  void estimate() {
    auto const outputs = static_cast<std::size_t>(args_.outputs);
    auto const stride = static_cast<std::size_t>(args_.players);
    phi_.resize(std::max(phi_.size(), count_ * outputs * stride));
    variances_.resize(phi_.size());
    doubts_.resize(phi_.size());
    order_.resize(count_);
    std::iota(order_.begin(), order_.end(), 0);
    std::stable_sort(order_.begin(), order_.end(), [this](std::int32_t m, std::int32_t n) {
      return kept(m).design.players < kept(n).design.players;
    });
    for (std::size_t begin = 0, end = 0; begin < count_; begin = end) {
      while (end < count_ && kept(order_[end]).design.players == kept(order_[begin]).design.players) ++end;
      apply_to(begin, end);
    }
    for (std::size_t n = 0; n < count_; ++n) {
      for (std::int32_t g = 0; g < args_.outputs; ++g) {
        std::size_t from = (n * outputs + static_cast<std::size_t>(g)) * stride;
        Kept const& pair = kept_[n];
        double const square = pair.weight * pair.weight;
        for (std::uint32_t const player : pair.players) {
          at(all_.sums, g, player, pair.row) += pair.weight * phi_[from];
          at(all_.squares, g, player, pair.row) += square * variances_[from];
          at(all_.doubts, g, player, pair.row) += (square * square) * doubts_[from];
          ++from;
        }
      }
    }
    count_ = 0;
    differences_.clear();
  }

 private:
  /// Pairs are kept, so that the operator of as many players is read once for some of them.
  static constexpr std::size_t kMostKept = 16;
  static constexpr std::size_t kMostDifferences = std::size_t{1} << 18U;  ///< 2 MB

  /// A pair whose differences are known.
  struct Kept {
    double weight;
    std::int64_t row;
    EstimatorView design;
    std::size_t differences;             ///< where they begin
    std::vector<std::uint32_t> players;  ///< [V]
  };
  [[nodiscard]] Kept const& kept(std::int32_t n) const noexcept { return kept_[static_cast<std::size_t>(n)]; }

  [[nodiscard]] double& at(double* data, std::int32_t g, std::uint32_t player, std::int64_t r) const {
    return data[(static_cast<std::int64_t>(g) * args_.players + player) * args_.value_stride + r];
  }

  /// Responses of all outputs: coalitions, complements, empty, full.
  void observe(EstimatorView const& design) {
    auto const& cubes = pair_.cubes();
    auto const pairs = static_cast<std::size_t>(design.pairs);
    std::size_t const stride = 2 * pairs + 2;
    responses_.resize(cubes.size() * stride + hn::Lanes(hn::ScalableTag<double>()));
    for (std::size_t g = 0; g < cubes.size(); ++g) {
      sums_.evaluate(design, cubes[g], args_.wide);
      double* const out = responses_.data() + g * stride;
      respond(sums_.coalitions(), pairs, g, out);  // what it writes beyond the pairs is overwritten
      respond(sums_.complements(), pairs, g, out + pairs);
      auto const ends = ends_of(cubes[g]);
      out[2 * pairs] = own_link(margin(ends.empty, g));
      out[2 * pairs + 1] = own_link(margin(ends.full, g));
    }
    if (args_.link != Link::kSoftmax) return;
    for (std::size_t s = 0; s < stride; ++s) {
      apply_link(args_.link, args_.outputs, responses_.data() + s, static_cast<std::int64_t>(stride));
    }
  }

  /// Integers [q] -> responses, or margins where the link is of all outputs; in whole vectors.
  void respond(std::uint64_t const* sums, std::size_t count, std::size_t g, double* out) const {
    hn::ScalableTag<double> const d;
    for (std::size_t p = 0; p < count; p += hn::Lanes(d)) {
      auto const v = own_link_lanes(d, args_.link, margins_of(d, sums + p, args_.step[g], args_.base_margin[g]));
      hn::StoreU(v, d, out + p);
    }
  }
  [[nodiscard]] double own_link(double margin) const {
    return args_.link == Link::kSoftmax ? margin : link_of_one(args_.link, margin);
  }

  [[nodiscard]] double margin(std::uint64_t fixed, std::size_t g) const {
    if (args_.wide) return lattice::margin_of<double>(lattice::Wide{fixed}, args_.step[g], args_.base_margin[g]);
    return lattice::margin_of<double>(static_cast<lattice::Narrow>(fixed), args_.step[g], args_.base_margin[g]);
  }

  void keep(EstimatorView const& design, double weight, std::int64_t r) {
    auto const outputs = static_cast<std::size_t>(args_.outputs);
    auto const pairs = static_cast<std::size_t>(design.pairs);
    std::size_t const begin = differences_.size();
    differences_.resize(begin + outputs * (pairs + 1));
    for (std::size_t g = 0; g < outputs; ++g) {
      double const* const v = responses_.data() + g * (2 * pairs + 2);
      double* const out = differences_.data() + begin + g * (pairs + 1);
      for (std::size_t p = 0; p < pairs; ++p) out[p] = 0.5 * (v[p] - v[pairs + p]);
      out[pairs] = v[2 * pairs + 1] - v[2 * pairs];
    }
    if (kept_.size() == count_) kept_.emplace_back();
    Kept& kept = kept_[count_++];
    kept.weight = weight;
    kept.row = r;
    kept.design = design;
    kept.differences = begin;
    kept.players = pair_.players();
    if (count_ == kMostKept || differences_.size() > kMostDifferences) estimate();
  }

  /// Pairs [begin, end) of order_, which have as many players.
  void apply_to(std::size_t begin, std::size_t end) {
    EstimatorView const& design = kept(order_[begin]).design;
    auto const outputs = static_cast<std::size_t>(args_.outputs);
    std::size_t const of_pair = outputs * (static_cast<std::size_t>(design.pairs) + 1);
    gathered_.clear();
    for (std::size_t i = begin; i < end; ++i) {
      auto const from = differences_.begin() + static_cast<std::ptrdiff_t>(kept(order_[i]).differences);
      gathered_.insert(gathered_.end(), from, from + static_cast<std::ptrdiff_t>(of_pair));
    }
    checks_.resize((end - begin) * outputs * static_cast<std::size_t>(design.checks));
    ApplyOperatorArgs apply;
    apply.estimator = design;
    apply.games = static_cast<std::int64_t>((end - begin) * outputs);
    apply.outputs = args_.outputs;
    apply.differences = gathered_.data();
    apply.slot = order_.data() + begin;
    apply.values = phi_.data();
    apply.variances = variances_.data();
    apply.doubts = doubts_.data();
    apply.stride = args_.players;
    apply.checks = checks_.data();
    apply_operator_cpu(apply);
  }

  SampledGameArgs const& all_;
  LatticeGameArgs const& args_;
  LargePair pair_;
  DesignSums sums_;
  std::vector<double> responses_;    ///< [G x (2 q + 2)], then a vector to spare
  std::vector<Kept> kept_;           ///< the first count_
  std::size_t count_ = 0;            ///< n
  std::vector<double> differences_;  ///< of the kept pairs [G x (q + 1)]
  std::vector<std::int32_t> order_;  ///< [n] by number of players
  std::vector<double> gathered_;     ///< differences of those with as many players
  std::vector<double> phi_;          ///< [n x G x P] their first V
  std::vector<double> variances_;    ///< [n x G x P]
  std::vector<double> doubts_;       ///< [n x G x P]
  std::vector<double> checks_;       ///< of those with as many players [G x those of the estimator]
};

void sampled_game(SampledGameArgs const& args) {
  LatticeGameArgs const& lattice = args.lattice;
  RowEstimates rows(args);
  for (std::int64_t r = 0; r < lattice.rows; ++r) {
    if (!lattice.continues()) {
      args.estimated[r] = 0;
      rows.start(r);
    }
    if (lattice.largest[r] > lattice.max_players) args.estimated[r] += rows(r);
  }
  rows.estimate();
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
namespace {
HWY_EXPORT(sampled_game);
}  // namespace

void sampled_game_cpu(SampledGameArgs const& args) { HWY_DYNAMIC_DISPATCH(sampled_game)(args); }

}  // namespace limpid
#endif
