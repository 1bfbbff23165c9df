// The engine of the CPU: bins -> predictions and values -> summary, a chunk per call, one thread per worker.
#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "explain/engine.h"
#include "explain/engine_common.h"
#include "explain/interaction_tables.h"
#include "explain/large_games.h"
#include "explain/margin_tables.h"
#include "explain/mean_link.h"
#include "explain/quadrature_trees.h"
#include "explain/tree_routes.h"
#include "kernels/bin_rows.h"
#include "kernels/lattice_game.h"
#include "kernels/predict.h"
#include "kernels/row_game.h"
#include "kernels/sum_leaf_tables.h"
#include "kernels/sum_long_interactions.h"
#include "kernels/sum_long_paths.h"

namespace limpid {
namespace {

/// Patterns of the lattice's rows: 64 rows share the reading of the model, fewer where a row's patterns are large.
constexpr std::int64_t kPatternRows = 64;
constexpr std::int64_t kPollPairs = 10000;  ///< less than a second of work
constexpr std::int64_t kPatternBytes = std::int64_t{64} << 20U;
constexpr std::int64_t kSumBytes = std::int64_t{64} << 20U;  ///< of row games, while the background comes in blocks

TableKind kind_of(Question const& question) noexcept {
  return question.method == Method::kPathDependent ? TableKind::kPathDependent : TableKind::kInterventional;
}

/// The seconds of work().
template <class Work>
double timed(Work const& work) {
  auto const start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What all workers share, constant after construction.
struct Shared {
  CompiledModel const& model;
  Question question;
  BackgroundWeights weights = BackgroundWeights();
  std::vector<double> expected{};
  MarginParts parts;
  MarginTables tables{};             ///< of the short paths
  QuadratureGroups quadrature{};     ///< path-dependent: trees that are walked
  BinnedRows binned{};               ///< background rows
  LongBackground long_paths{};       ///< interventional tables: background of the long paths
  LongBackground wide_paths{};       ///< and of the wide ones
  InteractionTables interactions{};  ///< where they are asked for, with the background of the paths beyond their reach
  LongBackground beyond{};
  std::optional<Boxes> boxes{};    ///< lattice: what its patterns are of
  LatticeBackground background{};  ///< lattice: patterns of the background rows
  LatticeBackground
      large_background{};  ///< estimates: those of the leaf paths, where the lattice's are of boxes and theirs are not
  std::optional<LargeGames> large_games{};

  [[nodiscard]] Boxes const* lattice_boxes() const noexcept { return boxes ? &*boxes : nullptr; }
  [[nodiscard]] bool large_reads_boxes() const noexcept { return boxes && LargeGames::reads_boxes(question); }
};

void build_tables(Shared& shared, BinsView const& background, ParallelFor const& parallel_for) {
  MarginParts const& parts = shared.parts;
  TableKind const kind = kind_of(shared.question);
  auto const& weights = shared.weights.units();
  shared.tables = make_margin_tables(parts.short_paths(), kind, background, weights, parallel_for);
  shared.quadrature = QuadratureGroups(shared.model, parts.quadrature(), parallel_for);
  if (kind == TableKind::kInterventional) {
    shared.long_paths = LongBackground(parts.long_paths().view(), background, weights, parallel_for);
    shared.wide_paths = LongBackground(shared.model.wide_paths.paths.view(), background, weights, parallel_for);
  }
  if (!shared.question.interactions) return;
  shared.interactions = make_interaction_tables(shared.model, kind, background, weights, parallel_for);
  if (kind == TableKind::kInterventional) {
    shared.beyond = LongBackground(shared.interactions.beyond.view(), background, weights, parallel_for);
  }
}

class CpuWorker final : public Engine::Worker {
 public:
  explicit CpuWorker(Shared const& shared) : shared_(shared) {}

  void explain(RowsView rows, bool count_only, Explanation& out) override {
    shape_explanation(shared_.model, shared_.question, rows.rows, out);
    if (rows.rows == 0) return;
    out.seconds.bin = timed([&] { bin_rows(shared_.model, rows, serial_for, binned_); });
    if (shared_.question.algorithm == Algorithm::kLattice) {
      play_lattice(rows, count_only, out);
    } else if (!count_only) {
      sum_tables(out);
    }
    if (count_only) return;
    out.seconds.predict = timed([&] { predict(out); });
    out.seconds.summarise = timed([&] {
      limpid::summarise(out);
      finish_interactions(out);
    });
  }

 private:
  void sum_tables(Explanation& out) const {
    MarginTables const& tables = shared_.tables;
    look_up(tables.folded.paths.view(), tables.tables.data(), out.players, out.values, out);
    sum_long(shared_.parts.long_paths(), shared_.long_paths, sum_long_paths_cpu, out.values, out);
    sum_long({}, shared_.wide_paths, sum_long_paths_cpu, out.values, out);  // path-dependent: by walks
    walk_trees(out);
    if (!shared_.question.interactions) return;
    InteractionTables const& pairs = shared_.interactions;
    auto const players = static_cast<std::int32_t>(pair_count(out.players));
    look_up(pairs.pairs.paths.view(), pairs.tables.data(), players, out.interactions, out);
    sum_long(pairs.beyond, shared_.beyond, sum_long_interactions_cpu, out.interactions, out);
    sum_long(shared_.model.long_paths, shared_.long_paths, sum_long_interactions_cpu, out.interactions, out);
    sum_long(shared_.model.wide_paths.paths, shared_.wide_paths, sum_long_interactions_cpu, out.interactions, out);
  }

  void walk_trees(Explanation& out) const {
    shared_.quadrature.for_each([&](QuadratureTrees const& trees) {
      TreeQuadratureArgs args;
      args.trees = trees.view(shared_.model.node_tests.data());
      args.bins = binned_.view();
      args.players = out.players;
      args.values = out.values.data();
      args.value_stride = out.stride;
      tree_quadrature_cpu(args);
    });
  }

  /// `players`: of the tables, P or pairs of players.
  void look_up(PathsView const& paths, float const* tables, std::int32_t players, std::vector<double>& sums,
               Explanation const& out) const {
    SumLeafTablesArgs args;
    args.paths = paths;
    args.tables = tables;
    args.bins = binned_.view();
    args.players = players;
    args.outputs = out.outputs;
    args.values = sums.data();
    args.value_stride = out.stride;
    sum_leaf_tables_cpu(args);
  }

  /// By leaf and row: `sum` is the kernel of values or of interactions.
  void sum_long(LeafPaths const& all, LongBackground const& background, void (*sum)(SumLongPathsArgs const&),
                std::vector<double>& sums, Explanation const& out) const {
    SumLongPathsArgs args;
    args.kind = kind_of(shared_.question);
    args.background_total = shared_.weights.units().total;
    args.bins = binned_.view();
    args.players = out.players;
    args.outputs = out.outputs;
    args.values = sums.data();
    args.value_stride = out.stride;
    auto const sum_group = [&](PathsView const& paths, PatternCountsView const& patterns) {
      args.paths = paths;
      args.background = patterns;
      sum(args);
    };
    if (args.kind == TableKind::kInterventional) return background.for_each_group(sum_group);
    sum_group(all.view(), {nullptr, nullptr, nullptr, longest_pattern_words(all.view())});
  }

  void play_lattice(RowsView raw, bool count_only, Explanation& out) {
    std::int64_t const per_row =
        std::max<std::int64_t>(pattern_bytes_per_row(shared_.model, shared_.lattice_boxes()), 1);
    std::int64_t const pairs = std::max<std::int64_t>(shared_.binned.rows, 1);
    std::int64_t most = std::min(kPatternBytes / per_row, kPollPairs / pairs);
    if (is_logit()) most = std::min(most, kSumBytes / (row_sums() * static_cast<std::int64_t>(sizeof(double))));
    std::int64_t const group = std::clamp<std::int64_t>(most, 1, kPatternRows);
    for (std::int64_t r = 0; r < out.rows; r += group) {
      if (poll) poll(r);
      std::int64_t const rows = std::min(group, out.rows - r);
      play_group(r, rows, count_only, out);
      if (!shared_.large_games || count_only) continue;
      Patterns const* const patterns = shared_.large_reads_boxes() ? &patterns_ : nullptr;
      shared_.large_games->add(raw, r, r + rows, out, large_, poll, patterns);
    }
  }

  /// Rows [first, first + rows), against the background block by block.
  void play_group(std::int64_t first, std::int64_t rows, bool count_only, Explanation& out) {
    CompiledModel const& model = shared_.model;
    Boxes const* const boxes = shared_.lattice_boxes();
    make_patterns(model, {binned_.bins.data() + first, rows, binned_.stride}, serial_for, patterns_, boxes);
    shared_.background.for_each_block(background_, [&](Patterns const& block, std::int64_t begin, std::int64_t count) {
      LatticeGameArgs args = lattice_args(model, patterns_, block, boxes);
      args.rows = rows;
      args.background_rows = count;
      args.background_begin = begin;
      args.background_total = shared_.binned.rows;
      args.background_weight = shared_.weights.values(begin);
      args.weight_total = shared_.weights.total();
      args.max_players = shared_.question.max_exact_players;
      args.count_only = count_only;
      args.values = out.values.data() + first;
      args.value_stride = out.stride;
      args.largest = out.largest.data() + first;
      args.interactions = out.interactions.empty() ? nullptr : out.interactions.data() + first;
      is_logit() ? play_rows(args) : lattice_game_cpu(args);
    });
  }

  [[nodiscard]] bool is_logit() const noexcept { return shared_.question.mean_link == MeanLink::kLogit; }
  [[nodiscard]] std::int64_t row_sums() const noexcept {
    return row_game_sums(shared_.model.players, shared_.model.outputs(), shared_.question.max_exact_players);
  }

  /// The games of whole rows: what they have summed goes from block to block.
  void play_rows(LatticeGameArgs const& block) {
    RowGameArgs args;
    args.lattice = block;
    if (block.background_rows < block.background_total) {
      row_sums_.resize(static_cast<std::size_t>(block.rows * row_sums()));
      row_players_.resize(static_cast<std::size_t>(block.rows * block.players));
      args.sums = row_sums_.data();
      args.players = row_players_.data();
    }
    row_game_cpu(args);
  }

  void predict(Explanation& out) const {
    PredictArgs args;
    args.trees = shared_.model.trees_view();
    args.bins = binned_.view();
    args.apply_link = shared_.question.space == Space::kResponse && !is_logit();
    args.link = shared_.model.link;
    args.predictions = out.predictions.data();
    args.stride = out.stride;
    predict_cpu(args);
    if (is_logit()) margins_to_logits(shared_.model, out.rows, out.stride, out.predictions.data());
  }

  Shared const& shared_;
  BinnedRows binned_;
  Patterns patterns_;    ///< of a group of rows
  Patterns background_;  ///< of a block of background rows, where not all are kept
  std::vector<double> row_sums_;
  std::vector<std::uint8_t> row_players_;
  LargeGames::Scratch large_;
};

class CpuEngine final : public Engine {
 public:
  CpuEngine(CompiledModel const& model, Question const& question, Background const& background,
            ParallelFor const& parallel_for)
      : shared_{.model = model,
                .question = question,
                .parts = MarginParts(model, question.method == Method::kPathDependent)} {
    check_paths(model, question);
    BinnedRows& binned = shared_.binned;
    if (question.method != Method::kPathDependent) {
      bin_rows(model, background.rows, parallel_for, binned);
      shared_.weights = BackgroundWeights(background);
    }
    shared_.expected = limpid::expected_value(model, question, binned.view(), shared_.weights, parallel_for);
    if (question.algorithm == Algorithm::kLattice) {
      prepare_lattice(parallel_for);
    } else {
      build_tables(shared_, binned.view(), parallel_for);
    }
  }

  [[nodiscard]] std::unique_ptr<Worker> make_worker() const override { return std::make_unique<CpuWorker>(shared_); }
  [[nodiscard]] std::vector<double> const& expected_value() const override { return shared_.expected; }

 private:
  void prepare_lattice(ParallelFor const& parallel_for) {
    CompiledModel const& model = shared_.model;
    Question const& question = shared_.question;
    BinsView const bins = shared_.binned.view();
    shared_.boxes = limpid::lattice_boxes(model);
    shared_.background = LatticeBackground(model, bins, parallel_for, kPatternBudget, shared_.lattice_boxes());
    if (!question.estimator || model.players <= question.max_exact_players) return;  // no pair is above the limit
    bool const as_boxes = shared_.large_reads_boxes();
    bool const is_shared = as_boxes || !shared_.boxes;  // both read boxes, or both leaf paths
    if (!is_shared) shared_.large_background = LatticeBackground(model, bins, parallel_for);
    shared_.large_games.emplace(model, question, is_shared ? shared_.background : shared_.large_background,
                                shared_.binned.rows, shared_.weights, as_boxes ? shared_.lattice_boxes() : nullptr);
  }

  Shared shared_;
};

}  // namespace

void serial_for(std::int64_t n, std::function<void(std::int64_t, std::int64_t)> const& body) {
  if (n > 0) body(0, n);
}

std::unique_ptr<Engine> make_cpu_engine(CompiledModel const& model, Question const& question,
                                        Background const& background, ParallelFor const& parallel_for) {
  return std::make_unique<CpuEngine>(model, question, background, parallel_for);
}

}  // namespace limpid
