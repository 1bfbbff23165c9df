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
      for (std::int32_t g = 0; g < args_.outputs; ++g) estimate(design, g, args_.weight(z), r);
      ++estimated;
    }
    return estimated;
  }

 private:
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
      auto const ends = ends_of(cubes[g], design.words);
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

  /// Values of output g and their variances.
  void estimate(EstimatorView const& design, std::int32_t g, double weight, std::int64_t r) {
    auto const pairs = static_cast<std::size_t>(design.pairs);
    double const* const v = responses_.data() + static_cast<std::size_t>(g) * (2 * pairs + 2);
    std::vector<std::uint32_t> const& players = pair_.players();
    differences_.resize(pairs + 1);
    for (std::size_t p = 0; p < pairs; ++p) differences_[p] = 0.5 * (v[p] - v[pairs + p]);
    differences_[pairs] = v[2 * pairs + 1] - v[2 * pairs];
    phi_.resize(players.size());
    variances_.resize(players.size());
    checks_.resize(static_cast<std::size_t>(design.checks));
    ApplyOperatorArgs apply;
    apply.estimator = design;
    apply.games = 1;
    apply.differences = differences_.data();
    apply.values = phi_.data();
    apply.variances = variances_.data();
    apply.stride = design.players;
    apply.checks = checks_.data();
    apply_operator_cpu(apply);
    for (std::size_t i = 0; i < phi_.size(); ++i) {
      at(all_.sums, g, players[i], r) += weight * phi_[i];
      at(all_.squares, g, players[i], r) += (weight * weight) * variances_[i];
    }
  }

  SampledGameArgs const& all_;
  LatticeGameArgs const& args_;
  LargePair pair_;
  DesignSums sums_;
  std::vector<double> responses_;    ///< [G x (2 q + 2)], then a vector to spare
  std::vector<double> differences_;  ///< [q + 1]
  std::vector<double> phi_;          ///< [V]
  std::vector<double> variances_;    ///< [V]
  std::vector<double> checks_;       ///< those of the estimator
};

void sampled_game(SampledGameArgs const& args) {
  LatticeGameArgs const& lattice = args.lattice;
  RowEstimates estimate(args);
  for (std::int64_t r = 0; r < lattice.rows; ++r) {
    if (!lattice.continues()) {
      args.estimated[r] = 0;
      estimate.start(r);
    }
    if (lattice.largest[r] > lattice.max_players) args.estimated[r] += estimate(r);
  }
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
