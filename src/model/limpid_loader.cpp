/// limpid's own JSON: the parts of the document checked against each other and made an ensemble.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "limpid/error.h"
#include "model/json_reader.h"
#include "model/limpid_document.h"
#include "model/loaders.h"
#include "model/tree_shape.h"

namespace limpid::model {
namespace {

constexpr std::int64_t kSchema = 1;

template <class T>
using Word = std::pair<std::string_view, T>;

constexpr std::array<Word<Link>, 7> kLinks{{{"identity", Link::kIdentity},
                                            {"sigmoid", Link::kSigmoid},
                                            {"softmax", Link::kSoftmax},
                                            {"exp", Link::kExp},
                                            {"signed-square", Link::kSignedSquare},
                                            {"softplus", Link::kSoftplus},
                                            {"none", Link::kIdentity}}};
constexpr std::array<Word<InputCast>, 2> kInputs{{{"float32", InputCast::kFloat32}, {"float64", InputCast::kFloat64}}};
constexpr std::array<Word<bool>, 2> kSplits{{{"<", false}, {"<=", true}}};
constexpr std::array<Word<bool>, 2> kSums{{{"float32", true}, {"float64", false}}};
constexpr std::array<Word<bool>, 2> kMissing{{{"allowed", false}, {"error", true}}};
constexpr std::array<Word<UnseenCategory>, 3> kUnseen{
    {{"error", UnseenCategory::kError}, {"missing", UnseenCategory::kMissing}, {"other", UnseenCategory::kOther}}};

class Assembler {
 public:
  Assembler(LimpidDocument&& document, ModelBytes const& model)
      : doc_(std::move(document)), model_(model), out_(doc_.ensemble) {}

