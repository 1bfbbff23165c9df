/// Random games for coalition_mean, cut into batches of any size, and their naive means.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include "kernels/coalition_mean.h"
#include "reference/random_model.h"

namespace limpid {

/// One batch: what coalition_mean is given, with weights as indices of games.
struct MeanBatch {
  std::vector<float> scores;               ///< [N x G]
  std::vector<CoalitionMeanPiece> pieces;  ///< weights: the game's, on the host
  std::vector<double> means;               ///< [S x G] sums so far
};

struct CoalitionMeanCase {
  struct Game {
    std::int64_t backgrounds;
    std::int64_t coalitions;
    std::vector<double> weights;  ///< [B], or empty
    std::vector<float> scores;    ///< [coalitions x B x G]

    [[nodiscard]] double total() const {
      return weights.empty() ? static_cast<double>(backgrounds) : std::accumulate(weights.begin(), weights.end(), 0.0);
    }
  };

  std::int32_t outputs;
  std::vector<Game> games;

  CoalitionMeanCase(std::int32_t output_count, int game_count, reference::Random& random) : outputs(output_count) {
    for (int i = 0; i < game_count; ++i) {
      Game game{1 + random.below(5), 2 * (1 + random.below(4)), {}, {}};
      if (random.below(2) == 0) game.backgrounds = 1;
      bool const weighted = random.below(2) == 0;
      for (std::int64_t b = 0; weighted && b < game.backgrounds; ++b) game.weights.push_back(random.uniform());
      for (std::int64_t n = 0; n < game.coalitions * game.backgrounds * outputs; ++n) {
        game.scores.push_back(static_cast<float>(random.uniform() - 0.5));
      }
      games.push_back(game);
    }
  }

  /// [all coalitions x G], one coalition and output at a time.
  [[nodiscard]] std::vector<double> naive() const {
    std::vector<double> means;
    for (auto const& game : games) {
      for (std::int64_t n = 0; n < game.coalitions * outputs; ++n) {
        double sum = 0.0;
        for (std::int64_t b = 0; b < game.backgrounds; ++b) {
          double const weight = game.weights.empty() ? 1.0 : game.weights[static_cast<std::size_t>(b)];
          auto const at = (n / outputs * game.backgrounds + b) * outputs + n % outputs;
          sum += weight * static_cast<double>(game.scores[static_cast<std::size_t>(at)]);
        }
        means.push_back(sum / game.total());
      }
    }
    return means;
  }

  /// The same by `mean`, which makes means of a batch's sums, in batches of at most `most` scores.
  [[nodiscard]] std::vector<double> in_batches(std::int64_t most, std::function<void(MeanBatch&)> const& mean) const {
    std::vector<double> means;
    MeanBatch batch;
    std::int64_t taken = 0;   // scores of the batch
    std::size_t written = 0;  // places of `means` before the batch's
    auto const flush = [&](bool split) {
      mean(batch);
      means.resize(written);
      means.insert(means.end(), batch.means.begin(), batch.means.end());
      written = means.size() - (split ? static_cast<std::size_t>(outputs) : 0);
      batch = {};
      taken = 0;
    };
    for (auto const& game : games) {
      std::int64_t const positions = game.coalitions * game.backgrounds;
      for (std::int64_t begin = 0; begin < positions;) {
        std::int64_t const count = std::min(most - taken, positions - begin);
        bool const goes_on = begin % game.backgrounds != 0;  // its first coalition has a sum
        add_piece(game, taken, begin, count, batch);
        if (goes_on) std::copy_n(means.end() - outputs, outputs, batch.means.end() - added(batch));
        begin += count;
        taken += count;
        if (taken == most) flush(begin % game.backgrounds != 0);
      }
    }
    if (taken > 0) flush(false);
    return means;
  }

 private:
  [[nodiscard]] std::ptrdiff_t added(MeanBatch const& batch) const {
    return touched_coalitions(batch.pieces.back()) * outputs;
  }
  void add_piece(Game const& game, std::int64_t first, std::int64_t begin, std::int64_t count, MeanBatch& batch) const {
    CoalitionMeanPiece piece{first, begin, count, game.backgrounds, 0, nullptr, game.total()};
    piece.mean = static_cast<std::int64_t>(batch.means.size()) / outputs;
    if (!game.weights.empty()) piece.weights = game.weights.data();
    batch.pieces.push_back(piece);
    batch.means.resize(batch.means.size() + static_cast<std::size_t>(added(batch)), 0.0);
    batch.scores.insert(batch.scores.end(), game.scores.begin() + begin * outputs,
                        game.scores.begin() + (begin + count) * outputs);
  }
};

[[nodiscard]] inline CoalitionMeanArgs mean_args(MeanBatch& batch, std::int32_t outputs) {
  CoalitionMeanArgs args;
  args.narrow_scores = batch.scores.data();
  args.outputs = outputs;
  args.pieces = batch.pieces.data();
  args.piece_count = static_cast<std::int64_t>(batch.pieces.size());
  args.coalitions = static_cast<std::int64_t>(batch.means.size()) / outputs;
  args.means = batch.means.data();
  return args;
}

}  // namespace limpid
