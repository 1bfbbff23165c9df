/// sum_leaf_tables: margin Shapley values of rows by look-ups: for every leaf of every block, the pattern a of the
/// row, then phi[player of q] += T[q][a]. Float inside a block in leaf order, double across blocks in block order:
/// same bits on every device.
///
/// Interactions use it too: their players are pairs, up to 28 of a leaf (compile/fold_pairs.h), whose table has up to
/// 4096 floats then.
#pragma once

#include "compile/layout.h"
#include "kernels/device.h"

namespace limpid {

struct SumLeafTablesArgs {
  PathsView paths;                ///< short paths
  float const* tables = nullptr;  ///< [table_begin[L]]
  BinsView bins;
  std::int32_t players = 0;       ///< P
  std::int32_t outputs = 1;       ///< G
  double* values = nullptr;       ///< [G x P x value_stride] in and out: output g, player p, row r at
                                  ///< (g * P + p) * value_stride + r; the blocks are added to what is there
  std::int64_t value_stride = 0;  ///< multiple of 64, >= rows; padding may be written
  /// No leaf has more than kMaxShortPlayers players (pairs have more): CUDA then has smaller tiles and more rows.
  bool few_players = false;
};

void sum_leaf_tables_cpu(SumLeafTablesArgs const& args);
void sum_leaf_tables_cuda(device::Exec const& exec, SumLeafTablesArgs const& args);

}  // namespace limpid
