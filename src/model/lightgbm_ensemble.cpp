/// From what a LightGBM file says to what it means: version, outputs, objective, features, rounds.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>

#include "limpid/error.h"
#include "model/lightgbm_document.h"
#include "model/lightgbm_objective.h"
#include "model/tree_shape.h"

namespace limpid::model {
namespace {

constexpr std::int64_t kOldestFormat = 2;  // of LightGBM 2.1
constexpr std::int64_t kNewestFormat = 4;  // of LightGBM 4.0 to 4.7, the newest that was tested: tests/fixtures

class Assembler {
 public:
  explicit Assembler(ModelBytes const& file) : file_(file), doc_(read_lightgbm_document(file)) {}

  Ensemble assemble() {
    check_version();
    check_keys();
    set_family();
    set_outputs();
    set_objective();
    out_.trees = std::move(doc_.trees);
    set_features();
    set_rounds();
    settle_kinds();
    check_trees(out_, file_.name, "the file is damaged: save the model again");
    set_pandas_categories(doc_, file_.name, out_);
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(std::string const& message) const {
    throw Error("model.format", message, file_.name, "save the model again with booster.save_model(\"model.txt\")");
  }

  /// Throws model.version, or warns where the user has allowed it.
  void refuse_version(std::string const& message) {
    if (!file_.allow_unknown_version)
      throw Error("model.version", message, file_.name, "update limpid, or save the model with LightGBM 4.7 or older");
    out_.warnings.push_back(message);
  }

  void check_version() {
    std::int64_t number = 0;
    bool const is_version =
        doc_.version.starts_with('v') && parse_number(std::string_view(doc_.version).substr(1), number) && number > 0;
    if (doc_.version.empty() || (is_version && number < kOldestFormat))
      throw Error("model.version", "the model was written by LightGBM before 2.1, whose splits mean something else",
                  file_.name, "load and save it with LightGBM 3 or 4");
    if (!is_version) fail(fmt::format("version is '{}', expected v2, v3 or v4", doc_.version));
    out_.version = doc_.version;
    if (number > kNewestFormat)
      refuse_version(fmt::format("the model's format is version {}, this version of limpid reads v{} to v{}",
                                 doc_.version, kOldestFormat, kNewestFormat));
  }

  void check_keys() {
    if (doc_.unknown_keys.empty()) return;
    refuse_version(
        fmt::format("the model has the key '{}', which this version of limpid does not know and which may "
                    "change its predictions",
                    doc_.unknown_keys.front()));
  }

  void set_family() {
    out_.library = "lightgbm";
    out_.format = "text";
    out_.input_cast = InputCast::kFloat64;
    out_.category_cut = CategoryCut::kTowardsZero;
    out_.unseen_category = UnseenCategory::kMissing;
    out_.average_response = doc_.average_output;
  }

  void check_range(char const* name, std::int64_t value, std::int64_t least, std::int64_t most) const {
    if (value < least || value > most) fail(fmt::format("{} is {}, expected {} to {}", name, value, least, most));
  }

  void set_outputs() {
    if (doc_.num_class < 0) fail("the file does not state num_class");
    check_range("num_class", doc_.num_class, 1, kMaxOutputs);
    if (doc_.trees_per_round < 0) doc_.trees_per_round = doc_.num_class;
    check_range("num_tree_per_iteration", doc_.trees_per_round, 1, kMaxOutputs);
    out_.base_margin.assign(static_cast<std::size_t>(doc_.trees_per_round), 0.0);  // the first trees hold it
  }

  void set_objective() {
    auto const objective = find_lightgbm_objective(doc_.objective, file_.name);
    out_.objective = objective.none ? "custom" : doc_.objective;
    out_.link = objective.link;
    out_.link_scale = objective.scale;
    out_.has_response = objective.known;
    if (objective.none)
      out_.warnings.emplace_back(
          "the file names no objective (it was custom): the raw score is explained, as LightGBM's own predict gives "
          "it");
    if (!objective.known)
      out_.warnings.push_back(
          fmt::format("the objective '{}' is unknown: only the raw score is explained", out_.objective.substr(0, 80)));
    std::int64_t const outputs = doc_.trees_per_round;
    if (objective.by_class ? objective.classes != outputs || doc_.num_class != outputs
                           : objective.known && !objective.none && outputs != 1)
      fail(fmt::format("num_class is {} and num_tree_per_iteration {}, which '{}' does not go with", doc_.num_class,
                       outputs, out_.objective.substr(0, 80)));
  }

  void set_features() {
    if (doc_.max_feature < 0) fail("the file does not state max_feature_idx");
    check_range("max_feature_idx", doc_.max_feature, 0, kMaxFeatures - 1);
    auto const count = static_cast<std::size_t>(doc_.max_feature) + 1;
    auto const check = [&](char const* name, std::size_t size) {
      if (size != count)
        fail(fmt::format("{} has {} entries, but max_feature_idx is {}", name, size, doc_.max_feature));
    };
    check("feature_names", doc_.feature_names.size());
    if (!doc_.feature_infos.empty()) check("feature_infos", doc_.feature_infos.size());
    out_.features.resize(count);
    for (std::size_t f = 0; f < doc_.feature_infos.size(); ++f) {
      auto const info = doc_.feature_infos[f];
      if (info != "none" && !info.starts_with('[')) out_.features[f].kind = FeatureKind::kCategorical;
    }
    set_names();
  }

  /// Column_0, Column_1, ... is what LightGBM calls columns without names.
  void set_names() {
    auto& names = doc_.feature_names;
    for (std::size_t f = 0; f < names.size(); ++f) {
      out_.features[f].name = names[f];
      if (names[f] != fmt::format("Column_{}", f)) out_.named_features = true;
    }
    if (!out_.named_features) {
      for (auto& feature : out_.features) feature.name.clear();
      return;
    }
    std::sort(names.begin(), names.end());
    auto const twin = std::adjacent_find(names.begin(), names.end());
    if (twin != names.end()) fail(fmt::format("two features are named '{}'", twin->substr(0, 80)));
  }

  /// Every round has a tree per output.
  void set_rounds() {
    auto const per_round = doc_.trees_per_round;
    auto const trees = static_cast<std::int64_t>(out_.trees.size());
    if (trees % per_round != 0)
      fail(fmt::format("the file has {} trees, but num_tree_per_iteration is {}", trees, per_round));
    for (std::int64_t t = 0; t < trees; ++t) {
      auto& tree = out_.trees[static_cast<std::size_t>(t)];
      tree.output = static_cast<std::int32_t>(t % per_round);
      tree.round = static_cast<std::int32_t>(t / per_round);
    }
    out_.trees_per_round = static_cast<std::int32_t>(per_round);
    out_.rounds = static_cast<std::int32_t>(trees / per_round);
  }

  /// A model that was continued with other parameters may split on numbers of a column that feature_infos has as
  /// categories: the splits decide.
  void settle_kinds() {
    for (Tree const& tree : out_.trees)
      for (std::size_t n = 0; n < tree.left.size(); ++n) {
        auto const f = static_cast<std::size_t>(tree.feature[n]);
        if (tree.left[n] != -1 && tree.category_set[n] == -1 && f < out_.features.size())
          out_.features[f].kind = FeatureKind::kNumeric;
      }
  }

  ModelBytes const& file_;
  LightgbmDocument doc_;
  Ensemble out_;
};

}  // namespace

Ensemble read_lightgbm(ModelBytes const& model) { return Assembler(model).assemble(); }

}  // namespace limpid::model
