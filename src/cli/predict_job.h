/// One run of `limpid predict`: model and data in, predictions or their comparison out.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/console.h"
#include "cli/predict_options.h"
#include "cli/used_model.h"
#include "io/output_directory.h"
#include "io/prediction_text.h"
#include "io/row_source.h"
#include "limpid/ensemble.h"
#include "pipeline/comparison.h"

namespace limpid::cli {

class PredictJob {
 public:
  PredictJob(PredictOptions options, Console const& console);
  /// Throws Error, Interrupted. Error check.compare: a difference above the tolerance; outputs were written.
  void run();

 private:
  /// The first member: all have the same features, outputs and link.
  [[nodiscard]] Ensemble const& ensemble() const noexcept { return used_.members.front(); }
  void run_stages();
  void open();  ///< data, the file to compare with, the file to write
  void predict();
  void finish_file();
  void handle(RowChunk const& chunk, Explanation const& predictions, std::string& out);  ///< on several threads
  void write(std::string_view text);
  void say_what_was_chosen() const;
  void report() const;
  void check() const;  ///< throws Error check.compare
  [[nodiscard]] std::string report_text() const;
  [[nodiscard]] std::string where(Difference const& difference) const;

  PredictOptions options_;
  Console const& console_;
  UsedModel used_;
  PredictionShape shape_;
  std::unique_ptr<RowSource> source_;
  std::unique_ptr<OutputFile> file_;
  std::string temporary_;  ///< name of the file until it is complete
  std::mutex mutex_;
  Comparison comparison_;  ///< guarded by mutex_
  std::int64_t rows_ = 0;
  double seconds_ = 0.0;
};

}  // namespace limpid::cli
