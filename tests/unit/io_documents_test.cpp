#include "io/documents.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "io_support.h"

namespace limpid::test {
namespace {

using Json = nlohmann::ordered_json;

TEST(Documents, AnalysisIsWhatClarifyWrites) {
  AnalysisFacts facts;
  facts.labels = {"label0"};
  facts.players = {"Age", "Country"};
  facts.mean_abs = {0.036556198315954205, 0.5};
  facts.expected_value = {0.0006380207487381995};
  EXPECT_EQ(analysis_json(facts), R"({
    "version": "1.0",
    "explanations": {
        "kernel_shap": {
            "label0": {
                "global_shap_values": {
                    "Age": 0.036556198315954205,
                    "Country": 0.5
                },
                "expected_value": 0.0006380207487381995
            }
        }
    }
}
)");
}

TEST(Documents, AnalysisOfSeveralOutputsIsNeverNaN) {
  AnalysisFacts facts;
  facts.labels = {"no", "yes"};
  facts.players = {"b", "a"};
  facts.mean_abs = {1, 2, 3, std::numeric_limits<double>::quiet_NaN()};
  facts.expected_value = {0.5, -0.5};
  auto const shap = Json::parse(analysis_json(facts))["explanations"]["kernel_shap"];
  EXPECT_EQ(shap["no"]["global_shap_values"].dump(), R"({"b":1.0,"a":2.0})");
  EXPECT_EQ(shap["yes"]["global_shap_values"].dump(), R"({"b":3.0,"a":null})");
  EXPECT_EQ(shap["yes"]["expected_value"], -0.5);
}

TEST(Documents, BaselineHasTheDatasColumnOrder) {
  DataSchema schema;
  schema.feature_names = {"a", "b,c"};
  schema.feature_order = {1, 0};
  std::vector<double> const values{0.1, std::numeric_limits<double>::quiet_NaN(), -7.0, 3, 1e300, -7.0};
  std::string out = baseline_header(schema);
  append_baseline(schema, {RowsView{values.data(), 3, 2}}, out);
  EXPECT_EQ(out, "\"b,c\",a\n3,0.1\n1e+300,\n");
}

TEST(Documents, BaselineHasTheWeightsLast) {
  DataSchema schema;
  schema.feature_names = {"a", "background_weight"};
  schema.feature_order = {0, 1};
  std::vector<double> const values{1, 2, 3, 4};
  std::vector<double> const weights{0.1, 1e17};
  std::string out = baseline_header(schema, true);
  append_baseline(schema, {RowsView{values.data(), 2, 2}, weights}, out);
  EXPECT_EQ(out, "a,background_weight,background_weight_\n1,3,0.1\n2,4,1e+17\n");
}

ManifestFacts manifest_facts() {
  ManifestFacts facts;
  facts.model.file = {"model.json", "abc", 0};
  facts.model.library = "xgboost";
  facts.model.trees = 10;
  facts.model.rounds_end = 10;
  facts.model.rounds_in_file = 20;
  facts.data = {"rows.csv", "def", 1000};
  facts.background = {"sample", "sample:100", "", 100};
  facts.pairs = 100'000;
  facts.largest_players = 9;
  facts.players = {"b", "a"};
  facts.labels = {"label0"};
  facts.expected_value = {0.5};
  facts.format = "jsonl";
  facts.additivity = {1e-9, 1e-6, 17, "label0", true};
  return facts;
}

TEST(Documents, ManifestHoldsWhatDeterminesValues) {
  std::vector<WrittenFile> const files{{"explanations_shap/out.jsonl", 10, "aa"}, {"run.json", 5, "bb"}};
  auto const text = manifest_json(manifest_facts(), files);
  EXPECT_EQ(text, manifest_json(manifest_facts(), files));
  auto const manifest = Json::parse(text);
  EXPECT_EQ(manifest["limpid"], LIMPID_VERSION);
  EXPECT_EQ(manifest["model"]["sha256"], "abc");
  EXPECT_EQ(manifest["model"]["iterations"].dump(), R"({"begin":0,"end":10,"in_file":20})");
  EXPECT_EQ(manifest["data"]["rows"], 1000);
  EXPECT_EQ(manifest["data"]["id"], nullptr);
  EXPECT_EQ(manifest["space"], "response");
  EXPECT_EQ(
      manifest["method"].dump(),
      R"({"name":"interventional","algorithm":"lattice","link":"identity","rows":1000,"pairs":100000,"max_exact_players":16,"largest_players":9,"estimator":null})");
  EXPECT_EQ(manifest["background"].dump(), R"({"kind":"sample","asked":"sample:100","sha256":null,"rows":100})");
  EXPECT_EQ(manifest["categories"], nullptr);
  EXPECT_EQ(manifest["data"]["unseen_categories"].dump(), "{}");
  EXPECT_EQ(manifest["players"].dump(), R"(["b","a"])");
  EXPECT_EQ(manifest["additivity"]["row"], 17);
  EXPECT_EQ(manifest["files"].dump(), R"([{"name":"explanations_shap/out.jsonl","bytes":10,"sha256":"aa"}])");
  for (auto const* key : {"threads", "chunk_rows", "device", "simd", "host", "seconds"})
    EXPECT_FALSE(manifest.contains(key));
}

TEST(Documents, ManifestSaysWhatCategoriesWereTakenFor) {
  auto facts = manifest_facts();
  facts.categories = {"categories.json", "ccc", 0};
  facts.data.unseen = unseen_facts({{"region", 3, 9, "x", UnseenCategory::kMissing}});
  facts.background = {"file", "background.csv", "", 100, unseen_facts({{"a", 1, 9, "x", UnseenCategory::kOther}})};
  auto const manifest = Json::parse(manifest_json(facts, {}));
  EXPECT_EQ(manifest["categories"].dump(), R"({"name":"categories.json","sha256":"ccc"})");
  EXPECT_EQ(manifest["data"]["unseen_categories"].dump(), R"({"region":{"count":3,"rule":"missing"}})");
  EXPECT_EQ(manifest["background"]["unseen_categories"].dump(), R"({"a":{"count":1,"rule":"other"}})");
}

TEST(Documents, ManifestWithoutBackgroundOrRows) {
  auto facts = manifest_facts();
  facts.background = {};
  facts.question.method = Method::kPathDependent;
  facts.question.algorithm = Algorithm::kLeafTables;
  facts.additivity = {};
  auto const manifest = Json::parse(manifest_json(facts, {}));
  EXPECT_EQ(manifest["background"], nullptr);
  EXPECT_EQ(manifest["method"]["name"], "path-dependent");
  EXPECT_EQ(manifest["method"]["algorithm"], "leaf-tables");
  EXPECT_FALSE(manifest["method"].contains("largest_players"));
  EXPECT_EQ(manifest["additivity"]["row"], nullptr);
}

TEST(Documents, RunHoldsTheRest) {
  RunFacts facts;
  facts.command = {"limpid", "explain", "--data", "\xFF.csv"};  // a path need not be UTF-8, the document must be
  facts.threads = 2;
  facts.stage_seconds = {{"read", 0.5}, {"explain", 1.5}};
  auto run = Json::parse(run_json(facts));
  EXPECT_EQ(run["threads"], 2);
  EXPECT_EQ(run["estimator_solver"], nullptr);
  EXPECT_EQ(run["stage_seconds"].dump(), R"({"read":0.5,"explain":1.5})");
  EXPECT_EQ(run["paths"]["background"], nullptr);
  facts.estimator_solver = "cuSOLVER";
  run = Json::parse(run_json(facts));
  EXPECT_EQ(run["estimator_solver"], "cuSOLVER");
}

}  // namespace
}  // namespace limpid::test
