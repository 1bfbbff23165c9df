#include "model/catboost_categories.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "limpid/error.h"
#include "model/catboost_document.h"

namespace limpid::model {
namespace {

using Text = std::pair<std::int64_t, std::string>;
using Codes = std::unordered_map<std::uint32_t, std::int32_t>;  // of a hash

std::uint32_t hash_of(std::vector<std::int32_t> const& set) noexcept { return static_cast<std::uint32_t>(set.front()); }

class Categories {
 public:
  Categories(Ensemble& ensemble, std::vector<Text>&& texts, std::string const& file)
      : ensemble_(ensemble), texts_(std::move(texts)), file_(file) {}

  void set() {
    auto& features = ensemble_.features;
    auto const count = static_cast<std::size_t>(std::count_if(
        features.begin(), features.end(), [](Feature const& f) { return f.kind == FeatureKind::kCategorical; }));
    if (count == 0) return;
    check_texts();
    find_tested();
    std::size_t bytes = 0;
    for (auto const& [hash, text] : texts_) bytes += text.size() + sizeof(std::string);
    bool const all = bytes <= kMaxCategoryBytes / count;
    if (!all)
      ensemble_.warnings.push_back(fmt::format(
          "cat_features_hash has {} texts for {} categorical features: texts that no split tests are counted as unseen",
          texts_.size(), count));
    for (std::size_t f = 0; f < features.size(); ++f)
      if (features[f].kind == FeatureKind::kCategorical) set_feature(f, all);
    for (auto const& [tree, set, feature] : sets_) replace(*set, feature, tree);
  }

 private:
  struct Set {
    std::int32_t tree;
    std::vector<std::int32_t>* set;
    std::size_t feature;
  };

  void check_texts() {
    std::unordered_set<std::int64_t> hashes;
    for (auto const& [hash, text] : texts_)
      if (!hashes.insert(hash).second)
        throw Error("model.format", fmt::format("cat_features_hash has two texts for the hash {}", hash), file_,
                    kCatboostAdvice);
  }

  /// A set belongs to one feature, whether one node or the nodes of a level share it.
  void find_tested() {
    tested_.resize(ensemble_.features.size());
    codes_.resize(ensemble_.features.size());
    for (auto& tree : ensemble_.trees) {
      std::vector<std::uint8_t> seen(tree.sets.size(), 0);
      for (std::size_t node = 0; node < tree.left.size(); ++node) {
        auto const set = static_cast<std::size_t>(tree.category_set[node]);
        if (tree.category_set[node] == -1 || std::exchange(seen[set], std::uint8_t{1}) != 0) continue;
        auto const feature = static_cast<std::size_t>(tree.feature[node]);
        sets_.push_back({tree.round, &tree.sets[set], feature});
        tested_[feature].push_back(hash_of(tree.sets[set]));
      }
    }
    for (auto& hashes : tested_) std::sort(hashes.begin(), hashes.end());
  }

  /// The map is one for all features and does not say which feature has which text.
  void set_feature(std::size_t f, bool all) {
    auto& categories = ensemble_.features[f].categories;
    for (auto const& [hash, text] : texts_) {
      auto const key = static_cast<std::uint32_t>(hash);
      bool const tested = std::binary_search(tested_[f].begin(), tested_[f].end(), key);
      if (!all && !tested) continue;
      if (tested) codes_[f].emplace(key, static_cast<std::int32_t>(categories.size()));
      spend(text);
      categories.push_back(text);
    }
    // Never empty: the data have texts, which no split tests then, and no codes.
    if (categories.empty()) categories.emplace_back();
  }

  void spend(std::string const& text) {
    spent_ += text.size() + sizeof(std::string);
    if (spent_ > 8 * kMaxCategoryBytes)
      throw Error("model.format", "the texts of the categories take more than 512 MiB", file_, kCatboostAdvice);
  }

  void replace(std::vector<std::int32_t>& set, std::size_t feature, std::int32_t tree) const {
    auto const hash = hash_of(set);
    auto const code = codes_[feature].find(hash);
    if (code == codes_[feature].end()) refuse(hash, feature, tree);
    set.assign(1, code->second);
  }

  [[noreturn]] void refuse(std::uint32_t hash, std::size_t feature, std::int32_t tree) const {
    auto const& name = ensemble_.features[feature].name;
    auto const called = name.empty() ? fmt::format("{}", feature) : fmt::format("'{}'", name.substr(0, 80));
    throw Error("model.format",
                fmt::format("tree {} tests a category of feature {} by its hash {}, whose text the file does not have",
                            tree, called, hash),
                file_,
                "save the model with the data of its training: model.save_model(\"model.json\", format=\"json\", "
                "pool=train_pool)");
  }

  Ensemble& ensemble_;
  std::vector<Text> texts_;
  std::string const& file_;
  std::vector<std::vector<std::uint32_t>> tested_;  // [M] sorted hashes that splits test
  std::vector<Codes> codes_;                        // [M]
  std::vector<Set> sets_;
  std::size_t spent_ = 0;
};

}  // namespace

void set_categories(Ensemble& ensemble, std::vector<Text> texts, std::string const& file) {
  Categories(ensemble, std::move(texts), file).set();
}

}  // namespace limpid::model