  Ensemble assemble() {
    check_version();
    out_.format = "limpid-json";
    out_.base_score = fmt::format("[{}]", fmt::join(out_.base_margin, ","));
    if (out_.library.empty()) out_.library = "unknown";
    out_.link = meaning("link", doc_.link, kLinks);
    out_.has_response = doc_.link != "none";
    out_.input_cast = meaning("input", doc_.input, kInputs);
    out_.unseen_category = meaning("unseen", doc_.unseen, kUnseen);
    out_.refuses_missing = meaning("missing", doc_.missing, kMissing);
    out_.sums_float32 = meaning("sums", doc_.sums, kSums);
    check_numbers();
    check_features();
    set_trees();
    auto const declared = out_.features;
    check_trees(out_, model_.name, kLimpidAdvice);
    check_kinds(declared);
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(std::string const& message) const {
    throw Error("model.format", message, model_.name, kLimpidAdvice);
  }

  template <class T, std::size_t N>
  T meaning(char const* key, std::string const& found, std::array<Word<T>, N> const& words) const {
    std::string known;
    for (auto const& [word, value] : words) {
      if (word == found) return value;
      known += fmt::format("{}'{}'", known.empty() ? "" : ", ", word);
    }
    if (found.empty()) fail(fmt::format("the model has no '{}', expected {}", key, known));
    fail(fmt::format("'{}' is '{}', expected {}", key, found.substr(0, 40), known));
  }

  void check_version() {
    if (doc_.schema < 1) fail("'limpid_model' should be the version of the schema, 1");
    if (doc_.schema > kSchema)
      tell(fmt::format("the model is of version {} of the schema, this limpid reads {}", doc_.schema, kSchema));
    for (auto const& key : doc_.unknown_keys)
      tell(
          fmt::format("the model has the key '{}', which this version does not know and which may change its "
                      "predictions",
                      key));
  }

  void tell(std::string const& message) {
    if (!model_.allow_unknown_version)
      throw Error("model.version", message, model_.name, "update limpid, or check the spelling in docs/model_json.md");
    out_.warnings.push_back(message);
  }

  void check_numbers() const {
    auto const& base = out_.base_margin;
    if (base.empty()) fail("the model has no 'base_margin': one number for each output");
    if (base.size() > static_cast<std::size_t>(kMaxOutputs)) fail(fmt::format("{} outputs", base.size()));
    if (!std::all_of(base.begin(), base.end(), [](double margin) { return std::isfinite(margin); }))
      fail("'base_margin' should be finite numbers");
    if (!out_.labels.empty() && out_.labels.size() != base.size())
      fail(fmt::format("'labels' has {} names, but 'base_margin' {} outputs", out_.labels.size(), base.size()));
    if (out_.link == Link::kSoftmax && base.size() < 2) fail("'link' is 'softmax', but there is one output");
    if (out_.link_scale == 0.0) fail("'link_scale' is 0");
    if (!(out_.divisor > 0.0)) fail(fmt::format("'divisor' is {}, expected a number above 0", out_.divisor));
  }

  void check_features() {
    if (!doc_.has_features || out_.features.empty()) fail("the model has no 'features'");
    std::vector<std::string_view> names;
    for (auto const& feature : out_.features)
      if (!feature.name.empty()) names.push_back(feature.name);
    out_.named_features = !names.empty();
    if (out_.named_features && names.size() != out_.features.size())
      fail(fmt::format("{} of {} features have a name: name all or none", names.size(), out_.features.size()));
    refuse_twins("two features are named", names);
    for (auto const& feature : out_.features)
      refuse_twins("two categories are", {feature.categories.begin(), feature.categories.end()});
  }

  void refuse_twins(char const* what, std::vector<std::string_view> names) const {
    std::sort(names.begin(), names.end());
    auto const twin = std::adjacent_find(names.begin(), names.end());
    if (twin != names.end()) fail(fmt::format("{} '{}'", what, twin->substr(0, 80)));
  }

  void set_trees() {
    if (!doc_.has_trees) fail("the model has no 'trees'");
    auto const per_tree = out_.outputs_per_tree;
    if (per_tree > 1 && per_tree != out_.outputs())
      fail(fmt::format("the trees have {} values per node, but 'base_margin' {} outputs", per_tree, out_.outputs()));
    bool const inclusive = meaning("split", doc_.split, kSplits);
    for (Tree& tree : out_.trees) {
      if (inclusive) include_thresholds(tree);
      if (tree.round < out_.rounds - 1 || tree.round > out_.rounds)
        fail(fmt::format("a tree of round {} follows one of round {}: rounds count up from 0", tree.round,
                         out_.rounds - 1));
      out_.rounds = std::max(out_.rounds, tree.round + 1);
    }
    auto const first = std::count_if(out_.trees.begin(), out_.trees.end(), [](Tree const& t) { return t.round == 0; });
    out_.trees_per_round = std::max(1, static_cast<std::int32_t>(first) / per_tree);
  }

  /// x <= t holds iff x < the next double above t.
  static void include_thresholds(Tree& tree) {
    for (std::size_t n = 0; n < tree.left.size(); ++n)
      if (tree.left[n] != -1 && tree.category_set[n] == -1)
        tree.threshold[n] = std::nextafter(tree.threshold[n], std::numeric_limits<double>::infinity());
  }

  /// Splits are of the kind that the features say, and sets inside their lists of categories.
  void check_kinds(std::vector<Feature> const& features) const {
    for (std::size_t t = 0; t < out_.trees.size(); ++t) {
      Tree const& tree = out_.trees[t];
      for (std::size_t n = 0; n < tree.left.size(); ++n) {
        if (tree.left[n] == -1) continue;
        auto const& feature = features[static_cast<std::size_t>(tree.feature[n])];
        bool const numeric = tree.category_set[n] == -1;
        if (numeric != (feature.kind == FeatureKind::kNumeric))
          fail(fmt::format("tree {} has a {} test of feature {}, whose kind is another", t,
                           numeric ? "numeric" : "categorical", tree.feature[n]));
        if (numeric || feature.categories.empty()) continue;
        auto const& set = tree.sets[static_cast<std::size_t>(tree.category_set[n])];
        if (!set.empty() && static_cast<std::size_t>(set.back()) >= feature.categories.size())
          fail(fmt::format("tree {} has category {} of feature {}, which has {} categories", t, set.back(),
                           tree.feature[n], feature.categories.size()));
      }
    }
  }

  LimpidDocument doc_;
  ModelBytes const& model_;
  Ensemble& out_;
};

}  // namespace

Ensemble read_limpid(ModelBytes const& model) {
  JsonReader in(model.bytes);
  LimpidDocument document;
  Place place;
  try {
    read_limpid_document(in, document, place, model.name, model.consumed);
  } catch (ReadError const& error) {
    fail_to_read(error, place.text(), model);
  }
  return Assembler(std::move(document), model).assemble();
}

}  // namespace limpid::model
