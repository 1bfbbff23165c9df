/// build_interaction_tables: per short leaf path the table T[pair][a] of what pattern a of a row gives to each pair of
/// its players as an interaction (ARCHITECTURE.md, 2.1): half of the pair's Shapley interaction index. Entries in
/// double, rounded once to float: same bits on every device.
///
/// Pairs (q, r), q < r, in the order (0, 1), (0, 2), ..., (1, 2), ...; T[pair][a] at pair * 2^K + a. Interventional and
/// path-dependent as in build_leaf_tables, with ceil((K - 1) / 2) nodes.
#pragma once

#include "kernels/build_leaf_tables.h"

namespace limpid {

/// Pairs of K players, K (K - 1) / 2, and the place of (q, r), q < r, among them.
LIMPID_HD constexpr std::int32_t path_pairs(std::int32_t players) noexcept { return players * (players - 1) / 2; }
LIMPID_HD constexpr std::int32_t path_pair(std::int32_t players, std::int32_t q, std::int32_t r) noexcept {
  return q * players - q * (q + 1) / 2 + (r - q - 1);
}

/// Floats of the table of a leaf with K players.
LIMPID_HD constexpr std::uint64_t pair_table_size(std::int32_t players) noexcept {
  return static_cast<std::uint64_t>(path_pairs(players)) << players;
}

/// args.paths.table_begin counts pair tables: leaf l has pair_table_size(K) floats from table_begin[l] on.
void build_interaction_tables_cpu(BuildLeafTablesArgs const& args);
void build_interaction_tables_cuda(device::Exec const& exec, BuildLeafTablesArgs const& args);

}  // namespace limpid
