/// tree_quadrature: path-dependent Shapley values of the margin, a whole tree at a time.
///
/// With a_k = 1 where the row passes player k's conditions on a path and r_k the product of its cover shares, a leaf
/// gives player j (ARCHITECTURE.md, 2.1)
///     leaf (a_j - r_j) integral over t in [0, 1] of prod_{k != j} e_k(t),   e_k(t) = t a_k + (1 - t) r_k,
/// which ceil(K / 2) Gauss-Legendre nodes t_i with weights w_i integrate exactly. With H the sum over the leaves below
/// an edge of leaf prod_k e_k, prefixes are shared: going down an edge of player j multiplies the products of all t_i
/// by e_j; coming up, the edge adds sum_i c_i H_i to the player's value, c_i = w_i (a_j - r_j) / e_j(t_i). No row
/// divides: a row is in one of three states at an edge (it passes; it fails here; it failed at an earlier condition of
/// the player), and factors and coefficients are tables of those states:
///                    passes            fails here          failed before
///   factor           e1 / e1'          e0 / e1'            r / r'             e1 = t + (1 - t) r, e0 = (1 - t) r,
///   coefficient      c1 - c1'          c0 - c1'            0                  c1 = w (1 - r) / e1, c0 = -w / (1 - t);
/// primes: of the player's condition above, which this edge takes back for the leaves below it (first condition:
/// e1' = 1, c1' = 0). r = 0, also of zero covers, needs no case: then H is 0.
///
/// Values in float inside a tree of up to kFloatPoints nodes of the rule, else in double; depth first, sums over i as
/// four lanes i mod 4, (0 + 1) + (2 + 3); added in double over trees in order. Same bits on every device.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compile/layout.h"
#include "kernels/device.h"

namespace limpid {

inline constexpr std::int32_t kFloatPoints = 8;       ///< a rule of more nodes is evaluated in double
inline constexpr std::int32_t kQuadratureLanes = 4;   ///< partial sums over the rule
inline constexpr std::int32_t kQuadratureStates = 3;  ///< of a row at a split, below
inline constexpr std::int32_t kTableStates = 4;       ///< states with padding: 128 bits of float

/// Of a row at a split: the player failed before, or the row goes on to the left, or to the right.
enum QuadratureState : std::uint8_t { kFailedBefore = 0, kGoesLeft = 1, kGoesRight = 2 };

/// One inner node; splits of a tree are in depth-first order. A row's player is alive left or right of it: two masks
/// of rows, 2 s and 2 s + 1, for split s of the tree.
struct QuadratureSplit {
  static constexpr std::uint32_t kEveryRow = ~std::uint32_t{0};
  std::uint32_t test_begin = 0;  ///< in QuadratureView::tests
  std::uint32_t test_end = 0;
  std::uint32_t before = kEveryRow;  ///< mask of the player's condition above, or every row
  std::uint32_t slot = 0;            ///< player, in the tree's list of players
};

/// kLeaves: H (+)= P A, value += P . B, for the leaves that are children of the split.   tables A, B
/// kDown: P of the next level = P f.                                                    table f
/// kUp: H (+)= H of the next level, value += c . H.                                     table c
/// kPair: kDown to a split with two leaves, its kLeaves, and kUp, in registers.          tables f, A, B, c
enum class QuadratureKind : std::uint8_t { kLeaves, kDown, kUp, kPair };

/// Levels count splits from the root, which is level 0. Tables follow each other in the order of the steps, per step
/// [points x tables x kTableStates].
struct QuadratureStep {
  std::uint32_t split = 0;
  std::uint32_t child = 0;  ///< kPair: the split with two leaves
  std::uint16_t level = 0;  ///< of `split`
  QuadratureKind kind = QuadratureKind::kLeaves;
  bool first = false;  ///< sets H of the level instead of adding to it
};

struct QuadratureTree {
  std::uint32_t split_begin = 0;
  std::uint32_t split_end = 0;
  std::uint32_t step_begin = 0;
  std::uint32_t step_end = 0;
  std::uint32_t player_begin = 0;
  std::uint32_t player_end = 0;
  std::uint64_t table_begin = 0;  ///< in floats, or in doubles where `points` > kFloatPoints
  std::uint32_t output = 0;
  std::int32_t points = 0;  ///< of the rule
  std::int32_t levels = 0;
};

struct QuadratureView {
  QuadratureTree const* trees = nullptr;
  std::int32_t count = 0;
  QuadratureSplit const* splits = nullptr;
  QuadratureStep const* steps = nullptr;
  std::uint32_t const* players = nullptr;  ///< of each tree's slots
  float const* floats = nullptr;
  double const* doubles = nullptr;
  Test const* tests = nullptr;  ///< TreesView::tests
  // largest over the trees
  std::int32_t most_splits = 0;
  std::int32_t most_slots = 0;
  std::int32_t most_products = 0;    ///< levels x points
  std::size_t most_lane_bytes = 0;   ///< products and sums of one of a row's kQuadratureLanes lanes
  std::size_t most_value_bytes = 0;  ///< values of the slots of one row
};

struct TreeQuadratureArgs {
  QuadratureView trees;
  BinsView bins;
  std::int32_t players = 0;  ///< P
  double* values = nullptr;  ///< [G x P x value_stride] in and out, added to; padding may be written
  std::int64_t value_stride = 0;
};

void tree_quadrature_cpu(TreeQuadratureArgs const& args);
void tree_quadrature_cuda(device::Exec const& exec, TreeQuadratureArgs const& args);

}  // namespace limpid
