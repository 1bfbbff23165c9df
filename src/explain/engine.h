/// One compiled model with its background on one device: explains chunks of rows. It knows no thread, file or format.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compile/compiled_model.h"
#include "explain/estimator_choice.h"

namespace limpid {

enum class Space : std::uint8_t { kResponse, kMargin };
/// kKernel: interventional, by the game of every pair (lattice or estimators) also where leaf tables would be exact.
enum class Method : std::uint8_t { kAuto, kInterventional, kPathDependent, kKernel };
/// What is applied to the mean over the background. kLogit: the game of a row spans its whole background.
enum class MeanLink : std::uint8_t { kIdentity, kLogit };
/// How values are computed (ARCHITECTURE.md, section 2): what the planner picks and the manifest names.
/// kCoalitions: of a black box, which is asked about hybrid rows (src/blackbox).
enum class Algorithm : std::uint8_t { kLeafTables, kLattice, kCoalitions };

/// Raw feature values in the model's feature order: feature f of row r at data[f * stride + r]; NaN is missing.
struct RowsView {
  double const* data = nullptr;  ///< [M x R]
  std::int64_t stride = 0;
  std::int64_t rows = 0;
  /// Black boxes: [M] texts of the columns of text, whose values are indices into them; a column of numbers has none.
  std::vector<std::vector<std::string>> const* texts = nullptr;
};

/// The reference rows. Means over them count row z `weights[z]` times over their sum, in every method.
struct Background {
  Background() = default;
  /// Rows alone are a background in which every row counts the same.
  Background(RowsView all, std::span<double const> weight_of_row = {})  // NOLINT(google-explicit-constructor)
      : rows(all), weights(weight_of_row) {}

  RowsView rows;
  /// [B] finite, none negative, not all 0, of any scale; empty: all equal. A row of weight 0 adds nothing, but is
  /// still met (it counts in Explanation::largest): leave such rows out.
  std::span<double const> weights;
};

/// What is asked, after defaults are resolved; REQUIRES: the planner accepted it.
struct Question {
  Space space = Space::kResponse;
  Method method = Method::kInterventional;
  Algorithm algorithm = Algorithm::kLattice;
  std::int32_t max_exact_players = 16;
  std::optional<EstimatorChoice> estimator =
      std::nullopt;                          ///< of pairs with more live players; none: they are only counted
  bool kernel = false;                       ///< asked for by name: Method::kKernel; `method` is then interventional
  MeanLink mean_link = MeanLink::kIdentity;  ///< kLogit: `algorithm` is the lattice, of rows in place of pairs
  bool interactions = false;                 ///< of pairs of players too; nothing estimates them: no estimator
};

/// Resolves method auto and checks the combination (the table in ARCHITECTURE.md, section 2). `background`: one was
/// asked for explicitly. Throws Error usage.method, model.objective with the option that fixes it. A question about
/// the response is then asked of the ensemble that scale_to_response() made.
[[nodiscard]] Question plan(Ensemble const& ensemble, Space space, bool space_given, Method method,
                            bool background_given, std::int32_t max_exact_players);

/// Asks the question for interactions as well. `estimator`: what was asked for by name. Throws Error
/// usage.interactions.
void ask_for_interactions(Question& question, EstimatorKind estimator);

/// Throws Error model.objective when only the margin of the model can be explained.
void require_response(Ensemble const& ensemble);

/// Seconds of a chunk in the parts of its work beside the values, as far as the engine tells them apart: a GPU's run
/// side by side and are 0.
struct PartSeconds {
  double bin = 0.0;
  double predict = 0.0;
  double summarise = 0.0;
};

/// The values of one chunk. Vectors are [.. x stride], stride a multiple of 64 >= rows.
struct Explanation {
  std::int64_t rows = 0;
  std::int64_t stride = 0;
  std::int32_t players = 0;
  std::int32_t outputs = 0;
  std::vector<double> values;         ///< [G x P x stride] output g, player p, row r at (g * P + p) * stride + r
  std::vector<double> predictions;    ///< [G x stride] in the asked space
  std::vector<double> summary;        ///< [ceil(rows / kSummaryRows) x G * P] sums of |phi|
  std::vector<std::int32_t> largest;  ///< lattice: [rows] most live players of any pair; else empty
  /// With an estimator: [G x P x stride] standard errors of the values (0: exact; NaN: the design gives none), and
  /// [rows] how many of the row's pairs were estimated; else empty.
  std::vector<double> errors{};
  std::vector<std::int32_t> estimated{};
  PairsByEstimator pairs_by{};              ///< of all rows
  std::vector<std::uint8_t> over_target{};  ///< [rows] 1: errors above EstimatorChoice::target_error; else empty
  std::vector<double> error_summary{};      ///< as `summary`, of the standard errors
  /// With Question::interactions: [G x T x stride], T = pair_count(P), SHAP interaction values: pair i < j half of its
  /// Shapley interaction index, (i, i) the main effect phi_i - sum over j of the pairs (i, j); else empty.
  std::vector<double> interactions{};
  std::vector<double> interaction_summary{};  ///< [ceil(rows / kInteractionRows) x G * T] sums of magnitudes
  PartSeconds seconds{};
};

/// Rows per block of the global sums of interactions, by global row index: chunks start at multiples of it.
inline constexpr std::int64_t kInteractionRows = 64;

/// Runs body(begin, end) over slices of [0, n), perhaps on several threads, and returns when all are done.
using ParallelFor = std::function<void(std::int64_t n, std::function<void(std::int64_t, std::int64_t)> const& body)>;
void serial_for(std::int64_t n, std::function<void(std::int64_t, std::int64_t)> const& body);

class Engine {
 public:
  virtual ~Engine() = default;

  /// One worker's state: scratch on the CPU, a stream with its buffers on a GPU.
  class Worker {
   public:
    virtual ~Worker() = default;
    /// Explains one chunk; `out` is resized and reused. `count_only`: only `largest` (lattice over its limit).
    virtual void explain(RowsView rows, bool count_only, Explanation& out) = 0;
    /// Called now and then during a chunk of long work, with its rows that are done; may throw, which ends it.
    std::function<void(std::int64_t rows)> poll;
  };
  /// Thread safety: workers of one engine may run on different threads at the same time.
  [[nodiscard]] virtual std::unique_ptr<Worker> make_worker() const = 0;

  /// [G] value of the empty coalition in the asked space: weighted mean prediction of the background, or the cover
  /// mean.
  [[nodiscard]] virtual std::vector<double> const& expected_value() const = 0;

  /// Who solves the systems of estimators, for run.json.
  [[nodiscard]] virtual std::string estimator_solver() const { return "LAPACK"; }
};

/// `background`: copied; REQUIRES rows > 0 for interventional questions; ignored for path-dependent ones.
/// The model must outlive the engine.
[[nodiscard]] std::unique_ptr<Engine> make_cpu_engine(CompiledModel const& model, Question const& question,
                                                      Background const& background, ParallelFor const& parallel_for);
[[nodiscard]] std::unique_ptr<Engine> make_cuda_engine(CompiledModel const& model, Question const& question,
                                                       Background const& background, std::int32_t device);

/// Games of paths of more players than a word has bits: on the CPU, whatever the device. A CUDA engine is then the
/// CPU's.
[[nodiscard]] bool plays_on_host(CompiledModel const& model, Question const& question) noexcept;

}  // namespace limpid
