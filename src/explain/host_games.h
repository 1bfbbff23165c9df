/// Estimates on the host beside an engine that has the background on a GPU: of games over the whole background
/// (whole_row.h), which have no kernel there.
#pragma once

#include "explain/large_games.h"

namespace limpid {

class HostGames {
 public:
  /// REQUIRES: question.estimator. The model must outlive it.
  HostGames(CompiledModel const& model, Question const& question, Background const& background)
      : binned_(bin(model, background.rows)),
        background_(model, binned_.view(), serial_for),
        weights_(background),
        games_(model, question, background_, background.rows.rows, weights_) {}
  HostGames(HostGames const&) = delete;
  HostGames& operator=(HostGames const&) = delete;
  ~HostGames() = default;

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
