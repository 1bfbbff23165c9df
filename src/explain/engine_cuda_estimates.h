/// Pairs above the lattice's limit on a device: focused_game, and the steps of sampled_game and apply_operator, over as
/// many pairs at a time as the memory allows, with estimators that are solved once per number of players and stay on
/// the device.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "explain/device_buffers.h"
#include "explain/estimators.h"
#include "explain/large_games.h"
#include "kernels/sampled_pairs.h"

namespace limpid {

/// An estimator in device memory.
class DeviceEstimator {
 public:
  DeviceEstimator(device::Exec const& exec, EstimatorView const& host);
  [[nodiscard]] EstimatorView const& view() const noexcept { return view_; }
  [[nodiscard]] DesignView const& design() const noexcept { return design_; }

 private:
  device::Buffer<std::uint64_t> coalitions_;
  device::Buffer<std::uint32_t> columns_;
  device::Buffer<double> weights_;
  device::Buffer<double> share_;
  device::Buffer<double> size_share_;
  device::Buffer<double> factor_;
  device::Buffer<double> freedom_;
  device::Buffer<double> left_;
  device::Buffer<double> check_weights_;
  device::Buffer<double> check_share_;
  EstimatorView view_;
  DesignView design_;
};

/// What was estimated: sums over the background rows, on the host.
struct RowSums {
  std::int64_t stride = 0;
  std::vector<double> sums;             ///< [G x P x stride] of weight times value
  std::vector<double> squares;          ///< [G x P x stride] of weight^2 times variance
  std::vector<double> doubts;           ///< [G x P x stride] of weight^4 times doubt
  std::vector<std::int32_t> estimated;  ///< [stride] pairs
  /// The focused pairs, if any: [G x P x stride] sums of weight times value and of the changes, [stride] pairs.
  std::vector<double> focused_sums;
  std::vector<double> focused_changes;
  std::vector<std::int32_t> focused;

  /// Row r's, as sums. `players`: P.
  void take(std::int64_t r, std::int32_t players, std::int32_t focus_level, RowEstimate& out) const;
};

/// One worker's. Thread safety: one thread at a time.
class DeviceEstimates {
 public:
  /// `exec` must outlive it.
  DeviceEstimates(device::Exec const& exec, EstimatorChoice const& choice);

  /// Estimates the pairs with more than game.max_players live players of some rows, numbered in the game. The entries
  /// of other rows are 0. `doublings`: of the coalitions. `rows_done`: called now and then with how many of them are;
  /// may be empty, may throw.
  void play(LatticeGameArgs const& game, std::vector<std::int32_t> const& rows, std::int32_t doublings, RowSums& out,
            std::function<void(std::int64_t)> const& rows_done);

 private:
  /// Pairs of a slice by their number of players.
  using Groups = std::map<std::int32_t, std::vector<std::int32_t>>;

  void focus(LatticeGameArgs const& game, std::int64_t rows, RowSums& out);
  void sample(LatticeGameArgs const& game, std::vector<std::int32_t> const& rows, RowSums& out,
              std::function<void(std::int64_t)> const& rows_done);
  void reserve_slice(LatticeGameArgs const& game, std::int64_t pairs);
  void play_slice(LatticeGameArgs const& game, PairSlice const& slice, std::vector<std::int32_t> const& rows,
                  RowSums& out);
  [[nodiscard]] Groups group_pairs(LatticeGameArgs const& game, PairSlice const& slice);
  void play_group(LatticeGameArgs const& game, PairSlice const& slice, DeviceEstimator const& estimator,
                  std::int32_t const* slot, std::int64_t count);
  [[nodiscard]] DeviceEstimator const& estimator(std::int32_t players);

  device::Exec const& exec_;
  EstimatorChoice choice_;
  DesignEstimators host_;
  std::int32_t doublings_ = 0;
  std::map<std::pair<std::int32_t, std::int32_t>, DeviceEstimator> on_device_;  ///< by players and doublings
  Pinned<std::int32_t> live_host_;
  std::vector<std::int32_t> rows_host_, slot_host_;
  device::Buffer<std::int32_t> rows_, live_, bits_, slot_;
  device::Buffer<double> differences_, complements_, checks_;
  device::Buffer<double> values_, variances_, doubts_;
  device::Buffer<double> sums_, squares_, doubt_sums_;
  device::Buffer<double> focused_sums_, focused_changes_;
  device::Buffer<std::int32_t> focused_;
};

}  // namespace limpid
