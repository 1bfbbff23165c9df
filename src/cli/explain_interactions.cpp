// `limpid explain --interactions`: what the question, the memory in flight and the files have of them.
#include <algorithm>
#include <utility>

#include "cli/explain_job.h"
#include "io/interaction_text.h"
#include "io/number_text.h"

namespace limpid::cli {
namespace {

constexpr char const* kJsonl = "explanations_shap/interactions.jsonl";
constexpr char const* kNpy = "explanations_shap/interactions.npy";

}  // namespace

void ExplainJob::ask_for_interactions() {
  limpid::ask_for_interactions(question_, options_.estimator ? options_.estimator->kind : EstimatorKind::kAuto);
}

/// Doubles of all pairs while a row is explained, and what of it is written.
void ExplainJob::bound_interactions(PipelineOptions& out) const {
  if (!question_.interactions) return;
  out.interactions = true;
  static constexpr std::int64_t kJsonBytes = 14;  // most numbers as text, with a comma
  auto const& model = models_.front();
  bool const several_engines = models_.size() > 1 || options_.groups.mode == GroupMode::kSum;
  auto const players = static_cast<std::int64_t>(shape_.names.size());
  auto const outputs = shape_.predicted ? 1 : static_cast<std::int64_t>(shape_.labels.size());
  auto const number = options_.interactions.npy ? std::int64_t{sizeof(float)} * (options_.float64 ? 2 : 1) : kJsonBytes;
  InteractionBytes bytes;
  bytes.values = pair_count(model.players) * model.outputs() * std::int64_t{sizeof(double)} * (several_engines ? 2 : 1);
  auto const most = players * players;
  bytes.text =
      outputs * number * (options_.interactions.top > 0 ? std::min(4 * options_.interactions.top, most) : most);
  limpid::bound_interactions(bytes, out);
}

/// The stages of their file; none where there are none.
std::unique_ptr<OutputFile> ExplainJob::open_interactions(PipelineStages& stages) {
  if (!question_.interactions) return nullptr;
  auto const npy = options_.interactions.npy;
  auto file = directory_->create(npy ? kNpy : kJsonl);
  if (npy) file->write(npy_header(shape_, 0));
  stages.format_interactions = [this, npy](RowChunk const& chunk, Explanation const& values, std::string& out) {
    if (npy) return append_interactions_npy(shape_, values, out);
    append_interactions_jsonl(shape_, options_.interactions.top, values, chunk.first_row, chunk.ids, out);
  };
  stages.write_interactions = [out = file.get()](std::string_view text) { out->write(text); };
  return file;
}

void ExplainJob::close_interactions(std::unique_ptr<OutputFile> file) {
  if (options_.interactions.npy) file->rewrite_begin(npy_header(shape_, result_.rows));
  directory_->add(file->close());
}

void ExplainJob::write_mean_interactions() {
  auto const rows = static_cast<double>(std::max<std::int64_t>(result_.rows, 1));
  auto const order = pairs_in_output_order(shape_);
  result_.interaction_sums.resize(order.size() * engine_->expected_value().size(), 0.0);  // no rows: no sums
  std::vector<double> means;
  means.reserve(shape_.outputs.size() * order.size());
  for (auto const output : shape_.outputs) {
    for (auto const pair : order) {
      auto const at = static_cast<std::size_t>(output) * order.size() + static_cast<std::size_t>(pair);
      means.push_back(result_.interaction_sums[at] / rows);
    }
  }
  write_text("interactions.json", interactions_json(shape_, means));
}

}  // namespace limpid::cli
