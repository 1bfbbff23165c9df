/// Where the hybrids of a batch are written, scored and averaged: by the CPU, or in the memory of a GPU that the
/// predictor reads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "blackbox/hybrid_rows.h"
#include "blackbox/predictor.h"
#include "blackbox/scorer.h"
#include "kernels/coalition_mean.h"
#include "kernels/perturb.h"

namespace limpid {

/// What games share.
struct BatchSetup {
  std::vector<std::int32_t> player_of{};  ///< [M] player of each column
  std::int32_t players = 0;               ///< P
  std::span<double const> weights{};      ///< [B] of the background; empty: all are 1
  std::int64_t memory_bytes = 0;          ///< for the hybrids, their scores and their games
};

/// Ranges of positions of games, side by side.
struct HybridBatch {
  std::vector<PerturbPiece> pieces;
  std::vector<std::int64_t> design_words;       ///< [pieces] words of piece i's coalitions
  std::vector<std::int32_t> bits;               ///< [pieces x P]
  std::vector<CoalitionMeanPiece> mean_pieces;  ///< [pieces] without weights
  std::int64_t hybrids = 0;                     ///< N
  std::vector<double> means;                    ///< [S x G] in and out: sums so far

  void clear();
};

/// Thread safety: one thread at a time.
class BatchPlayer {
 public:
  virtual ~BatchPlayer() = default;

  /// Hybrids of a batch that fit the memory.
  [[nodiscard]] virtual std::int64_t capacity() const noexcept = 0;
  /// The rows are another chunk's.
  virtual void take_rows() = 0;
  /// Fills batch.means. Throws what the predictor and `poll` throw.
  virtual void play(HybridBatch& batch, std::function<void()> const& poll) = 0;
};

/// Hybrids that fit the memory when a hybrid takes `per_hybrid` bytes beside what its game takes, and games are as
/// small as they can be: two hybrids each.
[[nodiscard]] std::int64_t batch_capacity(BatchSetup const& setup, std::int64_t per_hybrid) noexcept;
/// Gives the pieces their weights: `weights` [B] where the kernel reads them.
void set_weights(BatchSetup const& setup, double const* weights, HybridBatch const& batch,
                 std::vector<CoalitionMeanPiece>& pieces);

/// Equal rows of a batch are scored once. All must outlive it. REQUIRES: the scorer knows its outputs.
[[nodiscard]] std::unique_ptr<BatchPlayer> make_host_player(BatchSetup const& setup, HybridRows const& rows,
                                                            Scorer& scorer);
/// Every row of a batch is scored: the device reads a row in less time than it finds its twin. REQUIRES:
/// predictor.reads_device(), and that it knows its outputs. Throws Error device.*.
[[nodiscard]] std::unique_ptr<BatchPlayer> make_device_player(BatchSetup const& setup, HybridRows const& rows,
                                                              Predictor& predictor, std::int32_t device);

}  // namespace limpid
