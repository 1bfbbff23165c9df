/// From what the file says to what it means: outputs, objective and base score, rounds, features, versions.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include "limpid/error.h"
#include "model/tree_shape.h"
#include "model/xgboost_document.h"
#include "model/xgboost_objective.h"

namespace limpid::model {
namespace {

constexpr std::int64_t kNewestMajor = 3;  // the newest XGBoost whose files were tested: tests/fixtures
constexpr std::int64_t kNewestMinor = 4;

class Assembler {
 public:
  Assembler(XgboostDocument&& document, ModelBytes const& model)
      : doc_(std::move(document)),
        file_(model.name),
        allow_unknown_(model.allow_unknown_version),
        trees_(static_cast<std::int64_t>(doc_.trees.size()) / doc_.leaf_size) {}

  Ensemble assemble(std::string format) {
    check_version();
    check_booster();
    check_keys();
    out_.library = "xgboost";
    out_.format = std::move(format);
    out_.sums_float32 = true;
    out_.base_last = doc_.version[0] == 0 || (doc_.version[0] == 1 && doc_.version[1] < 3);
    set_outputs();
    set_objective();
    out_.trees = std::move(doc_.trees);
    set_features();
    set_tree_outputs();
    set_rounds();
    set_weights();
    if (!doc_.categories.empty()) set_xgboost_categories(std::move(doc_.categories), out_, file_);
    check_trees(out_, file_, "the file is damaged: save the model again");
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(std::string const& message, std::string const& hint = {}) const {
    throw Error("model.format", message, file_,
                hint.empty() ? "save the model again with booster.save_model(\"model.json\")" : hint);
  }

  static std::string update_hint() {
    return fmt::format(
        "update limpid, or save the model with XGBoost {}.{} or older; --allow-unknown-version reads it all "
        "the same",
        kNewestMajor, kNewestMinor);
  }

  void check_version() {
    auto const& v = doc_.version;
    bool const whole = v.size() == 3 || (v.size() == 2 && doc_.legacy);
    if (!whole || *std::min_element(v.begin(), v.end()) < 0) fail("'version' should be three numbers such as [3,2,0]");
    out_.version = fmt::format("{}", fmt::join(v, "."));
    if (doc_.legacy && v[0] == 0) {  // not in the file before 1.0
      out_.version = "0.90 or older";
      return;
    }
    auto const newest = fmt::format("{}.{}", kNewestMajor, kNewestMinor);
    if ((v[0] > kNewestMajor && !allow_unknown_) || v[0] == 0)
      throw Error(
          "model.version",
          fmt::format("the model was written by XGBoost {}, this version reads 1.0 to {}", out_.version, newest), file_,
          v[0] == 0 ? "load and save it with XGBoost 1.0 or newer" : update_hint());
    if (v[0] > kNewestMajor || (v[0] == kNewestMajor && v[1] > kNewestMinor))
      out_.warnings.push_back(
          fmt::format("the model was written by XGBoost {}; this version was tested up to {}", out_.version, newest));
  }

  /// After the checks that know better what a file with such keys is.
  void check_keys() {
    for (auto const& key : doc_.unknown_keys) {
      auto message = fmt::format(
          "the model of XGBoost {} has the key '{}', which this version does not know and which may change its "
          "predictions",
          out_.version, key);
      if (!allow_unknown_) throw Error("model.version", message, file_, update_hint());
      out_.warnings.push_back(std::move(message));
    }
  }

  void check_booster() const {
    if (doc_.booster == "gblinear")
      fail("the booster is gblinear, a linear model: limpid explains trees", "train with booster=\"gbtree\"");
    if (doc_.booster != "gbtree" && doc_.booster != "dart")
      fail(fmt::format("the booster is '{}', expected gbtree or dart", doc_.booster.substr(0, 40)));
    if (!doc_.has_trees)
      fail("the file has no trees",
           "it looks like save_config's output; booster.save_model(\"model.json\") writes trees");
    if (!doc_.num_trees.empty() && parse("num_trees", doc_.num_trees, 0, trees_) != trees_)
      fail(fmt::format("num_trees is {}, but the file has {} trees", doc_.num_trees, trees_));
  }

  std::int64_t parse(char const* name, std::string const& text, std::int64_t least, std::int64_t most) const {
    std::int64_t value = 0;
    char const* const end = text.data() + text.size();
    auto const [last, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || last != end || value < least || value > most)
      fail(fmt::format("{} is '{}', expected {} to {}", name, text.substr(0, 40), least, most));
    return value;
  }

  void set_outputs() {
    outputs_ = std::max({std::int64_t{1}, parse("num_class", doc_.num_class, 0, kMaxOutputs),
                         parse("num_target", doc_.num_target, 0, kMaxOutputs)});
  }

  void set_objective() {
    out_.objective = doc_.objective;
    if (out_.objective.empty()) fail("the file names no objective");
    Objective objective = find_objective(out_.objective);
    if (out_.objective == "binary:logitraw" && doc_.version[0] == 1 && doc_.version[1] < 3)
      objective.base = BaseScore::kLogit;  // a margin only from 1.3
    if (doc_.legacy && doc_.version[0] == 0) objective.base = BaseScore::kMargin;
    out_.base_score = doc_.base_score;
    out_.base_margin = parse_base_score(out_.base_score, outputs_, objective, file_);
    out_.link = objective.link;
    out_.has_response = objective.has_response;
    if (out_.link == Link::kSoftmax && outputs_ < 2) fail(fmt::format("{} with num_class < 2", out_.objective));
    if (!objective.known)
      out_.warnings.push_back(fmt::format(
          "the objective '{}' is unknown: only the margin is explained, and base_score is taken as a margin",
          out_.objective.substr(0, 80)));
    if (outputs_ > 1 && objective.known) restrict_stacked_outputs();
  }

  /// Several quantiles are sorted by predict from 3.4, several expectiles are stacked: a response that is no function
  /// of one margin.
  void restrict_stacked_outputs() {
    auto const& v = doc_.version;
    bool const sorted = out_.objective == "reg:quantileerror" && (v[0] > 3 || (v[0] == 3 && v[1] >= 4));
    if (sorted || out_.objective == "reg:expectileerror") out_.has_response = false;
  }

  void set_features() {
    auto const count = parse("num_feature", doc_.num_feature, 1, kMaxFeatures);
    out_.features.resize(static_cast<std::size_t>(count));
    auto const check = [&](char const* name, std::size_t size) {
      if (size != 0 && size != out_.features.size())
        fail(fmt::format("{} has {} entries, but num_feature is {}", name, size, count));
    };
    check("feature_names", doc_.feature_names.size());
    check("feature_types", doc_.feature_types.size());
    out_.named_features = !doc_.feature_names.empty();
    for (std::size_t f = 0; f < doc_.feature_types.size(); ++f)
      if (doc_.feature_types[f] == "c" || doc_.feature_types[f] == "categorical")
        out_.features[f].kind = FeatureKind::kCategorical;
    for (std::size_t f = 0; f < doc_.feature_names.size(); ++f) out_.features[f].name = doc_.feature_names[f];
    auto& names = doc_.feature_names;
    std::sort(names.begin(), names.end());
    auto const twin = std::adjacent_find(names.begin(), names.end());
    if (twin != names.end()) fail(fmt::format("two features are named '{}'", twin->substr(0, 80)));
  }

  void set_tree_outputs() {
    auto const width = doc_.leaf_size;
    if (width > 1 && width != outputs_)
      fail(fmt::format("the trees have leaves of {} values, but the model has {} outputs", width, outputs_));
    out_.outputs_per_tree = static_cast<std::int32_t>(width);
    if (static_cast<std::int64_t>(doc_.tree_info.size()) != trees_)
      fail(fmt::format("tree_info has {} entries for {} trees", doc_.tree_info.size(), trees_));
    for (std::int64_t t = 0; t < trees_; ++t) {
      auto output = doc_.tree_info[static_cast<std::size_t>(t)];
      if (output < 0 || output > outputs_ - width)
        fail(fmt::format("tree_info gives tree {} to output {}, but the model has {}", t, output, outputs_));
      for (Tree& tree : parts(t)) tree.output = static_cast<std::int32_t>(output++);
    }
  }

  /// Tree t of the file: one tree, or with vector leaves one per output.
  std::span<Tree> parts(std::int64_t t) {
    auto const width = static_cast<std::size_t>(doc_.leaf_size);
    return std::span(out_.trees).subspan(static_cast<std::size_t>(t) * width, width);
  }

  void set_rounds() {
    auto per_round = parallel_trees() * (outputs_ / doc_.leaf_size);
    if (doc_.iteration_indptr.size() > 1) {
      per_round = std::max<std::int64_t>(1, rounds_from_pointers());
    } else {
      for (std::int64_t t = 0; t < trees_; ++t) set_round(t, t / per_round);
      out_.rounds = static_cast<std::int32_t>((trees_ + per_round - 1) / per_round);
    }
    out_.trees_per_round = static_cast<std::int32_t>(std::clamp<std::int64_t>(trees_, 1, per_round) * doc_.leaf_size);
    set_best_rounds();
  }

  void set_round(std::int64_t t, std::int64_t round) {
    for (Tree& tree : parts(t)) tree.round = static_cast<std::int32_t>(round);
  }

  /// Returns the trees of the first round.
  std::int64_t rounds_from_pointers() {
    auto const& begin = doc_.iteration_indptr;
    if (begin.front() != 0 || begin.back() != trees_ || !std::is_sorted(begin.begin(), begin.end()))
      fail(fmt::format("iteration_indptr should rise from 0 to {} trees", trees_));
    for (std::size_t r = 0; r + 1 < begin.size(); ++r)
      for (auto t = begin[r]; t < begin[r + 1]; ++t) set_round(t, static_cast<std::int64_t>(r));
    out_.rounds = static_cast<std::int32_t>(begin.size() - 1);
    return begin[1];
  }

  /// Versions before 1.4 do not store num_parallel_tree. With several outputs tree_info tells it: [0,0,1,1,...]; with
  /// one output best_ntree_limit may, which counts rounds times parallel trees.
  std::int64_t parallel_trees() {
    auto const most = std::max<std::int64_t>(1, trees_);
    if (!doc_.num_parallel_tree.empty())
      return std::max<std::int64_t>(1, parse("num_parallel_tree", doc_.num_parallel_tree, 0, most));
    auto const& info = doc_.tree_info;
    if (outputs_ > 1 && doc_.leaf_size == 1) {
      auto const run = std::find_if(info.begin(), info.end(), [](std::int64_t output) { return output != 0; });
      return std::max<std::int64_t>(1, run - info.begin());
    }
    auto const best = best_iteration();
    if (!best) return 1;
    if (!doc_.best_ntree_limit.empty()) {
      auto const limit = parse("best_ntree_limit", doc_.best_ntree_limit, 1, most);
      if (limit % (*best + 1) == 0) return limit / (*best + 1);
    }
    return 1;
  }

  std::optional<std::int64_t> best_iteration() const {
    if (doc_.best_iteration.empty()) return std::nullopt;
    return parse("attribute best_iteration", doc_.best_iteration, 0, std::int64_t{1} << 30);
  }

  void set_best_rounds() {
    auto const best = best_iteration();
    if (!best) return;
    if (*best < out_.rounds)
      out_.best_rounds = static_cast<std::int32_t>(*best + 1);
    else
      out_.warnings.push_back(
          fmt::format("best_iteration is {}, but the file has {} rounds: all are used", *best, out_.rounds));
  }

  void set_weights() {
    auto const& weights = doc_.weight_drop;
    if (weights.empty()) return;
    if (static_cast<std::int64_t>(weights.size()) != trees_)
      fail(fmt::format("weight_drop has {} entries for {} trees", weights.size(), trees_));
    for (std::size_t t = 0; t < weights.size(); ++t) {
      if (!(std::abs(weights[t]) < 1e30F)) fail(fmt::format("weight_drop of tree {} is not a usable number", t));
      for (Tree& tree : parts(static_cast<std::int64_t>(t))) tree.weight = static_cast<double>(weights[t]);
    }
  }

  XgboostDocument doc_;
  std::string const& file_;
  bool allow_unknown_;
  Ensemble out_;
  std::int64_t trees_;  // in the file
  std::int64_t outputs_ = 1;
};

}  // namespace

Ensemble assemble_xgboost(XgboostDocument&& document, ModelBytes const& model, std::string format) {
  return Assembler(std::move(document), model).assemble(std::move(format));
}

}  // namespace limpid::model
