#include "blackbox/game_batch.h"

#include <algorithm>
#include <utility>

namespace limpid {
namespace {

constexpr std::int32_t kOut = -1;  ///< bit of a player that does not play

}  // namespace

void GameBatch::add(Game game) {
  game.positions = 2 * game.asked.pairs * game.backgrounds;
  game.means.assign(static_cast<std::size_t>(2 * game.asked.pairs * outputs_), 0.0);
  games_.push_back(std::move(game));
  while (games_.back().placed < games_.back().positions) {
    place(games_.back());
    if (batch_.hybrids < capacity_) break;
    play();
    if (games_.empty()) return;
  }
  if (batch_.hybrids == 0) finish_games();
}

/// As many of the game's positions as there is room for.
void GameBatch::place(Game& game) {
  std::int64_t const count = std::min(capacity_ - batch_.hybrids, game.positions - game.placed);
  PerturbPiece piece;
  piece.first = batch_.hybrids;
  piece.begin = game.placed;
  piece.row = game.row;
  piece.background = game.background;
  piece.backgrounds = game.backgrounds;
  piece.coalitions = game.asked.coalitions;
  piece.words = game.asked.words;
  batch_.pieces.push_back(piece);
  batch_.design_words.push_back(game.asked.pairs * game.asked.words);
  owner_.push_back(games_.size() - 1);
  auto const at = batch_.bits.size();
  batch_.bits.resize(at + static_cast<std::size_t>(setup_.players), kOut);
  for (std::size_t bit = 0; bit < game.players.size(); ++bit) {
    batch_.bits[at + game.players[bit]] = static_cast<std::int32_t>(bit);
  }
  add_mean_piece(game, count);
  game.placed += count;
  batch_.hybrids += count;
}

/// With the sums so far of the coalitions that it touches.
void GameBatch::add_mean_piece(Game const& game, std::int64_t count) {
  CoalitionMeanPiece piece;
  piece.first = batch_.hybrids;
  piece.begin = game.placed;
  piece.count = count;
  piece.backgrounds = game.backgrounds;
  piece.mean = static_cast<std::int64_t>(batch_.means.size()) / outputs_;
  batch_.mean_pieces.push_back(piece);
  auto const first = game.means.begin() + game.placed / game.backgrounds * outputs_;
  batch_.means.insert(batch_.means.end(), first, first + touched_coalitions(piece) * outputs_);
}

void GameBatch::play() {
  player_.play(batch_, poll);
  hand_out();
  batch_.clear();
  owner_.clear();
  finish_games();
}

void GameBatch::hand_out() {
  for (std::size_t i = 0; i < owner_.size(); ++i) {
    auto const& piece = batch_.mean_pieces[i];
    std::copy_n(batch_.means.begin() + piece.mean * outputs_, touched_coalitions(piece) * outputs_,
                games_[owner_[i]].means.begin() + piece.begin / piece.backgrounds * outputs_);
  }
}

void GameBatch::finish_games() {
  while (!games_.empty() && games_.front().placed == games_.front().positions) {
    finished(games_.front());
    games_.pop_front();
  }
}

void GameBatch::flush() {
  if (batch_.hybrids > 0) play();
  finish_games();
}

void GameBatch::clear() {
  games_.clear();
  owner_.clear();
  batch_.clear();
}

}  // namespace limpid
