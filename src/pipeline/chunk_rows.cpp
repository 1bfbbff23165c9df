// How many rows a chunk has, and how many chunks are in flight.
#include <fmt/core.h>

#include <algorithm>

#include "limpid/error.h"
#include "pipeline/pipeline.h"

namespace limpid {

std::int64_t round_chunk_rows(std::int64_t rows) noexcept {
  return std::max<std::int64_t>(1, (rows + kSummaryRows - 1) / kSummaryRows) * kSummaryRows;
}

std::int64_t default_chunk_rows(Question const& question, CompiledModel const& model, bool gpu) noexcept {
  // Leaf tables are streamed once per chunk: many rows share that. The lattice works for milliseconds per row.
  static constexpr std::int64_t kTableRows = 4096;
  static constexpr std::int64_t kLatticeRows = kSummaryRows;
  static constexpr std::int64_t kGpuFactor = 4;
  static constexpr std::int64_t kChunkBytes = std::int64_t{64} << 20;  // values and input of a chunk
  auto const doubles = model.features + std::int64_t{model.players} * model.outputs() + 1;
  auto const fit = kChunkBytes / (doubles * std::int64_t{sizeof(double)});
  auto const wanted = (question.algorithm == Algorithm::kLattice ? kLatticeRows : kTableRows) * (gpu ? kGpuFactor : 1);
  return std::max<std::int64_t>(kSummaryRows, std::min(wanted, fit) / kSummaryRows * kSummaryRows);
}

void bound_interactions(InteractionBytes const& per_row, PipelineOptions& options) {
  static constexpr std::int64_t kWanted = std::int64_t{1} << 30;
  static constexpr std::int64_t kMost = std::int64_t{4} << 30;
  auto const bytes = [&] {
    auto const slots = std::int64_t{options.threads} == 1 ? 1 : 2 * std::int64_t{options.threads};
    return options.chunk_rows * (per_row.values * options.engine_workers + per_row.text * slots);
  };
  while (bytes() > kWanted && options.chunk_rows > kInteractionRows) {
    auto const half = options.chunk_rows / 2;
    options.chunk_rows = half >= kSummaryRows ? half / kSummaryRows * kSummaryRows : half;
  }
  while (bytes() > kWanted && options.threads > 1) {
    --options.threads;
    options.engine_workers = std::min(options.engine_workers, options.threads);
  }
  if (bytes() <= kMost) return;
  throw Error("usage.interactions",
              fmt::format("interactions of {} rows at a time take {:.1f} GiB, and more than 4 GiB are not tried",
                          kInteractionRows, static_cast<double>(bytes()) / static_cast<double>(1 << 30)),
              {},
              "fewer players: groups of features (--group, --group-by-separator); or --interactions=top:K, or fewer "
              "--outputs");
}

}  // namespace limpid
