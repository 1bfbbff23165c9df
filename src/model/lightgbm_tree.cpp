/// One LightGBM tree: lists of the file -> limpid::Tree.
///
/// The file numbers inner nodes 0 ... L-2 and writes leaf j as child ~j; here leaf j is node L-1+j.
/// decision_type: bit 0 categorical, bit 1 missing values go left, bits 2 and 3 what is missing: nothing (NaN is 0),
/// zeros (NaN is one of them), NaN (LightGBM, include/LightGBM/tree.h, NumericalDecision and CategoricalDecision).
#include <fmt/core.h>

#include <cmath>
#include <limits>

#include "limpid/error.h"
#include "model/lightgbm_document.h"
#include "model/tree_shape.h"

namespace limpid::model {
namespace {

constexpr std::int64_t kMaxLeaves = kMaxTreeNodes / 2;
constexpr std::int64_t kMaxWords = (std::int64_t{1} << 31) / 32;  // of a category set: codes are 32-bit integers
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr char const* kAdvice =
    "the file is damaged or was changed: save the model again with booster.save_model(\"model.txt\")";

enum class Missing : std::uint8_t { kNone, kZero, kNan };

class Converter {
 public:
  Converter(LightgbmRawTree const& raw, std::int64_t number, std::string const& file)
      : raw_(raw), place_{number, file, kAdvice} {}

  Tree convert() {
    check_header();
    check_sizes();
    Tree tree;
    find_sets(tree);
    allocate(tree);
    for (std::size_t node = 0; node + 1 < leaves(); ++node) fill_split(tree, node);
    for (std::size_t leaf = 0; leaf < leaves(); ++leaf) fill_leaf(tree, leaf);
    if (auto const lost = shape_tree(tree, place_); lost != 0)
      fail(fmt::format("{} of {} nodes cannot be reached from the root", lost, 2 * leaves() - 1));
    return tree;
  }

 private:
  [[noreturn]] void fail(std::string const& message) const { fail_tree(place_, message); }

  void check_header() const {
    if (raw_.is_linear)
      throw Error("model.tree",
                  fmt::format("tree {} has linear models in its leaves (linear_tree), which limpid cannot explain",
                              place_.number),
                  place_.file, "train with linear_tree=false (LightGBM's default)");
    if (raw_.num_leaves < 1 || raw_.num_leaves > kMaxLeaves)
      fail(fmt::format("num_leaves is {}, expected 1 to {}", raw_.num_leaves, kMaxLeaves));
  }

  [[nodiscard]] std::size_t leaves() const noexcept { return static_cast<std::size_t>(raw_.num_leaves); }

  void check_size(char const* name, std::size_t size, std::size_t expected) const {
    if (size != expected)
      fail(fmt::format("{} has {} values, expected {} for num_leaves = {}", name, size, expected, raw_.num_leaves));
  }

  /// A tree of one leaf is its value, whatever else stands there.
  void check_sizes() {
    check_size("leaf_value", raw_.leaf_value.size(), leaves());
    if (leaves() == 1) return;
    std::size_t const inner = leaves() - 1;
    check_size("split_feature", raw_.feature.size(), inner);
    check_size("threshold", raw_.threshold.size(), inner);
    check_size("left_child", raw_.left.size(), inner);
    check_size("right_child", raw_.right.size(), inner);
    if (!raw_.decision.empty()) check_size("decision_type", raw_.decision.size(), inner);
    has_cover_ = !raw_.leaf_count.empty() && !raw_.internal_count.empty();
    if (!has_cover_) return;
    check_size("leaf_count", raw_.leaf_count.size(), leaves());
    check_size("internal_count", raw_.internal_count.size(), inner);
  }

  /// A bit set per categorical node: every set has its own words, so that together they are no larger than the file.
  void find_sets(Tree& tree) const {
    if (leaves() == 1 || raw_.num_cat <= 0) return;
    auto const& begin = raw_.cat_boundaries;
    auto const words = static_cast<std::int64_t>(raw_.cat_threshold.size());
    if (begin.empty() || static_cast<std::int64_t>(begin.size()) - 1 != raw_.num_cat || begin.front() != 0 ||
        begin.back() != words)
      fail(fmt::format("cat_boundaries should be num_cat + 1 = {} positions from 0 to {}, has {}", raw_.num_cat + 1,
                       words, begin.size()));
    for (std::size_t s = 0; s + 1 < begin.size(); ++s) {
      if (begin[s + 1] < begin[s] || begin[s + 1] - begin[s] > kMaxWords)
        fail(fmt::format("cat_boundaries goes from {} to {}", begin[s], begin[s + 1]));
      tree.sets.push_back(make_set(begin[s], begin[s + 1]));
    }
  }

