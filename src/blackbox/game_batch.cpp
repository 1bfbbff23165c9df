#include "blackbox/game_batch.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "kernels/coalition_mean.h"

namespace limpid {
namespace {

constexpr std::int32_t kOut = -1;                              ///< bit of a player that does not play
constexpr std::int64_t kMostHybrids = std::int64_t{1} << 18U;  ///< more make no predictor faster

/// Hybrids that fit in the memory, when the games are as small as they can be: two hybrids each.
std::int64_t capacity_of(GameBatch::Setup const& setup, std::int32_t columns, std::int32_t outputs) {
  constexpr std::int64_t kDouble = sizeof(double);
  std::int64_t const per_game =
      std::int64_t{setup.players} * kDouble + static_cast<std::int64_t>(sizeof(Game) + sizeof(PerturbPiece)) + 128;
  std::int64_t const per_hybrid =
      columns * kDouble + 4 * outputs * kDouble + 2 * DistinctRows::kBytesPerRow + per_game / 2;
  return std::clamp<std::int64_t>(setup.memory_bytes / per_hybrid, 1, kMostHybrids);
}

}  // namespace

GameBatch::GameBatch(Setup setup, HybridRows const& rows, Scorer& scorer)
    : setup_(std::move(setup)),
      rows_(rows),
      scorer_(scorer),
      capacity_(capacity_of(setup_, rows.columns(), scorer.outputs())) {}

void GameBatch::add(Game game) {
  game.positions = 2 * game.rule.view.pairs * game.backgrounds;
  game.means.assign(static_cast<std::size_t>(2 * game.rule.view.pairs * scorer_.outputs()), 0.0);
  games_.push_back(std::move(game));
  while (games_.back().placed < games_.back().positions) {
    place(games_.back());
    if (hybrids_ < capacity_) break;
    play();
    if (games_.empty()) return;
  }
  if (hybrids_ == 0) finish_games();
}

/// As many of the game's positions as there is room for.
void GameBatch::place(Game& game) {
  std::int64_t const count = std::min(capacity_ - hybrids_, game.positions - game.placed);
  PerturbPiece piece;
  piece.first = hybrids_;
  piece.begin = game.placed;
  piece.row = game.row;
  piece.background = game.background;
  piece.backgrounds = game.backgrounds;
  piece.coalitions = game.rule.view.coalitions;
  piece.words = game.rule.view.words;
  pieces_.push_back(piece);
  owner_.push_back(games_.size() - 1);
  auto const at = bits_.size();
  bits_.resize(at + static_cast<std::size_t>(setup_.players), kOut);
  for (std::size_t bit = 0; bit < game.players.size(); ++bit) {
    bits_[at + game.players[bit]] = static_cast<std::int32_t>(bit);
  }
  game.placed += count;
  hybrids_ += count;
}

void GameBatch::play() {
  matrix_.resize(static_cast<std::size_t>(hybrids_) * static_cast<std::size_t>(rows_.columns()));
  PerturbArgs args;
  args.columns = rows_.columns();
  args.players = setup_.players;
  args.player = setup_.player_of.data();
  args.rows = rows_.row(0);
  args.background = rows_.background(0);
  args.pieces = pieces_.data();
  args.piece_count = static_cast<std::int64_t>(pieces_.size());
  args.bits = bits_.data();
  args.hybrids = hybrids_;
  args.out = matrix_.data();
  perturb_cpu(args);
  scorer_.score(matrix_.data(), hybrids_, rows_.columns(), rows_.texts(), poll, scores_);
  average(scores_);
  pieces_.clear();
  owner_.clear();
  bits_.clear();
  hybrids_ = 0;
  finish_games();
}

void GameBatch::average(std::vector<double> const& scores) {
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    Game& game = games_[owner_[i]];
    CoalitionMeanArgs args;
    args.scores = scores.data() + pieces_[i].first * scorer_.outputs();
    args.begin = pieces_[i].begin;
    args.count = (i + 1 < pieces_.size() ? pieces_[i + 1].first : hybrids_) - pieces_[i].first;
    args.outputs = scorer_.outputs();
    args.backgrounds = game.backgrounds;
    args.weight_total = static_cast<double>(game.backgrounds);
    if (game.backgrounds > 1 && !setup_.weights.empty()) {
      auto const of_game =
          setup_.weights.subspan(static_cast<std::size_t>(game.background), static_cast<std::size_t>(game.backgrounds));
      args.weights = of_game.data();
      args.weight_total = std::accumulate(of_game.begin(), of_game.end(), 0.0);
    }
    args.means = game.means.data();
    coalition_mean_cpu(args);
  }
}

void GameBatch::finish_games() {
  while (!games_.empty() && games_.front().placed == games_.front().positions) {
    finished(games_.front());
    games_.pop_front();
  }
}

void GameBatch::flush() {
  if (hybrids_ > 0) play();
  finish_games();
}

void GameBatch::clear() {
  games_.clear();
  pieces_.clear();
  owner_.clear();
  bits_.clear();
  hybrids_ = 0;
}

}  // namespace limpid
