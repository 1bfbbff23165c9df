/// Values of the pairs whose lattice would be too large, on the host whatever device played the others: they are
/// estimated row by row and added to the chunk's values. With a target error, a row whose errors are above it is played
/// again with twice the coalitions (the design of the first ones goes on: their values are computed once more, which
/// costs less than keeping them for every background row), alone: nothing depends on the other rows of its chunk.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "explain/engine.h"
#include "explain/engine_common.h"
#include "explain/estimators.h"

namespace limpid {

/// Thread safety: add() from any thread, each with a Scratch of its own.
class LargeGames {
 public:
  struct Scratch {
    std::optional<DesignEstimators> estimators;
    std::int32_t estimated = 0;  ///< pairs of the row
    BinnedRows binned;
    Patterns row;
    Patterns background;
    std::vector<double> sums;    ///< [G x P]
    std::vector<double> errors;  ///< [G x P]
  };

  /// REQUIRES: question.estimator. The model, the background and its weights must outlive it.
  LargeGames(CompiledModel const& model, Question const& question, LatticeBackground const& background,
             std::int64_t background_rows, BackgroundWeights const& weights)
      : model_(model),
        background_(background),
        background_rows_(background_rows),
        weights_(weights),
        limit_(question.max_exact_players),
        choice_(*question.estimator) {}

  /// Rows [begin, end) of the chunk: adds the weighted means over the background to out.values, and fills out.errors
  /// and out.estimated. REQUIRES: out.largest is there. `poll(rows done)`: called before each row; may be empty.
  void add(RowsView rows, std::int64_t begin, std::int64_t end, Explanation& out, Scratch& scratch,
           std::function<void(std::int64_t)> const& poll) const;

 private:
  void estimate_row(RowsView rows, std::int64_t r, Explanation& out, Scratch& scratch) const;
  void play(std::int64_t r, Explanation& out, Scratch& scratch) const;
  [[nodiscard]] bool meets_target(std::int64_t r, Explanation const& out, Scratch const& scratch) const;

  CompiledModel const& model_;
  LatticeBackground const& background_;
  std::int64_t background_rows_;
  BackgroundWeights const& weights_;
  std::int32_t limit_;
  EstimatorChoice choice_;
};

/// The same with a background of its own on the host, beside an engine that has it on a GPU.
class HostLargeGames {
 public:
  HostLargeGames(CompiledModel const& model, Question const& question, Background const& background)
      : binned_(bin(model, background.rows)),
        background_(model, binned_.view(), serial_for),
        weights_(background),
        games_(model, question, background_, background.rows.rows, weights_) {}
  HostLargeGames(HostLargeGames const&) = delete;
  HostLargeGames& operator=(HostLargeGames const&) = delete;
  ~HostLargeGames() = default;

  [[nodiscard]] LargeGames const& games() const noexcept { return games_; }

 private:
  static BinnedRows bin(CompiledModel const& model, RowsView background) {
    BinnedRows binned;
    bin_rows(model, background, serial_for, binned);
    return binned;
  }

  BinnedRows binned_;
  LatticeBackground background_;
  BackgroundWeights weights_;
  LargeGames games_;
};

}  // namespace limpid
