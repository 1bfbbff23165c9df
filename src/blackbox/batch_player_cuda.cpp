// Batches of a black box in the memory of a GPU: hybrids are written where the predictor reads them, and its scores are
// averaged where it leaves them. What crosses the bus is a chunk's rows, the games, and means of coalitions.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "blackbox/batch_player.h"
#include "explain/device_buffers.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::int64_t kDouble = sizeof(double);

class DevicePlayer final : public BatchPlayer {
 public:
  DevicePlayer(BatchSetup const& setup, HybridRows const& rows, Predictor& predictor, std::int32_t device)
      : setup_(setup), rows_(rows), predictor_(predictor), columns_(predictor.device_columns()), exec_(device) {
    if (columns_.empty()) {
      columns_.resize(static_cast<std::size_t>(rows.columns()));
      std::iota(columns_.begin(), columns_.end(), 0);
    }
    std::vector<std::int32_t> players;
    players.reserve(columns_.size());
    for (auto const column : columns_) players.push_back(setup.player_of[static_cast<std::size_t>(column)]);
    upload(player_of_, players, "the players of columns");
    if (!setup.weights.empty()) {
      upload(weights_, std::vector<double>(setup.weights.begin(), setup.weights.end()), "weights of the background");
    }
    upload(background_, arranged(rows.background(0), rows.background_rows()), "the background");
  }

  /// Half of the memory that the device has at most: the predictor keeps its model and buffers beside these.
  [[nodiscard]] std::int64_t capacity() const noexcept override {
    auto setup = setup_;
    setup.memory_bytes = std::min(setup.memory_bytes, static_cast<std::int64_t>(exec_.profile().global_memory / 2));
    return batch_capacity(setup,
                          static_cast<std::int64_t>(columns_.size()) * kDouble + predictor_.outputs() * 3 * kDouble);
  }

  void take_rows() override { upload(chunk_, arranged(rows_.row(0), rows_.row_count()), "a chunk's rows"); }

  void play(HybridBatch& batch, std::function<void()> const& poll) override {
    write_hybrids(batch);
    exec_.wait();  // the predictor reads them in a stream of its own
    predictor_.poll = poll;
    auto const* const scores = predictor_.predict_on_device(
        {hybrids_.data(), batch.hybrids, static_cast<std::int32_t>(columns_.size()), exec_.profile().index});
    predictor_.poll = {};
    average(scores, batch);
    check_finite(batch.means);
  }

 private:
  /// Rows in the predictor's order of columns.
  [[nodiscard]] std::vector<double> arranged(double const* rows, std::int64_t count) const {
    std::vector<double> out;
    out.reserve(static_cast<std::size_t>(count) * columns_.size());
    for (std::int64_t r = 0; r < count; ++r) {
      for (auto const column : columns_) out.push_back(rows[r * rows_.columns() + column]);
    }
    return out;
  }

  /// Waits: `host` may go.
  template <class T>
  void upload(device::Buffer<T>& buffer, std::vector<T> const& host, char const* what) {
    reserve(exec_, buffer, host.size(), what);
    exec_.copy_in(buffer.data(), host.data(), host.size() * sizeof(T));
    exec_.wait();
  }

  /// The coalitions of a design, which live as long as the engine, in device memory.
  [[nodiscard]] std::uint64_t const* on_device(std::uint64_t const* coalitions, std::int64_t words) {
    auto const [it, is_new] = designs_.try_emplace(coalitions);
    if (is_new) upload(it->second, {coalitions, coalitions + words}, "coalitions of a design");
    return it->second.data();
  }

  void write_hybrids(HybridBatch const& batch) {
    auto pieces = batch.pieces;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      pieces[i].coalitions = on_device(pieces[i].coalitions, batch.design_words[i]);
    }
    upload(pieces_, pieces, "the games of a batch");
    upload(bits_, batch.bits, "the players of games");
    reserve(exec_, hybrids_, static_cast<std::size_t>(batch.hybrids) * columns_.size(), "hybrid rows");
    PerturbArgs args;
    args.columns = static_cast<std::int32_t>(columns_.size());
    args.players = setup_.players;
    args.player = player_of_.data();
    args.rows = chunk_.data();
    args.background = background_.data();
    args.pieces = pieces_.data();
    args.piece_count = static_cast<std::int64_t>(pieces.size());
    args.bits = bits_.data();
    args.hybrids = batch.hybrids;
    args.out = hybrids_.data();
    perturb_cuda(exec_, args);
  }

  void average(float const* scores, HybridBatch& batch) {
    std::vector<CoalitionMeanPiece> pieces;
    set_weights(setup_, weights_.data(), batch, pieces);
    upload(mean_pieces_, pieces, "the games of a batch");
    upload(means_, batch.means, "values of coalitions");
    CoalitionMeanArgs args;
    args.narrow_scores = scores;
    args.outputs = predictor_.outputs();
    args.pieces = mean_pieces_.data();
    args.piece_count = static_cast<std::int64_t>(pieces.size());
    args.coalitions = static_cast<std::int64_t>(batch.means.size()) / args.outputs;
    args.means = means_.data();
    coalition_mean_cuda(exec_, args);
    exec_.copy_out(batch.means.data(), means_.data(), batch.means.size() * sizeof(double));
    exec_.wait();  // the scores go with the predictor's next call
  }

  /// A score that is none makes none of its coalition's sum.
  void check_finite(std::vector<double> const& means) const {
    auto const bad = std::find_if(means.begin(), means.end(), [](double mean) { return !std::isfinite(mean); });
    if (bad == means.end()) return;
    throw Error("endpoint.score",
                fmt::format("the predictor's scores of a coalition have the mean {}; expected finite numbers", *bad),
                predictor_.facts().target);
  }

  BatchSetup const& setup_;
  HybridRows const& rows_;
  Predictor& predictor_;
  std::vector<std::int32_t> columns_;  ///< [M] the data's column at each place
  device::Exec exec_;
  device::Buffer<std::int32_t> player_of_, bits_;
  device::Buffer<double> weights_, background_, chunk_, hybrids_, means_;
  device::Buffer<PerturbPiece> pieces_;
  device::Buffer<CoalitionMeanPiece> mean_pieces_;
  std::map<std::uint64_t const*, device::Buffer<std::uint64_t>> designs_;
};

}  // namespace

std::unique_ptr<BatchPlayer> make_device_player(BatchSetup const& setup, HybridRows const& rows, Predictor& predictor,
                                                std::int32_t device) {
  return std::make_unique<DevicePlayer>(setup, rows, predictor, device);
}

}  // namespace limpid
