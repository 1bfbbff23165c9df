/// The sections of a LightGBM text model: a header of key=value lines, the trees, and what training left behind them.
#include "model/lightgbm_document.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "limpid/error.h"

namespace limpid::model {
namespace {

struct KeyValue {
  std::string_view key, value;
};

KeyValue split(std::string_view line) noexcept {
  std::size_t const equals = std::min(line.find('='), line.size());
  return {line.substr(0, equals), line.substr(std::min(equals + 1, line.size()))};
}

std::vector<std::string_view> split_words(std::string_view list) {
  std::vector<std::string_view> words;
  for (auto word = cut_word(list); !word.empty(); word = cut_word(list)) words.push_back(word);
  return words;
}

/// The keys of a section; a key that comes twice would be two answers to one question.
template <std::size_t size>
class Keys {
 public:
  explicit constexpr Keys(std::array<std::string_view, size> const& names) : names_(names) {}
  void start() noexcept { seen_ = 0; }

  /// Index of the key, or `size`: unknown.
  [[nodiscard]] std::size_t find(std::string_view key) const noexcept {
    return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), key) - names_.begin());
  }
  [[nodiscard]] bool is_new(std::size_t index) noexcept {
    std::uint64_t const bit = std::uint64_t{1} << index;
    return (std::exchange(seen_, seen_ | bit) & bit) == 0;
  }

 private:
  std::array<std::string_view, size> const& names_;
  std::uint64_t seen_ = 0;
};

// LightGBM 2.1 to 4.7: GBDT::SaveModelToString and Tree::ToString. What is not read below is not needed for
// predictions, but known.
constexpr std::array<std::string_view, 11> kHeaderKeys{
    "version",        "num_class",     "num_tree_per_iteration", "label_index",   "max_feature_idx", "objective",
    "average_output", "feature_names", "monotone_constraints",   "feature_infos", "tree_sizes"};
constexpr std::array<std::string_view, 22> kTreeKeys{
    "num_leaves",  "num_cat",      "split_feature", "threshold",      "decision_type",   "left_child",
    "right_child", "leaf_value",   "leaf_count",    "internal_count", "cat_boundaries",  "cat_threshold",
    "is_linear",   "split_gain",   "leaf_weight",   "internal_value", "internal_weight", "shrinkage",
    "leaf_const",  "num_features", "leaf_features", "leaf_coeff"};
constexpr std::string_view kPandasKey = "pandas_categorical:";
constexpr std::string_view kCategoricalKey = "[categorical_feature: ";

class Reader {
 public:
  explicit Reader(ModelBytes const& file) : file_(file), lines_(file.bytes) {}

  LightgbmDocument read() {
    read_header();
    read_trees();
    read_tail();
    return std::move(doc_);
  }

 private:
  [[noreturn]] void fail(std::string const& message) const {
    throw Error("model.format", message, fmt::format("{}, line {}", file_.name, lines_.number()),
                "the file is damaged or was changed: save the model again with booster.save_model(\"model.txt\")");
  }

  [[noreturn]] void fail_truncated(std::string const& where) const {
    throw Error("model.format",
                fmt::format("the model is truncated: it ends at byte {}, {}", file_.bytes.size(), where), file_.name,
                "copy or save the file again");
  }

  static std::string quote(std::string_view text) { return fmt::format("'{}'", text.substr(0, 40)); }

  void note_unknown(std::string const& place, std::string_view key) {
    constexpr std::size_t kMost = 8;
    if (doc_.unknown_keys.size() < kMost) doc_.unknown_keys.push_back(place + std::string(key.substr(0, 40)));
  }

  std::int64_t read_integer(KeyValue const& line) const {
    std::int64_t value = 0;
    if (!parse_number(line.value, value))
      fail(fmt::format("{} is {}, expected a whole number", line.key, quote(line.value)));
    return value;
  }

  template <class T>
  void read_list(KeyValue const& line, std::vector<T>& out) const {
    auto const bad = parse_list(line.value, out);
    if (!bad.empty())
      fail(fmt::format("{} has {}, expected {}", line.key, quote(bad),
                       std::is_same_v<T, double> ? "a number that a double holds" : "a whole number"));
  }

  /// Up to the first tree, which is left in line_.
  void read_header() {
    Keys keys(kHeaderKeys);
    if (!lines_.next(line_) || (line_ != "tree" && !line_.ends_with("\xbf"
                                                                    "tree")))
      fail(fmt::format("the first line is {}, expected 'tree'", quote(line_)));
    while (lines_.next(line_)) {
      if (line_.starts_with("Tree=") || line_ == "end of trees") return;
      if (line_.empty()) continue;
      auto const line = split(line_);
      std::size_t const key = keys.find(line.key);
      if (key == kHeaderKeys.size())
        note_unknown("", line.key);
      else if (!keys.is_new(key))
        fail(fmt::format("the key '{}' comes twice", line.key));
      else
        read_header_key(line);
    }
    fail_truncated("before its first tree");
  }

