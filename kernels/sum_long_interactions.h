/// sum_long_interactions: margin interactions of rows for leaf paths without an interaction table, leaf by leaf in
/// order, in double: same bits on every device. Any K from 2 to 256, args.background.words saying for both methods how
/// many words the patterns have; leaves of one player give nothing.
///
/// Interventional: over the distinct background patterns of the leaf, with the weights of build_interaction_tables.
/// Path-dependent: Gauss-Legendre with ceil((K - 1) / 2) nodes. A pair's integrand is the product over all players,
/// times (a_i - r_i) / f_i for both of them, f = t a + (1 - t) r their factors: each pair costs two operations a node.
#pragma once

#include "kernels/sum_long_paths.h"

namespace limpid {

/// args.values are interactions here: [G x T x value_stride] in and out, T = pair_count(args.players); pairs of
/// different players are added to.
void sum_long_interactions_cpu(SumLongPathsArgs const& args);
void sum_long_interactions_cuda(device::Exec const& exec, SumLongPathsArgs const& args);

}  // namespace limpid
