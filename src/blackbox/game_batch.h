/// Games of black boxes, as many at a time as fit the memory: their hybrid rows are written side by side, scored
/// together and averaged back into the values of each game's coalitions. A game of any size goes over as many batches
/// as it takes, and games are finished in the order in which they came, so that nothing depends on the batches.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "blackbox/game_operators.h"
#include "blackbox/hybrid_rows.h"
#include "blackbox/scorer.h"
#include "kernels/perturb.h"

namespace limpid {

/// One row against some rows of the background.
struct Game {
  std::int64_t row = 0;                ///< of the chunk
  std::int64_t background = 0;         ///< the first row of it
  std::int64_t backgrounds = 1;        ///< how many rows of it
  std::vector<std::uint32_t> players;  ///< [V] live players: number i has bit i of coalitions
  GameOperators::Operator rule;        ///< V >= 2
  std::int64_t positions = 0;          ///< hybrids: 2 q times the backgrounds; 0: nothing to evaluate (V < 2)
  std::int64_t placed = 0;             ///< positions that batches have had
  std::vector<double> means;           ///< [2 q x G] values of S_0, its complement, S_1, ...
};

class GameBatch {
 public:
  struct Setup {
    std::vector<std::int32_t> player_of;  ///< [M] player of each column
    std::int32_t players = 0;             ///< P
    std::span<double const> weights;      ///< [B] of the background; empty: all are 1
    std::int64_t memory_bytes = 0;
  };
  /// All must outlive it. REQUIRES: the scorer knows its outputs.
  GameBatch(Setup setup, HybridRows const& rows, Scorer& scorer);

  /// Called for every game when its values are there, in the order of add().
  std::function<void(Game&)> finished;
  /// Asked while the predictor works; may throw.
  std::function<void()> poll;

  void add(Game game);
  void flush();  ///< plays what is left
  void clear();  ///< forgets what is left

  [[nodiscard]] std::int64_t capacity() const noexcept { return capacity_; }  ///< hybrids of a batch

 private:
  void place(Game& game);
  void play();
  void average(std::vector<double> const& scores);
  void finish_games();

  Setup setup_;
  HybridRows const& rows_;
  Scorer& scorer_;
  std::int64_t capacity_;
  std::deque<Game> games_;            ///< not finished
  std::vector<PerturbPiece> pieces_;  ///< of this batch
  std::vector<std::size_t> owner_;    ///< [pieces] its game in games_
  std::vector<std::int32_t> bits_;    ///< [pieces x P]
  std::int64_t hybrids_ = 0;          ///< of this batch
  std::vector<double> matrix_;        ///< [capacity x M]
  std::vector<double> scores_;
};

}  // namespace limpid