  void read_header_key(KeyValue const& line) {
    if (line.key == "version") doc_.version = line.value.substr(0, 40);
    if (line.key == "num_class") doc_.num_class = read_integer(line);
    if (line.key == "num_tree_per_iteration") doc_.trees_per_round = read_integer(line);
    if (line.key == "max_feature_idx") doc_.max_feature = read_integer(line);
    if (line.key == "objective") doc_.objective = line.value.substr(0, 400);
    if (line.key == "average_output") doc_.average_output = true;
    if (line.key == "feature_names") doc_.feature_names = split_words(line.value);
    if (line.key == "feature_infos") doc_.feature_infos = split_words(line.value);
    if (line.key != "tree_sizes") return;
    std::vector<std::int64_t> sizes;
    read_list(line, sizes);
    doc_.tree_count = static_cast<std::int64_t>(sizes.size());
  }

  /// line_ is the first line of a tree or what comes after the last.
  void read_trees() {
    while (line_.starts_with("Tree=")) {
      auto const number = static_cast<std::int64_t>(doc_.trees.size());
      if (read_integer(split(line_)) != number)
        fail(fmt::format("found {}, expected Tree={} (trees must be in order)", quote(line_), number));
      read_tree(number);
      doc_.trees.push_back(convert_tree(raw_, number, file_.name));
      if (file_.consumed) file_.consumed(lines_.offset());
    }
    auto const trees = static_cast<std::int64_t>(doc_.trees.size());
    if (line_ != "end of trees" && line_ != "feature importances:")
      fail(fmt::format("found {}, expected a tree", quote(line_)));
    if (doc_.tree_count >= 0 && doc_.tree_count != trees)
      fail(fmt::format("tree_sizes counts {} trees, but the file has {}", doc_.tree_count, trees));
  }

  /// Leaves the first line that is not the tree's in line_.
  void read_tree(std::int64_t number) {
    Keys keys(kTreeKeys);
    raw_ = {};
    while (lines_.next(line_)) {
      if (line_.empty()) return skip_empty(number);
      auto const line = split(line_);
      std::size_t const key = keys.find(line.key);
      if (key == kTreeKeys.size())
        note_unknown(fmt::format("tree {}: ", number), line.key);
      else if (!keys.is_new(key))
        fail(fmt::format("tree {}: the key '{}' comes twice", number, line.key));
      else
        read_tree_key(line);
    }
    fail_truncated(fmt::format("in tree {}", number));
  }

  void skip_empty(std::int64_t number) {
    while (line_.empty())
      if (!lines_.next(line_)) fail_truncated(fmt::format("after tree {}", number));
  }

  void read_tree_key(KeyValue const& line) {
    static constexpr std::array<std::pair<std::string_view, std::vector<std::int64_t> LightgbmRawTree::*>, 8> kLists{{
        {"split_feature", &LightgbmRawTree::feature},
        {"decision_type", &LightgbmRawTree::decision},
        {"left_child", &LightgbmRawTree::left},
        {"right_child", &LightgbmRawTree::right},
        {"leaf_count", &LightgbmRawTree::leaf_count},
        {"internal_count", &LightgbmRawTree::internal_count},
        {"cat_boundaries", &LightgbmRawTree::cat_boundaries},
        {"cat_threshold", &LightgbmRawTree::cat_threshold},
    }};
    for (auto const& [name, list] : kLists)
      if (line.key == name) return read_list(line, raw_.*list);
    if (line.key == "threshold") read_list(line, raw_.threshold);
    if (line.key == "leaf_value") read_list(line, raw_.leaf_value);
    if (line.key == "num_leaves") raw_.num_leaves = read_integer(line);
    if (line.key == "num_cat") raw_.num_cat = read_integer(line);
    if (line.key == "is_linear") raw_.is_linear = read_integer(line) != 0;
  }

  /// Importances, the parameters of the training, and the category lists that LightGBM's Python package appends.
  void read_tail() {
    bool parameters = false;
    while (lines_.next(line_)) {
      if (line_ == "parameters:") parameters = true;
      if (line_ == "end of parameters") parameters = false;
      if (parameters && line_.starts_with(kCategoricalKey) && line_.ends_with(']'))
        doc_.categorical_features = line_.substr(kCategoricalKey.size(), line_.size() - kCategoricalKey.size() - 1);
      if (!parameters && line_.starts_with(kPandasKey)) doc_.pandas_categorical = line_.substr(kPandasKey.size());
    }
  }

  ModelBytes const& file_;
  TextLines lines_;
  std::string_view line_;
  LightgbmRawTree raw_;
  LightgbmDocument doc_;
};

}  // namespace

LightgbmDocument read_lightgbm_document(ModelBytes const& file) { return Reader(file).read(); }

}  // namespace limpid::model
