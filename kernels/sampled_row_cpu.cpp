// sampled_row on the CPU: the background rows in order, coalitions in SIMD lanes.
#include "kernels/sampled_row.h"

#include <algorithm>
#include <vector>

#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sampled_row_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/row_game_simd-inl.h"
#include "kernels/sampled_game_pair-inl.h"
#include "kernels/sampled_game_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace {

template <class Int>
class RowSums {
 public:
  explicit RowSums(SampledRowArgs const& args)
      : all_(args),
        args_(args.lattice),
        entries_(static_cast<std::size_t>(args.entries())),
        padded_((entries_ + kPadding - 1) / kPadding * kPadding),
        pair_(args.lattice) {
    auto const size = padded_ * static_cast<std::size_t>(args_.outputs);
    std::fill_n(integers_.reserve(size), size, Int{0});
    (void)chance_.reserve(size);
    (void)against_.reserve(size);
  }

  void add(std::int64_t z) {
    (void)pair_.meet(0, z);
    pair_.order_as(all_.players);
    auto const& cubes = pair_.cubes();
    auto const pairs = static_cast<std::size_t>(all_.design.pairs);
    for (std::size_t g = 0; g < cubes.size(); ++g) {
      sums_.evaluate(all_.design, cubes[g], args_.wide);
      Int* const out = integers_.data() + g * padded_;
      for (std::size_t p = 0; p < pairs; ++p) {
        out[p] = static_cast<Int>(sums_.coalitions()[p]);
        out[pairs + p] = static_cast<Int>(sums_.complements()[p]);
      }
      auto const ends = ends_of(cubes[g]);
      out[2 * pairs] = static_cast<Int>(ends.empty);
      out[2 * pairs + 1] = static_cast<Int>(ends.full);
    }
    apply_odds(args_.weight(z));
    for (std::size_t g = 0; g < cubes.size(); ++g) {
      add_to(chance_.data() + g * padded_, all_.chance + g * entries_);
      add_to(against_.data() + g * padded_, all_.against + g * entries_);
    }
  }

 private:
  static constexpr std::size_t kPadding = 16;  ///< whole vectors on every target

  void apply_odds(double weight) {
    if (args_.link == Link::kSoftmax) {
      return softmax_pair_odds(args_, integers_.data(), padded_, weight, chance_.data(), against_.data());
    }
    for (std::int32_t g = 0; g < args_.outputs; ++g) {
      std::size_t const at = static_cast<std::size_t>(g) * padded_;
      sigmoid_pair_odds(args_, g, integers_.data() + at, padded_, weight, chance_.data() + at, against_.data() + at);
    }
  }

  void add_to(double const* HWY_RESTRICT terms, double* HWY_RESTRICT sums) const {
    for (std::size_t s = 0; s < entries_; ++s) sums[s] += terms[s];
  }

  SampledRowArgs const& all_;
  LatticeGameArgs const& args_;
  std::size_t entries_;
  std::size_t padded_;
  LargePair pair_;
  DesignSums sums_;
  Scratch<Int> integers_;    ///< [G x padded]
  Scratch<double> chance_;   ///< [G x padded]
  Scratch<double> against_;  ///< [G x padded]
};

template <class Int>
void add_all(SampledRowArgs const& args) {
  RowSums<Int> sums(args);
  for (std::int64_t z = 0; z < args.lattice.background_rows; ++z) sums.add(z);
}

void sampled_row(SampledRowArgs const& args) {
  if (!args.lattice.continues()) {
    std::fill_n(args.chance, args.lattice.outputs * args.entries(), 0.0);
    std::fill_n(args.against, args.lattice.outputs * args.entries(), 0.0);
  }
  args.lattice.wide ? add_all<lattice::Wide>(args) : add_all<lattice::Narrow>(args);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
namespace {
HWY_EXPORT(sampled_row);
}  // namespace

void sampled_row_cpu(SampledRowArgs const& args) { HWY_DYNAMIC_DISPATCH(sampled_row)(args); }

}  // namespace limpid
#endif