  std::vector<std::int32_t> make_set(std::int64_t begin, std::int64_t end) const {
    std::vector<std::int32_t> set;
    for (std::int64_t w = begin; w < end; ++w) {
      std::int64_t const word = raw_.cat_threshold[static_cast<std::size_t>(w)];
      if (word < 0 || word > std::numeric_limits<std::uint32_t>::max())
        fail(fmt::format("cat_threshold has {}, expected 32 bits", word));
      for (std::int64_t bit = 0; bit < 32; ++bit)
        if (((word >> bit) & 1) != 0) set.push_back(static_cast<std::int32_t>((w - begin) * 32 + bit));
    }
    return set;
  }

  void allocate(Tree& tree) const {
    std::size_t const n = 2 * leaves() - 1;
    tree.left.assign(n, -1);
    tree.right.assign(n, -1);
    tree.feature.assign(n, -1);
    tree.threshold.assign(n, 0.0);
    tree.missing_left.assign(n, 0);
    tree.category_set.assign(n, -1);
    tree.value.assign(n, 0.0);
    if (n == 1 || has_cover_) tree.cover.assign(n, 0.0);
  }

  [[nodiscard]] double count_of(std::int64_t rows) const {
    if (rows < 0) fail(fmt::format("a count of rows is {}, expected 0 or more", rows));
    return static_cast<double>(rows);
  }

  void fill_leaf(Tree& tree, std::size_t leaf) const {
    std::size_t const node = leaves() - 1 + leaf;
    tree.value[node] = raw_.leaf_value[leaf];
    if (has_cover_) tree.cover[node] = count_of(raw_.leaf_count[leaf]);
  }

  [[nodiscard]] std::int32_t node_of(std::int64_t child, std::size_t node, char const* side) const {
    if (child < -raw_.num_leaves || child > raw_.num_leaves - 2)
      fail(fmt::format("the {} child of node {} is {}, expected {} to {}", side, node, child, -raw_.num_leaves,
                       raw_.num_leaves - 2));
    return static_cast<std::int32_t>(child >= 0 ? child : raw_.num_leaves - 1 + ~child);
  }

  void fill_split(Tree& tree, std::size_t node) const {
    tree.left[node] = node_of(raw_.left[node], node, "left");
    tree.right[node] = node_of(raw_.right[node], node, "right");
    std::int64_t const feature = raw_.feature[node];
    if (feature < 0 || feature >= kMaxFeatures) fail(fmt::format("node {} splits on feature {}", node, feature));
    tree.feature[node] = static_cast<std::int32_t>(feature);
    if (has_cover_) tree.cover[node] = count_of(raw_.internal_count[node]);
    std::int64_t const decision = raw_.decision.empty() ? 0 : raw_.decision[node];
    if (decision < 0 || decision > 11) fail(fmt::format("decision_type of node {} is {}", node, decision));
    if ((decision & 1) != 0)
      fill_categorical(tree, node);
    else
      fill_numeric(tree, node, (decision & 2) != 0, static_cast<Missing>(decision >> 2));
  }

  /// LightGBM sends the set, and nothing else, left: the sides are swapped.
  void fill_categorical(Tree& tree, std::size_t node) const {
    double const index = raw_.threshold[node];
    if (!(index >= 0.0 && index < static_cast<double>(tree.sets.size())) || index != std::floor(index))
      fail(fmt::format("node {} names category set {} of {}", node, index, tree.sets.size()));
    tree.category_set[node] = static_cast<std::int32_t>(index);
    std::swap(tree.left[node], tree.right[node]);
    tree.missing_left[node] = 1;
  }

  void fill_numeric(Tree& tree, std::size_t node, bool default_left, Missing missing) const {
    double const threshold = raw_.threshold[node];
    tree.threshold[node] = std::nextafter(threshold, kInfinity);  // value <= threshold goes left
    bool const left = missing == Missing::kNone ? 0.0 <= threshold : default_left;
    tree.missing_left[node] = left ? 1 : 0;
    if (missing != Missing::kZero) return;
    if (tree.zero_missing.empty()) tree.zero_missing.assign(tree.left.size(), 0);
    tree.zero_missing[node] = 1;
  }

  LightgbmRawTree const& raw_;
  TreePlace place_;
  bool has_cover_ = false;
};

}  // namespace

Tree convert_tree(LightgbmRawTree const& raw, std::int64_t number, std::string const& file) {
  return Converter(raw, number, file).convert();
}

}  // namespace limpid::model
