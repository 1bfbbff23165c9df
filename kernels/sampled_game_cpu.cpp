// sampled_game on the CPU: the background rows of a row in order, coalitions in SIMD lanes.
#include "kernels/sampled_game.h"

#include <algorithm>
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
    if (count_ == 0) return;
    std::size_t const games = count_ * static_cast<std::size_t>(args_.outputs);
    reserve(games);
    ApplyOperatorArgs apply;
    apply.estimator = design_;
    apply.games = static_cast<std::int64_t>(games);
    apply.differences = differences_.data();
    apply.values = phi_.data();
    apply.variances = variances_.data();
    apply.stride = design_.players;
    apply.checks = checks_.data();
    apply_operator_cpu(apply);
    std::size_t from = 0;
    for (std::size_t n = 0; n < count_; ++n) {
      Kept const& pair = kept_[n];
      for (std::int32_t g = 0; g < args_.outputs; ++g) {
        for (std::uint32_t const player : pair.players) {
          at(all_.sums, g, player, pair.row) += pair.weight * phi_[from];
          at(all_.squares, g, player, pair.row) += (pair.weight * pair.weight) * variances_[from];
          ++from;
        }
      }
    }
    count_ = 0;
  }

 private:
  /// Pairs with as many players as the one before are kept, so that the operator is read once for some of them.
  static constexpr std::size_t kMostKept = 8;
  static constexpr std::size_t kMostDifferences = std::size_t{1} << 17U;  ///< 1 MB

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
    Link const link = args_.link;
    for (std::size_t p = 0; p < count; p += hn::Lanes(d)) {
      auto v = margins_of(d, sums + p, args_.step[g], args_.base_margin[g]);
      if (link == Link::kSigmoid) {
        v = limpid_sigmoid_lanes(d, v);
      } else if (link == Link::kExp) {
        v = limpid_exp_lanes(d, v);
      } else if (link == Link::kSignedSquare) {
        v = limpid_signed_square_lanes(d, v);
      } else if (link == Link::kSoftplus) {
        v = limpid_softplus_lanes(d, v);
      }
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

  /// A pair whose differences are known.
  struct Kept {
    double weight;
    std::int64_t row;
    std::vector<std::uint32_t> players;  ///< [V]
  };

  void keep(EstimatorView const& design, double weight, std::int64_t r) {
    auto const outputs = static_cast<std::size_t>(args_.outputs);
    auto const pairs = static_cast<std::size_t>(design.pairs);
    std::size_t const of_pair = outputs * (pairs + 1);
    if (count_ > 0 && design.players != design_.players) estimate();
    design_ = design;
    if (kept_.size() == count_) kept_.emplace_back();
    Kept& kept = kept_[count_];
    kept.weight = weight;
    kept.row = r;
    kept.players = pair_.players();
    differences_.resize(std::max(differences_.size(), (count_ + 1) * of_pair));
    for (std::size_t g = 0; g < outputs; ++g) {
      double const* const v = responses_.data() + g * (2 * pairs + 2);
      double* const out = differences_.data() + count_ * of_pair + g * (pairs + 1);
      for (std::size_t p = 0; p < pairs; ++p) out[p] = 0.5 * (v[p] - v[pairs + p]);
      out[pairs] = v[2 * pairs + 1] - v[2 * pairs];
    }
    ++count_;
    if (count_ == kMostKept || (count_ + 1) * of_pair > kMostDifferences) estimate();
  }

  void reserve(std::size_t games) {
    auto const live = static_cast<std::size_t>(design_.players);
    phi_.resize(std::max(phi_.size(), games * live));
    variances_.resize(phi_.size());
    checks_.resize(std::max(checks_.size(), games * static_cast<std::size_t>(design_.checks)));
  }

  SampledGameArgs const& all_;
  LatticeGameArgs const& args_;
  LargePair pair_;
  DesignSums sums_;
  std::vector<double> responses_;    ///< [G x (2 q + 2)], then a vector to spare
  EstimatorView design_;             ///< of the pairs that are kept
  std::vector<Kept> kept_;           ///< the first count_
  std::size_t count_ = 0;            ///< n
  std::vector<double> differences_;  ///< [n x G x (q + 1)]
  std::vector<double> phi_;          ///< [n x G x V]
  std::vector<double> variances_;    ///< [n x G x V]
  std::vector<double> checks_;       ///< [n x G x those of the estimator]
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
