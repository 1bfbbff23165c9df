/// From what the file says to what it means: outputs, objective, columns, categories, versions.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "limpid/error.h"
#include "model/catboost_categories.h"
#include "model/catboost_document.h"
#include "model/catboost_objective.h"
#include "model/tree_shape.h"

namespace limpid::model {
namespace {

constexpr std::int64_t kMajor = 1;  // the newest CatBoost whose files were tested: tests/fixtures
constexpr std::int64_t kNewestMinor = 2;
constexpr char const* kSaveAgain =
    "save the model again with model.save_model(\"model.json\", format=\"json\", pool=train_pool)";

class Assembler {
 public:
  Assembler(CatboostDocument&& document, ModelBytes const& model)
      : doc_(std::move(document)), file_(model.name), allow_unknown_(model.allow_unknown_version) {}

  Ensemble assemble() {
    out_.library = "catboost";
    out_.format = "json";
    out_.unseen_category = UnseenCategory::kOther;
    out_.base_last = true;
    check_version();
    check_keys();
    if (!doc_.has_features) fail("the file has no features_info");
    if (!doc_.has_trees) fail("the file has neither oblivious_trees nor trees");
    set_margins();
    set_objective();
    set_labels();
    set_features();
    set_trees();
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(std::string const& message, std::string const& hint = kSaveAgain) const {
    throw Error("model.format", message, file_, hint);
  }

  /// "... CatBoost release 1.2.10 ...", or the branch "tags/v1.2.10"; some builds leave no number.
  void check_version() {
    auto const& info = doc_.version_info;
    auto const begin = find_number(info);
    auto const end = std::min(info.find_first_not_of("0123456789.", begin), info.size());
    if (begin < end) out_.version = info.substr(begin, std::min<std::size_t>(end - begin, 20));
    while (out_.version.ends_with('.')) out_.version.pop_back();  // the end of a sentence
    if (out_.version.empty()) return;
    std::int64_t major = 0;
    std::int64_t minor = 0;
    char const* const last = out_.version.data() + out_.version.size();
    auto const dot = std::from_chars(out_.version.data(), last, major).ptr;
    if (dot != last) std::from_chars(dot + 1, last, minor);
    if (major == kMajor && minor == kNewestMinor) return;
    auto const message = fmt::format("the model was written by CatBoost {}; this version was tested with {}.{}",
                                     out_.version, kMajor, kNewestMinor);
    if (major > kMajor && !allow_unknown_) throw Error("model.version", message, file_, update_hint());
    out_.warnings.push_back(message);
  }

  static std::size_t find_number(std::string const& info) {
    for (std::string_view const lead : {"CatBoost release ", "tags/v"})
      if (auto const at = info.find(lead); at != std::string::npos) return at + lead.size();
    return info.size();
  }

  static std::string update_hint() {
    return fmt::format(
        "update limpid, or save the model with CatBoost {}.{}; --allow-unknown-version reads it all the same", kMajor,
        kNewestMinor);
  }

  void check_keys() {
    for (auto const& key : doc_.unknown_keys) {
      auto message = fmt::format(
          "the model of CatBoost {} has the key '{}', which this version does not know and which may change its "
          "predictions",
          out_.version, key);
      if (!allow_unknown_) throw Error("model.version", message, file_, update_hint());
      out_.warnings.push_back(std::move(message));
    }
  }

  void set_margins() {
    out_.base_score = fmt::format("[{},[{}]]", doc_.scale, fmt::join(doc_.bias, ","));
    auto const outputs = std::max<std::int64_t>(1, doc_.outputs);
    if (doc_.bias.empty()) doc_.bias.assign(static_cast<std::size_t>(outputs), 0.0);
    auto const size = static_cast<std::int64_t>(doc_.bias.size());
    if (size > kMaxOutputs || (size != outputs && doc_.outputs != 0))
      fail(fmt::format("scale_and_bias has {} biases, but the leaves have {} values", size, outputs));
    for (double const bias : doc_.bias)
      if (!std::isfinite(bias)) fail("a bias of scale_and_bias is not finite");
    out_.base_margin = std::move(doc_.bias);
    out_.outputs_per_tree = out_.outputs();
    out_.trees_per_round = out_.outputs();
  }

  void set_objective() {
    auto const objective = find_catboost_objective(doc_.loss);
    out_.objective = doc_.loss;
    out_.link = objective.link;
    out_.has_response = objective.has_response;
    if (out_.link == Link::kSoftmax && out_.outputs() < 2) fail("MultiClass with leaves of one value");
    if (!objective.known)
      out_.warnings.push_back(
          fmt::format("the loss function '{}' is unknown: only the margin is explained", out_.objective.substr(0, 80)));
  }

  /// The classes of a classifier; a single output is named by its class where classes are texts. MultiLogloss has
  /// outputs that are no classes.
  void set_labels() {
    bool const many = out_.objective == "MultiClass" || out_.objective == "MultiClassOneVsAll";
    bool const one = out_.outputs() == 1 && out_.link == Link::kSigmoid && doc_.text_classes;
    auto labels = doc_.class_to_label;
    if (one && labels.size() == 2) labels.erase(labels.begin());
    if ((!many && !one) || labels.size() != out_.base_margin.size()) return;
    for (auto const label : labels) {
      if (doc_.class_names.empty()) {
        out_.labels.push_back(fmt::format("{}", label));  // the classes are numbers, and only their count was given
        continue;
      }
      if (static_cast<std::size_t>(label) >= doc_.class_names.size())
        fail(fmt::format("class_to_label has {}, but there are {} class_names", label, doc_.class_names.size()));
      out_.labels.push_back(doc_.class_names[static_cast<std::size_t>(label)]);
    }
    check_different(out_.labels, "classes");
  }

  void check_different(std::vector<std::string> names, char const* what) const {
    std::sort(names.begin(), names.end());
    auto const twin = std::adjacent_find(names.begin(), names.end());
    if (twin != names.end()) fail(fmt::format("two {} are named '{}'", what, twin->substr(0, 80)));
  }

  /// Every column must be there: one that is neither is a text or an embedding.
  void set_features() {
    std::size_t const count = doc_.floats.size() + doc_.categories.size();
    if (count == 0) fail("the model has no features");
    if (count > static_cast<std::size_t>(kMaxFeatures)) fail(fmt::format("more than {} features", kMaxFeatures));
    out_.features.resize(count);
    std::vector<std::uint8_t> seen(count, 0);
    for (auto const* const list : {&doc_.floats, &doc_.categories}) {
      auto& columns = list == &doc_.floats ? float_columns_ : category_columns_;
      columns.assign(list->size(), -1);
      for (auto const& feature : *list) {
        place_feature(feature, columns, seen);
        auto& placed = out_.features[static_cast<std::size_t>(feature.column)];
        placed.name = feature.name;
        if (list == &doc_.categories) placed.kind = FeatureKind::kCategorical;
      }
    }
    set_names();
  }

  void place_feature(CatboostFeature const& feature, std::vector<std::int32_t>& columns,
                     std::vector<std::uint8_t>& seen) const {
    auto const count = static_cast<std::int64_t>(seen.size());
    if (feature.column < 0 || feature.column >= count)
      fail(fmt::format("a feature has flat_feature_index {}, but there are {} float and categorical features",
                       feature.column, count),
           "text and embedding features cannot be explained: turn them into numeric columns before training");
    if (std::exchange(seen[static_cast<std::size_t>(feature.column)], std::uint8_t{1}) != 0)
      fail(fmt::format("two features have flat_feature_index {}", feature.column));
    bool const inside = feature.index >= 0 && feature.index < static_cast<std::int64_t>(columns.size());
    if (!inside || columns[static_cast<std::size_t>(feature.index)] != -1)
      fail(fmt::format("feature_index {} comes twice or is not below {}", feature.index, columns.size()));
    columns[static_cast<std::size_t>(feature.index)] = static_cast<std::int32_t>(feature.column);
  }

  /// A feature without a name among named ones is called by its column, as feature_names_ calls it.
  void set_names() {
    std::vector<std::string> names;
    for (auto const& feature : out_.features) names.push_back(feature.name);
    out_.named_features = std::any_of(names.begin(), names.end(), [](auto const& name) { return !name.empty(); });
    if (!out_.named_features) return;
    for (std::size_t f = 0; f < names.size(); ++f)
      if (names[f].empty()) names[f] = out_.features[f].name = fmt::format("{}", f);
    check_different(std::move(names), "features");
  }

  void set_trees() {
    nan_passes_.assign(out_.features.size(), 0);
    for (auto const& feature : doc_.floats)
      nan_passes_[static_cast<std::size_t>(feature.column)] = feature.nan_passes ? 1 : 0;
    out_.trees = std::move(doc_.trees);
    for (auto& tree : out_.trees) {
      tree.weight = doc_.scale;
      out_.rounds = std::max(out_.rounds, tree.round + 1);
      for (std::size_t node = 0; node < tree.left.size(); ++node)
        if (tree.left[node] != -1) set_split(tree, node);
    }
    set_categories(out_, std::move(doc_.texts), file_);
    check_trees(out_, file_, kCatboostAdvice);
  }

  void set_split(Tree& tree, std::size_t node) const {
    auto const feature = static_cast<std::size_t>(tree.feature[node]) / 2;
    bool const one_hot = tree.category_set[node] != -1;
    auto const& columns = one_hot ? category_columns_ : float_columns_;
    if (feature >= columns.size())
      fail_tree({tree.round, file_, kCatboostAdvice},
                fmt::format("it splits on {} feature {}, but there are {}", one_hot ? "categorical" : "float", feature,
                            columns.size()));
    tree.feature[node] = columns[feature];
    tree.missing_left[node] = nan_passes_[static_cast<std::size_t>(columns[feature])] == 0 ? 1 : 0;
  }

  CatboostDocument doc_;
  std::string const& file_;
  bool allow_unknown_;
  Ensemble out_;
  std::vector<std::int32_t> float_columns_, category_columns_;  // [features of the kind] column, by feature_index
  std::vector<std::uint8_t> nan_passes_;                        // [M]
};

}  // namespace

Ensemble assemble_catboost(CatboostDocument&& document, ModelBytes const& model) {
  return Assembler(std::move(document), model).assemble();
}

}  // namespace limpid::model
