#include "io/documents.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

namespace limpid {
namespace {

using Json = nlohmann::ordered_json;
constexpr int kIndent = 4;  // as Clarify's

/// NaN and infinity become null: JSON has neither. Text that is not UTF-8 is replaced, so that the document is valid.
std::string text_of(Json const& document) {
  return document.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json text_or_null(std::string const& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json iterations_of(std::int32_t begin, std::int32_t end, std::int32_t in_file) {
  return {{"begin", begin}, {"end", end}, {"in_file", in_file}};
}

Json members_of(ModelFacts const& model) {
  Json out = Json::array();
  for (auto const& m : model.members) {
    out.push_back({{"entry", text_or_null(m.entry)},
                   {"version", m.version},
                   {"base_score", m.base_score},
                   {"trees", m.trees},
                   {"iterations", iterations_of(m.rounds_begin, m.rounds_end, m.rounds_in_file)}});
  }
  return out;
}

/// What is said of the model itself is said of the first member.
Json model_of(ModelFacts const& model) {
  Json out{{"name", model.file.name},
           {"sha256", text_or_null(model.file.sha256)},
           {"library", model.library},
           {"version", model.version},
           {"format", model.format},
           {"objective", model.objective},
           {"base_score", model.base_score},
           {"trees", model.trees},
           {"iterations", iterations_of(model.rounds_begin, model.rounds_end, model.rounds_in_file)}};
  if (model.container.empty()) return out;
  out["archive"] = {{"kind", model.container}, {"members", members_of(model)}};
  return out;
}

/// Mean standard errors by output and player; where a design gives none, null.
Json errors_of(ManifestFacts const& facts) {
  Json out = Json::object();
  for (std::size_t g = 0; g < facts.labels.size(); ++g) {
    Json values = Json::object();
    for (std::size_t p = 0; p < facts.players.size(); ++p) {
      values[facts.players[p]] = facts.mean_errors[g * facts.players.size() + p];  // NaN is written as null
    }
    out[facts.labels[g]] = values;
  }
  return out;
}

Json estimator_of(ManifestFacts const& facts) {
  EstimatorChoice const& choice = *facts.question.estimator;
  Json by = Json::object();
  for (std::size_t k = 0; k < kEstimatorKinds; ++k) {
    if (facts.pairs_by[k] > 0) by[name_of(static_cast<EstimatorKind>(k))] = facts.pairs_by[k];
  }
  Json out{{"name", name_of(choice.kind)},
           {"pairs_by", std::move(by)},
           {"design", name_of(choice.design)},
           {"coalitions", choice.coalitions > 0 ? Json(choice.coalitions) : Json("auto")},
           {"rows", facts.estimated_rows},
           {"pairs", facts.estimated_pairs}};
  if (choice.target_error > 0.0) {
    out["target"] = {{"error", choice.target_error},
                     {"max_coalitions", choice.max_coalitions > 0 ? Json(choice.max_coalitions) : Json("auto")},
                     {"rows_above", facts.over_target_rows},
                     {"first_rows_above", facts.first_over_target}};
  }
  if (!facts.mean_errors.empty()) out["mean_standard_error"] = errors_of(facts);
  return out;
}

Json method_of(ManifestFacts const& facts) {
  Json method{{"name", facts.question.kernel ? name_of(Method::kKernel) : name_of(facts.question.method)},
              {"algorithm", name_of(facts.question.algorithm)},
              {"link", name_of(facts.question.mean_link)},
              {"rows", facts.data.rows},
              {"pairs", facts.pairs}};
  if (facts.question.algorithm != Algorithm::kLeafTables) {
    method["max_exact_players"] = facts.question.max_exact_players;
    method["largest_players"] = facts.largest_players;
    method["estimator"] = facts.estimated_pairs > 0 ? estimator_of(facts) : Json(nullptr);
  }
  return method;
}

/// {"region": {"count": 3, "rule": "missing"}}
Json unseen_of(std::vector<UnseenFacts> const& unseen) {
  Json out = Json::object();
  for (auto const& one : unseen) out[one.feature] = {{"count", one.count}, {"rule", one.rule}};
  return out;
}

Json categories_of(InputFacts const& file) {
  if (file.name.empty()) return nullptr;
  return {{"name", file.name}, {"sha256", text_or_null(file.sha256)}};
}

/// Each weight is in baseline.csv. REQUIRES: there are some.
Json weights_of(BackgroundFacts const& background) {
  auto const [least, most] = std::minmax_element(background.weights.begin(), background.weights.end());
  return {{"column", text_or_null(background.weight_column)},
          {"total", std::accumulate(background.weights.begin(), background.weights.end(), 0.0)},
          {"smallest", *least},
          {"largest", *most}};
}

Json background_of(BackgroundFacts const& background) {
  if (background.kind == "none") return nullptr;
  Json out{{"kind", background.kind},
           {"asked", background.asked},
           {"sha256", text_or_null(background.sha256)},
           {"rows", background.rows}};
  if (background.kind == "file") out["unseen_categories"] = unseen_of(background.unseen);
  if (background.kind == "kmeans") {
    out["clustered_rows"] = background.clusters.rows;
    out["steps"] = background.clusters.steps;
  }
  if (!background.weights.empty()) out["weights"] = weights_of(background);
  return out;
}

Json predictor_of(PredictorDocument const& predictor) {
  if (predictor.kind.empty()) return nullptr;
  return {{"kind", predictor.kind},
          {"target", predictor.target},
          {"version", text_or_null(predictor.version)},
          {"text_columns", predictor.text_columns}};
}

Json additivity_of(AdditivityFacts const& additivity) {
  return {{"holds", additivity.holds},
          {"largest_error", additivity.error},
          {"tolerance", additivity.tolerance},
          {"row", additivity.row < 0 ? Json(nullptr) : Json(additivity.row)},
          {"output", text_or_null(additivity.label)}};
}

Json groups_of(GroupFacts const& facts) {
  if (!facts.asked) return nullptr;
  Json members = Json::object();
  for (auto const& group : facts.groups) members[group.name] = group.features;
  Json groups{{"mode", name_of(facts.mode)}};
  if (!facts.separator.empty()) {
    groups["separator"] = facts.separator;
    groups["level"] = facts.level;
    groups["levels"] = facts.levels;
  }
  groups["features"] = std::move(members);
  return groups;
}

Json expected_of(ManifestFacts const& facts) {
  Json expected = Json::object();
  for (std::size_t g = 0; g < facts.labels.size(); ++g) expected[facts.labels[g]] = facts.expected_value[g];
  return expected;
}

Json interactions_of(ManifestFacts const& facts) {
  if (!facts.question.interactions) return nullptr;
  bool const all = facts.interactions_top == 0;
  return {{"pairs", all ? Json("all") : Json(facts.interactions_top)}, {"format", facts.interactions_format}};
}

Json costs_of(RunFacts const& facts) {
  if (facts.memory_bytes == 0) return nullptr;
  return {{"requests", facts.requests},
          {"rows_sent", facts.rows_sent},
          {"bytes_sent", facts.bytes_sent},
          {"remark", text_or_null(facts.predictor_remark)},
          {"memory_bytes", facts.memory_bytes}};
}

}  // namespace

char const* name_of(Space space) noexcept { return space == Space::kResponse ? "response" : "margin"; }

char const* name_of(Method method) noexcept {
  if (method == Method::kAuto) return "auto";
  if (method == Method::kKernel) return "kernel";
  return method == Method::kInterventional ? "interventional" : "path-dependent";
}

char const* name_of(EstimatorKind kind) noexcept {
  if (kind == EstimatorKind::kAuto) return "auto";
  if (kind == EstimatorKind::kFocus) return "focus";
  return kind == EstimatorKind::kWls ? "wls" : "gp";
}
char const* name_of(DesignKind kind) noexcept { return kind == DesignKind::kKernel ? "kernel" : "leverage"; }
char const* name_of(Algorithm algorithm) noexcept {
  if (algorithm == Algorithm::kCoalitions) return "coalitions";
  return algorithm == Algorithm::kLeafTables ? "leaf-tables" : "lattice";
}

char const* name_of(MeanLink link) noexcept { return link == MeanLink::kLogit ? "logit" : "identity"; }
char const* name_of(GroupMode mode) noexcept { return mode == GroupMode::kPlayers ? "players" : "sum"; }

std::string analysis_json(AnalysisFacts const& facts) {
  Json labels = Json::object();
  for (std::size_t g = 0; g < facts.labels.size(); ++g) {
    Json values = Json::object();
    for (std::size_t p = 0; p < facts.players.size(); ++p) {
      values[facts.players[p]] = facts.mean_abs[g * facts.players.size() + p];
    }
    labels[facts.labels[g]] = {{"global_shap_values", std::move(values)}, {"expected_value", facts.expected_value[g]}};
  }
  return text_of({{"version", "1.0"}, {"explanations", {{"kernel_shap", std::move(labels)}}}});
}

std::vector<UnseenFacts> unseen_facts(std::vector<UnseenTexts> const& unseen) {
  std::vector<UnseenFacts> out;
  out.reserve(unseen.size());
  for (auto const& one : unseen) out.push_back({one.feature, one.count, name_of(one.rule)});
  return out;
}

std::string manifest_json(ManifestFacts const& facts, std::span<WrittenFile const> files) {
  Json listed = Json::array();
  for (auto const& file : files) {
    if (file.name == "run.json") continue;  // differs from run to run
    listed.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  Json data{{"name", facts.data.name}, {"sha256", text_or_null(facts.data.sha256)}, {"rows", facts.data.rows}};
  data["rows_skipped"] = facts.rows_skipped;
  data["id"] = text_or_null(facts.id_column);
  data["missing"] = facts.missing;
  data["unseen_categories"] = unseen_of(facts.data.unseen);
  return text_of({{"limpid", LIMPID_VERSION},
                  {"model", facts.model.file.name.empty() ? Json(nullptr) : model_of(facts.model)},
                  {"predictor", predictor_of(facts.predictor)},
                  {"data", std::move(data)},
                  {"categories", categories_of(facts.categories)},
                  {"space", name_of(facts.question.space)},
                  {"link", name_of(facts.link)},
                  {"method", method_of(facts)},
                  {"background", background_of(facts.background)},
                  {"seed", facts.seed},
                  {"players", facts.players},
                  {"groups", groups_of(facts.groups)},
                  {"outputs", facts.labels},
                  {"predicted_only", facts.predicted_only},
                  {"expected_value", expected_of(facts)},
                  {"format", facts.format},
                  {"float64", facts.float64},
                  {"interactions", interactions_of(facts)},
                  {"additivity", additivity_of(facts.additivity)},
                  {"notes", facts.notes},
                  {"files", std::move(listed)}});
}

std::string run_json(RunFacts const& facts) {
  Json stages = Json::object();
  for (auto const& [name, seconds] : facts.stage_seconds) stages[name] = seconds;
  return text_of({{"limpid", LIMPID_VERSION},
                  {"command", facts.command},
                  {"paths",
                   {{"model", facts.model_path},
                    {"data", facts.data_path},
                    {"background", text_or_null(facts.background_path)},
                    {"out", facts.out_path}}},
                  {"device", facts.device},
                  {"device_note", text_or_null(facts.device_reason)},
                  {"estimator_solver", text_or_null(facts.estimator_solver)},
                  {"simd", facts.simd},
                  {"threads", facts.threads},
                  {"engine_workers", facts.engine_workers},
                  {"chunk_rows", facts.chunk_rows},
                  {"host", facts.host},
                  {"arrow", facts.arrow_version},
                  {"compiler", facts.compiler},
                  {"started_at", facts.started_at},
                  {"seconds", facts.seconds},
                  {"rows_per_second", facts.rows_per_second},
                  {"stage_seconds", std::move(stages)},
                  {"predictor", costs_of(facts)},
                  {"peak_memory_bytes", facts.peak_memory_bytes}});
}

}  // namespace limpid
