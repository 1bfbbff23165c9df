/// One run of `limpid explain`: model and data in, values and documents out.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "blackbox/predictor.h"
#include "cli/chosen_outputs.h"
#include "cli/console.h"
#include "cli/explain_options.h"
#include "cli/used_model.h"
#include "compile/compiled_model.h"
#include "explain/engine.h"
#include "io/documents.h"
#include "io/explanation_text.h"
#include "io/output_directory.h"
#include "io/row_source.h"
#include "kernels/device.h"
#include "limpid/ensemble.h"
#include "pipeline/pipeline.h"

namespace limpid::cli {

/// What a run took, for limpid bench.
struct JobCosts {
  std::string question;  ///< one line: space, method, background, device
  bool pairs = false;    ///< every row is played against every background row
  std::int64_t rows = 0;
  std::int64_t background_rows = 0;
  std::vector<std::pair<std::string, double>> setup;  ///< seconds before the first row: model, background, ...
  StageSeconds stages;                                ///< of all threads
  double seconds = 0.0;                               ///< from the first row to the last
  std::uint64_t bytes_written = 0;
  bool gpu = false;
  int threads = 1;
  int engine_workers = 1;
  std::int64_t chunk_rows = 0;
};

[[nodiscard]] std::int64_t peak_memory_bytes();  ///< of this process so far

class ExplainJob {
 public:
  ExplainJob(ExplainOptions options, Console const& console);
  /// Throws Error, Interrupted. Error check.additivity: outputs were written.
  void run();
  [[nodiscard]] JobCosts costs() const;  ///< REQUIRES: run() is done

 private:
  [[nodiscard]] bool to_stdout() const noexcept { return options_.out == "-"; }
  /// The first member: all have the same features, outputs and link.
  [[nodiscard]] Ensemble const& ensemble() const noexcept { return used_.members.front(); }
  void run_stages();
  void run_result();                                                 ///< one result: of all levels of groups, one
  void timed(char const* stage, std::function<void()> const& work);  ///< notes its seconds in run.json
  void load();                                                       ///< model, rounds, question
  void open();                                                       ///< data against model, groups, output directories
  void prepare_background();                                         ///< rows of the background, and their weights
  void sample_background();
  void cluster_background();
  void read_background();
  void check_same_columns(DataSchema const& background, ReadOptions const& read) const;
  void open_directories();
  void remove_old_levels() const;
  [[nodiscard]] std::string level_directory(std::size_t level) const;
  void compile_models();  ///< for the players at hand
  void prepare_engine();
  [[nodiscard]] std::unique_ptr<Engine> make_engine(CompiledModel const& model) const;
  void prepare_shape();
  void explain();
  void write_documents();
  // Of interactions (explain_interactions.cpp).
  void ask_for_interactions();
  void bound_interactions(PipelineOptions& out) const;
  [[nodiscard]] std::unique_ptr<OutputFile> open_interactions(PipelineStages& stages);
  void close_interactions(std::unique_ptr<OutputFile> file);
  void write_mean_interactions();
  [[nodiscard]] std::vector<double> in_output_order(std::vector<double> const& sums) const;  ///< means over the rows
  [[nodiscard]] RowsView background_view() const noexcept;
  [[nodiscard]] Background background() const noexcept { return {background_view(), background_weights_}; }
  [[nodiscard]] ModelFacts model_facts() const;
  [[nodiscard]] BackgroundFacts background_facts() const;
  [[nodiscard]] ManifestFacts manifest_facts();
  void add_result(ManifestFacts& facts) const;
  [[nodiscard]] RunFacts run_facts() const;
  void write_text(std::string const& name, std::string const& text);
  void check() const;  ///< throws Error check.additivity
  [[nodiscard]] std::string const& label_of(Additivity const& found) const;

  // Of a black box (black_box_job.cpp).
  [[nodiscard]] bool is_black_box() const noexcept { return options_.black_box.has_value(); }
  [[nodiscard]] bool may_use_gpu() const noexcept;  ///< a predictor that answers from outside does not
  void load_black_box();
  void open_black_box_data();
  void connect();
  void prepare_black_box();
  void black_box_pipeline(PipelineOptions& out) const;
  [[nodiscard]] PredictorDocument predictor_document() const;
  [[nodiscard]] std::string columns_note() const;
  [[nodiscard]] std::string black_box_note() const;
  [[nodiscard]] std::string predictor_note() const;
  [[nodiscard]] std::string costs_note() const;

  [[nodiscard]] PipelineOptions pipeline_options() const;
  void say_what_was_chosen() const;
  void say_what_was_done() const;
  [[nodiscard]] std::string estimators_used() const;
  void warn_of_target() const;  ///< of rows above --target-error
  [[nodiscard]] std::string method_note() const;
  [[nodiscard]] std::string device_note() const;
  [[nodiscard]] std::string slow_hint() const;  ///< what makes a long run shorter

  ExplainOptions options_;
  Console const& console_;
  UsedModel used_;
  Link link_ = Link::kIdentity;            ///< the model's
  std::vector<std::string> model_labels_;  ///< [outputs of the model]
  ChosenOutputs outputs_;
  std::vector<CompiledModel> models_;  ///< [members] for the players at hand
  Question question_;
  std::unique_ptr<RowSource> source_;
  std::vector<Grouping> groupings_;  ///< a result each
  Grouping const* grouping_ = nullptr;
  std::vector<std::unique_ptr<OutputDirectory>> directories_;  ///< as groupings_; none for standard output
  OutputDirectory* directory_ = nullptr;
  RowChunk background_;
  std::vector<double> background_weights_;      ///< [background rows], or empty: all the same
  ClusterFacts clusters_;                       ///< of a clustered background
  std::string background_note_;                 ///< what there is to say of it; mostly nothing
  std::vector<UnseenTexts> background_unseen_;  ///< of a background file
  std::int64_t data_rows_ = 0;                  ///< counted by sampling; 0: not yet known
  std::unique_ptr<Predictor> predictor_;        ///< of a black box; outlives the engine
  std::unique_ptr<Engine> engine_;
  std::vector<device::Profile> gpus_;  ///< none: on the CPU
  std::string device_reason_;          ///< why `--device auto` left a GPU for the CPU; else empty
  OutputShape shape_;
  PipelineOptions pipeline_;
  PipelineResult result_;
  std::string started_at_;  ///< RFC 3339, UTC
  double seconds_ = 0.0;
  std::vector<std::pair<std::string, double>> stage_seconds_;
};

}  // namespace limpid::cli
