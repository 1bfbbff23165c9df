/// CatBoost's trees: oblivious ones (one split per level, 2^depth leaves) and those of nodes.
#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "limpid/error.h"
#include "model/catboost_document.h"
#include "model/tree_shape.h"

namespace limpid::model {
namespace {

constexpr std::size_t kMaxObliviousDepth = 16;  // CatBoost trains no deeper
constexpr std::size_t kSplit = std::numeric_limits<std::size_t>::max();
constexpr std::int64_t kHashes = std::int64_t{1} << 32;

// Memory of the trees, roughly, and what a file may make of its bytes: trees of one leaf and thousands of outputs, or
// of nothing but zeros, would make some hundred bytes of two. Real files stay below 5.
constexpr std::size_t kTreeBytes = 512;
constexpr std::size_t kNodeBytes = 41;
constexpr std::size_t kFreeBytes = std::size_t{256} << 20;
constexpr std::size_t kBytesPerByte = 32;

}  // namespace

void CatboostTreeReader::fail_here(std::string const& message) const {
  fail_tree({place_.tree, file_, kCatboostAdvice}, message);
}

void CatboostTreeReader::start() {
  shape_ = Tree{};
  leaf_.clear();
  values_.clear();
  weights_.clear();
  leaves_ = 0;
}

void CatboostTreeReader::read_oblivious() {
  start();
  std::vector<Split> splits;
  bool has_splits = false;
  bool has_values = false;
  each("", [&](std::string const& key) {
    if (key == "splits") {
      has_splits = true;
      if (read_null()) return;
      in_.open_array();
      while (in_.next_element()) {
        if (splits.size() == kMaxObliviousDepth)
          fail_here(fmt::format("it is deeper than {} splits, which no version of CatBoost trains", splits.size()));
        splits.push_back(read_split());
      }
    } else if (key == "leaf_values") {
      has_values = true;
      in_.read_array(values_);
    } else if (key == "leaf_weights") {
      if (!read_null()) in_.read_array(weights_);
    } else {
      unknown("oblivious_trees/" + key);
    }
  });
  if (!has_splits || !has_values) fail(fmt::format("the tree has no '{}'", has_splits ? "leaf_values" : "splits"));
  build_oblivious(splits);
  emit();
}

/// The last split is the root and the first one lies above the leaves, so that leaf i, whose bit s is the outcome of
/// split s, is the i-th from the left. CatBoost's own contributions take the splits in this order.
void CatboostTreeReader::build_oblivious(std::vector<Split> const& splits) {
  std::size_t const depth = splits.size();
  leaves_ = std::size_t{1} << depth;
  if (values_.empty() || values_.size() % leaves_ != 0)
    fail_here(fmt::format("{} splits have {} leaves, but leaf_values has {} values", depth, leaves_, values_.size()));
  if (!weights_.empty() && weights_.size() != leaves_)
    fail_here(fmt::format("{} splits have {} leaves, but leaf_weights has {} values", depth, leaves_, weights_.size()));
  add_nodes(2 * leaves_ - 1);
  for (std::size_t level = 0; level < depth; ++level) {
    auto const& split = splits[depth - 1 - level];
    auto const set = add_set(split);
    for (std::size_t node = (std::size_t{1} << level) - 1; node < (std::size_t{2} << level) - 1; ++node) {
      set_split(node, split, set);
      shape_.left[node] = static_cast<std::int32_t>(2 * node + 1);
      shape_.right[node] = static_cast<std::int32_t>(2 * node + 2);
    }
  }
  for (std::size_t leaf = 0; leaf < leaves_; ++leaf) leaf_[leaves_ - 1 + leaf] = leaf;
}

CatboostTreeReader::Split CatboostTreeReader::read_split() {
  SplitKeys keys;
  each("", [&](std::string const& key) {
    if (key == "split_type") {
      in_.read_string(keys.type);
    } else if (key == "float_feature_index") {
      keys.feature = read_index(kMaxFeatures);
    } else if (key == "cat_feature_index") {
      keys.category = read_index(kMaxFeatures);
    } else if (key == "border") {
      keys.border = read_finite();
    } else if (key == "value") {
      keys.has_value = true;
      keys.value = in_.read_integer();
    } else if (key == "split_index" || key == "ctr_target_border_idx") {
      in_.skip();  // the split's number among all; of a split that is refused by its type
    } else {
      unknown("split/" + key);
    }
  });
  if (keys.type == "FloatFeature") return float_split(keys);
  if (keys.type == "OneHotFeature") return one_hot_split(keys);
  refuse_split(keys.type);
}

/// Right where float32 value > border: left where value < the next double, since nothing of float32 lies between.
CatboostTreeReader::Split CatboostTreeReader::float_split(SplitKeys const& keys) const {
  auto const border = static_cast<float>(keys.border);
  if (keys.feature < 0 || !std::isfinite(border))
    fail_here("a split of a float feature needs float_feature_index and a border that a float can hold");
  return {2 * keys.feature, std::nextafter(static_cast<double>(border), std::numeric_limits<double>::infinity()), 0,
          false};
}

CatboostTreeReader::Split CatboostTreeReader::one_hot_split(SplitKeys const& keys) const {
  if (keys.category < 0 || !keys.has_value) fail_here("a one-hot split needs cat_feature_index and value");
  if (keys.value < -kHashes / 2 || keys.value >= kHashes)
    fail_here(fmt::format("a one-hot split has the value {}, expected a hash of 32 bits", keys.value));
  return {2 * keys.category + 1, 0.0, static_cast<std::int32_t>(static_cast<std::uint32_t>(keys.value)), true};
}

void CatboostTreeReader::refuse_split(std::string const& type) const {
  char const* what = "an unknown kind of split";
  char const* hint = kCatboostAdvice;
  if (type == "OnlineCtr") {
    what = "target statistics of categories (a CTR)";
    hint =
        "limpid explains one-hot splits: train with one_hot_max_size above the number of categories (up to 255), or "
        "turn the categories into numbers before training";
  } else if (type == "EstimatedFeature") {
    what = "a feature estimated from text or embeddings";
    hint = "turn text and embeddings into numeric columns before training";
  }
  throw Error(
      "model.format",
      fmt::format("tree {} splits on {} ('{}'), which cannot be explained", place_.tree, what, type.substr(0, 40)),
      file_, hint);
}

void CatboostTreeReader::read_nodes() {
  start();
  read_node();
  if (!weights_.empty() && weights_.size() != leaves_)
    fail_here(fmt::format("{} of its {} leaves have a weight", weights_.size(), leaves_));
  emit();
}

/// Depth first; returns the node's number. The reader limits the depth.
std::size_t CatboostTreeReader::read_node() {
  std::size_t const node = leaf_.size();
  if (node + 1 >= static_cast<std::size_t>(kMaxTreeNodes)) fail_here("too many nodes");
  add_nodes(1);
  std::size_t left = 0;
  std::size_t right = 0;
  bool has_split = false;
  bool has_value = false;
  std::optional<double> weight;
  each("", [&](std::string const& key) {
    if (key == "left") {
      left = read_node();
    } else if (key == "right") {
      right = read_node();
    } else if (key == "split") {
      has_split = true;
      auto const split = read_split();
      set_split(node, split, add_set(split));
    } else if (key == "value") {
      has_value = true;
      read_leaf_value();
    } else if (key == "weight") {
      weight = read_finite();
    } else {
      unknown("trees/" + key);
    }
  });
  bool const is_leaf = has_value && !has_split && left == 0 && right == 0;
  bool const is_split = !has_value && has_split && left != 0 && right != 0;
  if (is_leaf == is_split) fail_here(fmt::format("node {} has neither a value alone nor split, left and right", node));
  if (is_leaf) {
    leaf_[node] = leaves_++;
    if (weight) weights_.push_back(*weight);
  } else {
    shape_.left[node] = static_cast<std::int32_t>(left);
    shape_.right[node] = static_cast<std::int32_t>(right);
  }
  return node;
}

void CatboostTreeReader::read_leaf_value() {
  if (in_.peek() == DocumentReader::Kind::kArray)
    in_.read_array(leaf_values_);
  else
    leaf_values_.assign(1, read_finite());
  if (leaf_values_.empty() || (leaves_ > 0 && values_.size() != leaves_ * leaf_values_.size()))
    fail_here(fmt::format("leaf {} has {} values, unlike the one before", leaves_, leaf_values_.size()));
  values_.insert(values_.end(), leaf_values_.begin(), leaf_values_.end());
}

void CatboostTreeReader::add_nodes(std::size_t count) {
  std::size_t const nodes = leaf_.size() + count;
  leaf_.resize(nodes, kSplit);
  shape_.left.resize(nodes, -1);
  shape_.right.resize(nodes, -1);
  shape_.feature.resize(nodes, -1);
  shape_.threshold.resize(nodes, 0.0);
  shape_.missing_left.resize(nodes, 1);
  shape_.category_set.resize(nodes, -1);
}

std::int32_t CatboostTreeReader::add_set(Split const& split) {
  if (!split.one_hot) return -1;
  shape_.sets.push_back({split.hash});
  return static_cast<std::int32_t>(shape_.sets.size()) - 1;
}

void CatboostTreeReader::set_split(std::size_t node, Split const& split, std::int32_t set) {
  shape_.feature[node] = static_cast<std::int32_t>(split.feature);
  shape_.threshold[node] = split.threshold;
  shape_.category_set[node] = set;
}

/// Children come after their parent, in the order of levels and in the order of the file alike.
void CatboostTreeReader::sum_weights() {
  if (weights_.empty()) return;
  shape_.cover.resize(leaf_.size());
  for (std::size_t node = leaf_.size(); node-- > 0;) {
    if (leaf_[node] == kSplit) {
      shape_.cover[node] = shape_.cover[static_cast<std::size_t>(shape_.left[node])] +
                           shape_.cover[static_cast<std::size_t>(shape_.right[node])];
    } else {
      double const weight = weights_[leaf_[node]];
      if (!(weight >= 0.0)) fail_here(fmt::format("the weight of leaf {} is negative or no number", leaf_[node]));
      shape_.cover[node] = weight;
    }
  }
}

/// One tree for each value of a leaf, side by side.
void CatboostTreeReader::emit() {
  auto const outputs = static_cast<std::int64_t>(values_.size() / leaves_);
  if (outputs > kMaxOutputs) fail_here(fmt::format("its leaves have {} values, more than {}", outputs, kMaxOutputs));
  if (doc_.outputs != 0 && outputs != doc_.outputs)
    fail_here(fmt::format("its leaves have {} values, those of the trees before {}", outputs, doc_.outputs));
  doc_.outputs = outputs;
  bytes_ += static_cast<std::size_t>(outputs) * (kTreeBytes + kNodeBytes * leaf_.size());
  if (bytes_ > kFreeBytes + kBytesPerByte * in_.offset())
    fail_here(
        fmt::format("the trees so far need {} MiB, more than {} bytes of a file can mean", bytes_ >> 20, in_.offset()));
  sum_weights();
  for (std::int64_t k = 0; k < outputs; ++k) {
    Tree tree = k + 1 < outputs ? shape_ : std::move(shape_);
    tree.value.resize(leaf_.size());
    for (std::size_t node = 0; node < leaf_.size(); ++node)
      if (leaf_[node] != kSplit)
        tree.value[node] = values_[leaf_[node] * static_cast<std::size_t>(outputs) + static_cast<std::size_t>(k)];
    tree.output = static_cast<std::int32_t>(k);
    tree.round = static_cast<std::int32_t>(place_.tree);
    shape_tree(tree, {place_.tree, file_, kCatboostAdvice});
    doc_.trees.push_back(std::move(tree));
  }
}

}  // namespace limpid::model
