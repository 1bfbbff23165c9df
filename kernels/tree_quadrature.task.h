/// One row through one tree of the quadrature, one of the lanes that share its rule.
#pragma once

#include <cstdint>

#include "kernels/bin_test.task.h"
#include "kernels/tree_quadrature.h"
#include "limpid/platform.h"

namespace limpid {

/// Tables of a step per node of the rule.
[[nodiscard]] LIMPID_HD constexpr std::int32_t tables_of(QuadratureKind kind) noexcept {
  if (kind == QuadratureKind::kPair) return 4;
  return kind == QuadratureKind::kLeaves ? 2 : 1;
}

/// Nodes of the rule that a lane has, some of them none.
[[nodiscard]] LIMPID_HD constexpr std::int32_t quadrature_own_points(std::int32_t points) noexcept {
  return (points + kQuadratureLanes - 1) / kQuadratureLanes;
}

/// The row's state at split `s`. `states` [splits]: those of the splits before it; entry s lies at s * stride.
[[nodiscard]] LIMPID_HD inline std::uint8_t quadrature_state(QuadratureSplit const& split, Test const* tests,
                                                             BinsView const& bins, std::int64_t row,
                                                             std::uint8_t const* states, std::int64_t stride) noexcept {
  if (split.before != QuadratureSplit::kEveryRow) {
    std::uint8_t const alive = (split.before & 1u) != 0 ? kGoesRight : kGoesLeft;
    if (states[static_cast<std::int64_t>(split.before / 2) * stride] != alive) return kFailedBefore;
  }
  for (std::uint32_t t = split.test_begin; t < split.test_end; ++t) {
    if (!passes(tests[t], bin_of(bins, tests[t], row))) return kGoesRight;
  }
  return kGoesLeft;
}

/// What one lane's nodes of the rule give the players of a step, to be summed over the lanes.
template <class T>
struct QuadratureGift {
  T split;
  T child;  ///< kPair: the player of the child
};

/// One of the lanes of one row. Memory is the caller's: entry e of an array lies at e * its stride.
template <class T>
struct QuadratureLane {
  std::uint8_t const* states = nullptr;  ///< [splits] of the row
  std::int64_t state_stride = 1;
  T* products = nullptr;  ///< [levels x own points] P
  T* sums = nullptr;      ///< [levels x own points] H
  std::int64_t stride = 1;
  std::int32_t points = 0;
  std::int32_t lane = 0;  ///< has nodes lane, lane + kQuadratureLanes, ... of the rule

  LIMPID_HD void start() const noexcept {
    for (std::int32_t j = 0; j < quadrature_own_points(points); ++j) products[j * stride] = T{1};
  }

  LIMPID_HD QuadratureGift<T> run(QuadratureStep const& step, T const* table) const noexcept {
    std::int64_t const own = quadrature_own_points(points);
    T* product = products + step.level * own * stride;
    T* sum = sums + step.level * own * stride;
    std::int32_t const size = tables_of(step.kind) * kTableStates;
    T const* x = table + lane * size + states[step.split * state_stride];
    T const* y = table + lane * size + states[step.child * state_stride];
    QuadratureGift<T> gift{T{0}, T{0}};
    for (std::int32_t i = lane; i < points; i += kQuadratureLanes) {
      bool const first = i == lane;
      if (step.kind == QuadratureKind::kDown) {
        product[own * stride] = *product * x[0];
      } else {
        T h;
        T given;
        if (step.kind == QuadratureKind::kLeaves) {
          h = *product * x[0];
          given = *product * x[kTableStates];
        } else if (step.kind == QuadratureKind::kUp) {
          h = sum[own * stride];
          given = h * x[0];
        } else {
          T const p = *product * x[0];
          h = p * y[kTableStates];
          T const of_child = p * y[2 * kTableStates];
          gift.child = first ? of_child : gift.child + of_child;
          given = h * x[3 * kTableStates];
        }
        gift.split = first ? given : gift.split + given;
        *sum = step.first ? h : *sum + h;
      }
      product += stride;
      sum += stride;
      x += kQuadratureLanes * size;
      y += kQuadratureLanes * size;
    }
    return gift;
  }
};

}  // namespace limpid
