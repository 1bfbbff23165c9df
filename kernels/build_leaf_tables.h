/// build_leaf_tables: per short leaf path the table T[q][a] of what pattern a of a row gives to player q
/// (ARCHITECTURE.md, 2.1), entries computed in double and rounded once to float: same bits on every device.
///
/// Interventional: background patterns are counted (integers: rows, or their units of weight) per (|A|, |B|), then one
/// double expression per entry.
/// Path-dependent: leaf * (a_q - r_q) * integral over [0,1] of prod_{k != q} (t a_k + (1 - t) r_k), by Gauss-Legendre
/// with ceil(K / 2) nodes (exact).
#pragma once

#include "compile/layout.h"
#include "kernels/device.h"

namespace limpid {

enum class TableKind : std::uint8_t { kInterventional, kPathDependent };

struct BuildLeafTablesArgs {
  PathsView paths;  ///< short paths
  TableKind kind = TableKind::kInterventional;
  BinsView background;          ///< interventional: bins of the B background rows
  std::int64_t leaf_begin = 0;  ///< leaves [leaf_begin, leaf_end) are built: a slice per thread
  std::int64_t leaf_end = 0;
  float* tables = nullptr;  ///< [table_begin[L]] out: leaf l at table_begin[l] - table_origin
  std::uint64_t table_origin = 0;
  WeightsView weights{};  ///< interventional: of the background rows
};

void build_leaf_tables_cpu(BuildLeafTablesArgs const& args);
void build_leaf_tables_cuda(device::Exec const& exec, BuildLeafTablesArgs const& args);

}  // namespace limpid
