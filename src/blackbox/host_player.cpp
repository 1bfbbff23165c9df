// Batches of a black box on the CPU.
#include <algorithm>
#include <numeric>

#include "blackbox/batch_player.h"

namespace limpid {
namespace {

constexpr std::int64_t kMostHybrids = std::int64_t{1} << 18U;  ///< more make no predictor faster
constexpr std::int64_t kDouble = sizeof(double);

class HostPlayer final : public BatchPlayer {
 public:
  HostPlayer(BatchSetup const& setup, HybridRows const& rows, Scorer& scorer)
      : setup_(setup), rows_(rows), scorer_(scorer) {}

  [[nodiscard]] std::int64_t capacity() const noexcept override {
    return batch_capacity(setup_,
                          rows_.columns() * kDouble + 4 * scorer_.outputs() * kDouble + 2 * DistinctRows::kBytesPerRow);
  }
  void take_rows() override {}

  void play(HybridBatch& batch, std::function<void()> const& poll) override {
    matrix_.resize(static_cast<std::size_t>(batch.hybrids) * static_cast<std::size_t>(rows_.columns()));
    PerturbArgs args;
    args.columns = rows_.columns();
    args.players = setup_.players;
    args.player = setup_.player_of.data();
    args.rows = rows_.row(0);
    args.background = rows_.background(0);
    args.pieces = batch.pieces.data();
    args.piece_count = static_cast<std::int64_t>(batch.pieces.size());
    args.bits = batch.bits.data();
    args.hybrids = batch.hybrids;
    args.out = matrix_.data();
    perturb_cpu(args);
    scorer_.score(matrix_.data(), batch.hybrids, rows_.columns(), rows_.texts(), poll, scores_);
    average(batch);
  }

 private:
  void average(HybridBatch& batch) {
    set_weights(setup_, setup_.weights.data(), batch, pieces_);
    CoalitionMeanArgs args;
    args.scores = scores_.data();
    args.outputs = scorer_.outputs();
    args.pieces = pieces_.data();
    args.piece_count = static_cast<std::int64_t>(pieces_.size());
    args.coalitions = static_cast<std::int64_t>(batch.means.size()) / args.outputs;
    args.means = batch.means.data();
    coalition_mean_cpu(args);
  }

  BatchSetup const& setup_;
  HybridRows const& rows_;
  Scorer& scorer_;
  std::vector<double> matrix_;  ///< [N x M]
  std::vector<double> scores_;  ///< [N x G]
  std::vector<CoalitionMeanPiece> pieces_;
};

}  // namespace

void HybridBatch::clear() {
  pieces.clear();
  design_words.clear();
  bits.clear();
  mean_pieces.clear();
  means.clear();
  hybrids = 0;
}

std::int64_t batch_capacity(BatchSetup const& setup, std::int64_t per_hybrid) noexcept {
  constexpr std::int64_t kPieces = sizeof(PerturbPiece) + 2 * sizeof(CoalitionMeanPiece);
  constexpr std::int64_t kGame = 256;  // a game's own fields, and what its vectors take beside their elements
  std::int64_t const per_game = std::int64_t{setup.players} * kDouble + kPieces + kGame;
  return std::clamp<std::int64_t>(setup.memory_bytes / (per_hybrid + per_game / 2), 1, kMostHybrids);
}

void set_weights(BatchSetup const& setup, double const* weights, HybridBatch const& batch,
                 std::vector<CoalitionMeanPiece>& pieces) {
  pieces = batch.mean_pieces;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    auto& piece = pieces[i];
    piece.weight_total = static_cast<double>(piece.backgrounds);
    if (piece.backgrounds == 1 || setup.weights.empty()) continue;
    auto const first = batch.pieces[i].background;
    auto const of_game =
        setup.weights.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(piece.backgrounds));
    piece.weights = weights + first;
    piece.weight_total = std::accumulate(of_game.begin(), of_game.end(), 0.0);
  }
}

std::unique_ptr<BatchPlayer> make_host_player(BatchSetup const& setup, HybridRows const& rows, Scorer& scorer) {
  return std::make_unique<HostPlayer>(setup, rows, scorer);
}

}  // namespace limpid
