/// Values of the pairs whose lattice would be too large: they are estimated, row by row on the CPU, and added to the
/// chunk's values. With a target error, a row whose errors are above it is played
/// again with twice the coalitions (the design of the first ones goes on: their values are computed once more, which
/// costs less than keeping them for every background row), alone: nothing depends on the other rows of its chunk.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "explain/engine.h"
#include "explain/engine_common.h"
#include "explain/estimators.h"
#include "explain/whole_row.h"

namespace limpid {

/// What was estimated of a row: [G x P] weighted means over the background, where its other pairs count 0.
struct RowEstimate {
  std::int32_t pairs = 0;
  std::int32_t focused = 0;  ///< of these, by the focused lattice
  std::vector<double> values;
  std::vector<double> errors;  ///< standard errors
  std::vector<double> doubts;  ///< of the sums of squares, before divide()

  /// Makes room, and zeros.
  void clear(std::size_t vectors);
  /// Adds the sums of so many focused pairs [G x P], played at this level or above, and the squares of their errors.
  /// `players`: P.
  void add_focused(std::int32_t count, std::int32_t level, std::span<double const> sums,
                   std::span<double const> changes, std::size_t players);
  /// Makes means of sums over the background, of values and, with their doubts, of squares of errors.
  void divide(double total);
};

/// Whether the row's estimate stays after so many doublings of its coalitions, which it says in out.over_target.
[[nodiscard]] bool is_final(EstimatorChoice const& choice, RowEstimate const& estimate, std::int64_t r,
                            std::int32_t doublings, Explanation& out);
/// Adds it to the chunk.
void add_estimate(EstimatorChoice const& choice, RowEstimate const& estimate, std::int64_t r, Explanation& out);

/// Those of the CPU. Thread safety: add() from any thread, each with a Scratch of its own.
class LargeGames {
 public:
  struct Scratch {
    std::optional<DesignEstimators> estimators;
    BinnedRows binned;
    Patterns rows;                       ///< of a group
    Patterns const* patterns = nullptr;  ///< these, or the caller's
    std::int64_t row = 0;                ///< which of them is played
    Patterns background;
    RowEstimate estimate;
    WholeRowScratch whole_row;
    std::vector<double> sums;             ///< [G x P] of the focused pairs; [G x P x rows] of some rows' sampled ones
    std::vector<double> changes;          ///< the same of changes; of variances
    std::vector<double> doubts;           ///< of variances
    std::vector<std::int32_t> estimated;  ///< [rows]
  };

  /// Whether the patterns may be of boxes: where no pair is focused on, and every pair is a game.
  [[nodiscard]] static bool reads_boxes(Question const& question) noexcept {
    return question.estimator && question.mean_link != MeanLink::kLogit &&
           question.estimator->most_focus_players() <= question.max_exact_players;
  }

  /// REQUIRES: question.estimator. The model, the background, its weights and the boxes must outlive it. `boxes`: what
  /// the background's patterns are of (REQUIRES: reads_boxes); nullptr: leaf paths.
  LargeGames(CompiledModel const& model, Question const& question, LatticeBackground const& background,
             std::int64_t background_rows, BackgroundWeights const& weights, Boxes const* boxes = nullptr)
      : model_(model),
        boxes_(boxes),
        background_(background),
        background_rows_(background_rows),
        weights_(weights),
        limit_(question.max_exact_players),
        mean_link_(question.mean_link),
        choice_(*question.estimator) {}

  /// Rows [begin, end) of the chunk: adds the weighted means over the background to out.values, and fills out.errors
  /// and out.estimated. REQUIRES: out.largest is there. `poll(rows done)`: called before each row; may be empty.
  /// `patterns`: of these rows, REQUIRED where the background's are of boxes; nullptr: they are made.
  void add(RowsView rows, std::int64_t begin, std::int64_t end, Explanation& out, Scratch& scratch,
           std::function<void(std::int64_t)> const& poll, Patterns const* patterns = nullptr) const;

 private:
  void sample_rows(std::int64_t begin, std::int64_t end, Explanation& out, Scratch& scratch,
                   std::function<void(std::int64_t)> const& poll) const;
  void sample_group(std::int64_t first, std::int64_t last, Explanation& out, Scratch& scratch) const;
  void estimate_row(std::int64_t r, Explanation& out, Scratch& scratch) const;
  [[nodiscard]] LatticeGameArgs row_args(Scratch const& scratch, Patterns const& block, std::int64_t begin,
                                         std::int64_t count, std::int32_t& largest) const;
  void play(std::int64_t r, std::int32_t doublings, Explanation const& out, Scratch& scratch) const;
  void play_as_one(Scratch& scratch) const;

  CompiledModel const& model_;
  Boxes const* boxes_;
  LatticeBackground const& background_;
  std::int64_t background_rows_;
  BackgroundWeights const& weights_;
  std::int32_t limit_;
  MeanLink mean_link_;
  EstimatorChoice choice_;
};

}  // namespace limpid
