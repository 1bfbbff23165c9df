/// Games of black boxes, as many at a time as fit the memory: their hybrid rows are written side by side, scored
/// together and averaged back into the values of each game's coalitions. A game of any size goes over as many batches
/// as it takes, and games are finished in the order in which they came, so that nothing depends on the batches.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "blackbox/batch_player.h"
#include "blackbox/game_operators.h"

namespace limpid {

/// One row against some rows of the background.
struct Game {
  std::int64_t row = 0;                ///< of the chunk
  std::int64_t background = 0;         ///< the first row of it
  std::int64_t backgrounds = 1;        ///< how many rows of it
  bool is_last = false;                ///< of its row
  std::vector<std::uint32_t> players;  ///< [V] live players: number i has bit i of coalitions
  GameOperators::Operator rule;        ///< V >= 2
  CoalitionList asked;                 ///< q pairs of coalitions whose values are wanted; none: V < 2, or all are known
  std::vector<double> known;           ///< values of the design before it, where it only asks for the others
  bool known_exactly = false;          ///< enumerated from the start: more coalitions change nothing
  std::int64_t positions = 0;          ///< hybrids: 2 q times the backgrounds
  std::int64_t placed = 0;             ///< positions that batches have had
  std::vector<double> means;           ///< [2 q x G] values of S_0, its complement, S_1, ...
};

class GameBatch {
 public:
  /// Both must outlive it.
  GameBatch(BatchSetup const& setup, BatchPlayer& player, std::int32_t outputs)
      : setup_(setup), player_(player), outputs_(outputs), capacity_(player.capacity()) {}

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
  void add_mean_piece(Game const& game, std::int64_t count);
  void play();
  void hand_out();
  void finish_games();

  BatchSetup const& setup_;
  BatchPlayer& player_;
  std::int64_t outputs_;
  std::int64_t capacity_;
  std::deque<Game> games_;          ///< not finished
  std::vector<std::size_t> owner_;  ///< [pieces] its game in games_
  HybridBatch batch_;
};

}  // namespace limpid
