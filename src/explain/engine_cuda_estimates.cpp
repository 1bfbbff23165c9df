#include "explain/engine_cuda_estimates.h"

#include <algorithm>
#include <functional>
#include <span>
#include <string>

#include "explain/engine_common.h"
#include "kernels/apply_operator.h"
#include "kernels/focused_game.h"

namespace limpid {
namespace {

constexpr std::int64_t kPairBytes = std::int64_t{256} << 20U;        ///< of what a slice keeps per pair
constexpr std::int64_t kDifferenceBytes = std::int64_t{256} << 20U;  ///< of what is made of a design at a time

template <class T>
device::Buffer<T> upload(device::Exec const& exec, T const* host, std::int64_t count) {
  return {exec, std::span<T const>(host, host == nullptr ? 0 : static_cast<std::size_t>(count))};
}

/// [V x words] the coalitions by player, and a last bit of 0 for the empty one.
std::vector<std::uint32_t> columns_of(EstimatorView const& host, std::int64_t words) {
  std::vector<std::uint32_t> columns(static_cast<std::size_t>(host.players * words), 0);
  for (std::int64_t p = 0; p < host.pairs; ++p) {
    for (std::int32_t i = 0; i < host.players; ++i) {
      std::uint64_t const holds = host.coalitions[p * host.words + i / 64] >> (i % 64) & 1U;
      columns[static_cast<std::size_t>(i * words + p / 32)] |= static_cast<std::uint32_t>(holds << (p % 32));
    }
  }
  return columns;
}

std::unique_ptr<SystemSolver> solver_on(device::Exec const& exec) {
  std::string reason;  // solver_name_cuda() tells it
  auto solver = make_solver_cuda(exec, reason);
  return solver != nullptr ? std::move(solver) : make_solver_cpu();
}

}  // namespace

DeviceEstimator::DeviceEstimator(device::Exec const& exec, EstimatorView const& host)
    : coalitions_(upload(exec, host.coalitions, host.pairs * host.words)),
      weights_(upload(exec, host.weights, host.pairs * host.players)),
      share_(upload(exec, host.share, host.players)),
      size_share_(upload(exec, host.size_share, host.pairs)),
      factor_(upload(exec, host.factor, host.pairs)),
      freedom_(upload(exec, host.freedom, host.players)),
      left_(upload(exec, host.left, host.players)),
      check_weights_(upload(exec, host.check_weights, host.pairs * host.checks)),
      check_share_(upload(exec, host.check_share, host.checks)),
      view_(host),
      design_{host.players, host.pairs, coalitions_.data(), nullptr, host.pairs / 32 + 1} {
  std::vector<std::uint32_t> columns;
  if (host.words > 1) {
    columns = columns_of(host, design_.column_words);
    columns_ = upload(exec, columns.data(), static_cast<std::int64_t>(columns.size()));
    design_.columns = columns_.data();
  }
  view_.coalitions = coalitions_.data();
  view_.weights = weights_.data();
  view_.share = share_.data();
  view_.size_share = size_share_.data();
  view_.factor = factor_.data();
  view_.freedom = freedom_.data();
  view_.left = left_.data();
  view_.check_weights = check_weights_.data();
  view_.check_share = check_share_.data();
  exec.wait();
}

void RowSums::take(std::int64_t r, std::int32_t players, std::int32_t focus_level, RowEstimate& out) const {
  auto const vectors = static_cast<std::int64_t>(sums.size()) / stride;
  out.clear(static_cast<std::size_t>(vectors));
  out.pairs = estimated[static_cast<std::size_t>(r)];
  for (std::int64_t n = 0; n < vectors; ++n) {
    out.values[static_cast<std::size_t>(n)] = sums[static_cast<std::size_t>(n * stride + r)];
    out.errors[static_cast<std::size_t>(n)] = squares[static_cast<std::size_t>(n * stride + r)];
    out.doubts[static_cast<std::size_t>(n)] = doubts[static_cast<std::size_t>(n * stride + r)];
  }
  if (focused_sums.empty()) return;
  std::vector<double> of_row;
  std::vector<double> changes;
  for (std::int64_t n = 0; n < vectors; ++n) {
    of_row.push_back(focused_sums[static_cast<std::size_t>(n * stride + r)]);
    changes.push_back(focused_changes[static_cast<std::size_t>(n * stride + r)]);
  }
  out.add_focused(focused[static_cast<std::size_t>(r)], focus_level, of_row, changes,
                  static_cast<std::size_t>(players));
}

DeviceEstimates::DeviceEstimates(device::Exec const& exec, EstimatorChoice const& choice)
    : exec_(exec), choice_(choice), host_(choice, solver_on(exec)) {}

DeviceEstimator const& DeviceEstimates::estimator(std::int32_t players) {
  auto const known = on_device_.find({players, doublings_});
  if (known != on_device_.end()) return known->second;
  return on_device_
      .emplace(std::pair{players, doublings_}, allocate_for("an estimator of " + std::to_string(players) + " players",
                                                            [&] { return DeviceEstimator(exec_, host_.of(players)); }))
      .first->second;
}

void DeviceEstimates::play(LatticeGameArgs const& game, std::vector<std::int32_t> const& rows, std::int32_t doublings,
                           RowSums& out, std::function<void(std::int64_t)> const& rows_done) {
  std::int64_t const vectors = std::int64_t{game.outputs} * game.players;
  doublings_ = doublings;
  host_.set_doublings(doublings);
  LatticeGameArgs args = game;
  args.value_stride = out.stride = row_stride(game.rows);
  auto const size = static_cast<std::size_t>(vectors * out.stride);
  out.sums.resize(size);
  out.squares.resize(size);
  out.doubts.resize(size);
  out.estimated.assign(static_cast<std::size_t>(out.stride), 0);
  reserve(exec_, sums_, size, "sums of estimated values");
  reserve(exec_, squares_, size, "sums of estimated values");
  reserve(exec_, doubt_sums_, size, "sums of estimated values");
  reserve(exec_, rows_, rows.size(), "rows with estimated pairs");
  exec_.zero(sums_.data(), size * sizeof(double));
  exec_.zero(squares_.data(), size * sizeof(double));
  exec_.zero(doubt_sums_.data(), size * sizeof(double));
  rows_host_ = rows;
  exec_.copy_in(rows_.data(), rows_host_.data(), rows.size() * sizeof(std::int32_t));
  std::int32_t const most_focused = choice_.most_focus_players();
  if (most_focused > game.max_players) focus(args, static_cast<std::int64_t>(rows.size()), out);
  args.max_players = std::max(args.max_players, most_focused);
  if (args.max_players < args.players) sample(args, rows, out, rows_done);
  exec_.copy_out(out.sums.data(), sums_.data(), size * sizeof(double));
  exec_.copy_out(out.squares.data(), squares_.data(), size * sizeof(double));
  exec_.copy_out(out.doubts.data(), doubt_sums_.data(), size * sizeof(double));
  exec_.wait();
}

/// The first of rows_ by the focused lattice.
void DeviceEstimates::focus(LatticeGameArgs const& game, std::int64_t rows, RowSums& out) {
  std::size_t const size = out.sums.size();
  char const* const what = "sums of focused values";
  reserve(exec_, focused_sums_, size, what);
  reserve(exec_, focused_changes_, size, what);
  reserve(exec_, focused_, out.estimated.size(), what);
  FocusedGameArgs args;
  args.lattice = game;
  args.lattice.rows = rows;
  args.effort = choice_.focus_effort(doublings_);
  args.most_players = choice_.most_focus_players();
  args.row_list = rows_.data();
  args.sums = focused_sums_.data();
  args.changes = focused_changes_.data();
  args.estimated = focused_.data();
  exec_.zero(args.sums, size * sizeof(double));
  exec_.zero(args.changes, size * sizeof(double));
  exec_.zero(args.estimated, out.estimated.size() * sizeof(std::int32_t));
  focused_game_cuda(exec_, args);
  out.focused_sums.resize(size);
  out.focused_changes.resize(size);
  out.focused.resize(out.estimated.size());
  exec_.copy_out(out.focused_sums.data(), args.sums, size * sizeof(double));
  exec_.copy_out(out.focused_changes.data(), args.changes, size * sizeof(double));
  exec_.copy_out(out.focused.data(), args.estimated, out.focused.size() * sizeof(std::int32_t));
}

/// The rows by sampled coalitions.
void DeviceEstimates::sample(LatticeGameArgs const& game, std::vector<std::int32_t> const& rows, RowSums& out,
                             std::function<void(std::int64_t)> const& rows_done) {
  std::int64_t const vectors = std::int64_t{game.outputs} * game.players;
  // keys and players of number_players, bits, live; value, variance and doubt
  std::int64_t const per_pair = game.players * 16 + 8 + 3 * vectors * static_cast<std::int64_t>(sizeof(double));
  std::int64_t const pairs = std::max<std::int64_t>(kPairBytes / per_pair, 1);
  std::int64_t const at_a_time = std::max<std::int64_t>(pairs / game.background_rows, 1);
  std::int64_t const most = std::min(pairs, game.background_rows);
  auto const count = static_cast<std::int64_t>(rows.size());
  reserve_slice(game, std::min(at_a_time, count) * most);
  for (std::int64_t first = 0; first < count; first += at_a_time) {
    if (rows_done) rows_done(first);
    for (std::int64_t z = 0; z < game.background_rows; z += most) {
      std::int64_t const taken = std::min(at_a_time, count - first);
      play_slice(game, {rows_.data() + first, taken, z, std::min(most, game.background_rows - z)},
                 {rows.begin() + first, rows.begin() + first + taken}, out);
    }
  }
}

void DeviceEstimates::reserve_slice(LatticeGameArgs const& game, std::int64_t pairs) {
  auto const count = static_cast<std::size_t>(pairs);
  auto const players = static_cast<std::size_t>(game.players);
  std::size_t const values = count * static_cast<std::size_t>(game.outputs) * players;
  char const* const what = "pairs of rows that are estimated";
  reserve(exec_, live_, count, what);
  reserve(live_host_, count, what);
  reserve(exec_, bits_, count * players, what);
  reserve(exec_, slot_, count, what);
  reserve(exec_, values_, values, what);
  reserve(exec_, variances_, values, what);
  reserve(exec_, doubts_, values, what);
}

/// Numbers the players of the slice's pairs; waits for the answer.
DeviceEstimates::Groups DeviceEstimates::group_pairs(LatticeGameArgs const& game, PairSlice const& slice) {
  number_players_cuda(exec_, {game, slice, choice_.seed, live_.data(), bits_.data()});
  auto const pairs = static_cast<std::size_t>(slice.pairs());
  exec_.copy_out(live_host_.data(), live_.data(), pairs * sizeof(std::int32_t));
  exec_.wait();
  Groups groups;
  for (std::size_t n = 0; n < pairs; ++n) {
    std::int32_t const players = live_host_.data()[n];
    if (players > game.max_players) groups[players].push_back(static_cast<std::int32_t>(n));
  }
  return groups;
}

void DeviceEstimates::play_slice(LatticeGameArgs const& game, PairSlice const& slice,
                                 std::vector<std::int32_t> const& rows, RowSums& out) {
  Groups const groups = group_pairs(game, slice);
  slot_host_.clear();  // the last slice's copy is done: group_pairs waited
  for (auto const& [players, pairs] : groups) {
    slot_host_.insert(slot_host_.end(), pairs.begin(), pairs.end());
    for (std::int32_t const n : pairs) {
      ++out.estimated[static_cast<std::size_t>(rows[static_cast<std::size_t>(n / slice.background_count)])];
    }
  }
  exec_.copy_in(slot_.data(), slot_host_.data(), slot_host_.size() * sizeof(std::int32_t));
  std::int32_t const* slot = slot_.data();
  for (auto const& [players, pairs] : groups) {
    auto const count = static_cast<std::int64_t>(pairs.size());
    play_group(game, slice, estimator(players), slot, count);
    slot += count;
  }
  SumPairsArgs sum;
  sum.game = game;
  sum.slice = slice;
  sum.live = live_.data();
  sum.bits = bits_.data();
  sum.values = values_.data();
  sum.variances = variances_.data();
  sum.doubts = doubts_.data();
  sum.sums = sums_.data();
  sum.squares = squares_.data();
  sum.doubt_sums = doubt_sums_.data();
  sum_pairs_cuda(exec_, sum);
}

/// Pairs with as many live players as the estimator has.
void DeviceEstimates::play_group(LatticeGameArgs const& game, PairSlice const& slice, DeviceEstimator const& estimator,
                                 std::int32_t const* slot, std::int64_t count) {
  bool const is_joint = game.link == Link::kSoftmax;
  std::int64_t const per_game = (is_joint ? 2 : 1) * (estimator.view().pairs + 1) + estimator.view().checks;
  std::int64_t const bytes = per_game * game.outputs * static_cast<std::int64_t>(sizeof(double));
  std::int64_t const batch = std::clamp<std::int64_t>(kDifferenceBytes / bytes, 1, count);
  auto const games = static_cast<std::size_t>(batch * game.outputs);
  std::size_t const differences = games * static_cast<std::size_t>(estimator.view().pairs + 1);
  reserve(exec_, differences_, differences, "values of sampled coalitions");
  reserve(exec_, complements_, is_joint ? differences : 0, "values of sampled coalitions");
  reserve(exec_, checks_, games * static_cast<std::size_t>(estimator.view().checks), "values of sampled coalitions");
  for (std::int64_t first = 0; first < count; first += batch) {
    SamplePairsArgs sample;
    sample.game = game;
    sample.slice = slice;
    sample.design = estimator.design();
    sample.bits = bits_.data();
    sample.slot = slot + first;
    sample.count = std::min(batch, count - first);
    sample.differences = differences_.data();
    sample.complements = complements_.data();
    sample_pairs_cuda(exec_, sample);
    ApplyOperatorArgs apply;
    apply.estimator = estimator.view();
    apply.games = sample.count * game.outputs;
    apply.outputs = game.outputs;
    apply.differences = differences_.data();
    apply.slot = slot + first;
    apply.values = values_.data();
    apply.variances = variances_.data();
    apply.doubts = doubts_.data();
    apply.stride = game.players;
    apply.checks = checks_.data();
    apply_operator_cuda(exec_, apply);
  }
}

}  // namespace limpid
