/// The trees of limpid's own JSON.
#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "model/limpid_document.h"
#include "model/tree_shape.h"

namespace limpid::model {
namespace {

constexpr std::int64_t kMaxCategory = std::int64_t{1} << 24;
constexpr std::size_t kMaxCopiedCodes = std::size_t{1} << 26;  // 256 MiB, far above what any model needs

template <class T>
struct ArrayKey {
  char const* name;
  std::vector<T> Tree::*array;
  bool optional;
  T filler;
};

constexpr ArrayKey<std::int32_t> kIntegers[] = {{"left", &Tree::left, false, -1},
                                                {"right", &Tree::right, false, -1},
                                                {"feature", &Tree::feature, false, -1},
                                                {"category_set", &Tree::category_set, true, -1}};
constexpr ArrayKey<double> kReals[] = {{"threshold", &Tree::threshold, false, 0.0},
                                       {"value", &Tree::value, false, 0.0},
                                       {"cover", &Tree::cover, true, 0.0}};
constexpr ArrayKey<std::uint8_t> kFlags[] = {{"missing_left", &Tree::missing_left, true, 0},
                                             {"zero_missing", &Tree::zero_missing, true, 0}};

/// Reads the array of that key, if it is one of `keys`.
template <class Keys>
bool read_array_of(Keys const& keys, std::string_view key, DocumentReader& in, Tree& tree) {
  auto const at = std::find_if(std::begin(keys), std::end(keys), [key](auto const& k) { return k.name == key; });
  if (at == std::end(keys)) return false;
  in.read_array(tree.*at->array);
  return true;
}

}  // namespace

void LimpidTreeReader::read() {
  tree_ = {};
  has_output_ = false;
  each("", [this](std::string const& key) { read_key(key); });
  place_.key.clear();
  check_sizes();
  turn_sets();
  check_outputs();
  add();
}

void LimpidTreeReader::fail_here(std::string const& message) const {
  fail_tree({place_.tree, file_, kLimpidAdvice}, message);
}

void LimpidTreeReader::read_key(std::string const& key) {
  if (read_array_of(kIntegers, key, in_, tree_) || read_array_of(kReals, key, in_, tree_) ||
      read_array_of(kFlags, key, in_, tree_))
    return;
  if (key == "sets") {
    read_sets();
  } else if (key == "weight") {
    tree_.weight = read_finite();
  } else if (key == "output") {
    tree_.output = static_cast<std::int32_t>(read_index(kMaxOutputs));
    has_output_ = true;
  } else if (key == "round") {
    tree_.round = static_cast<std::int32_t>(read_index(kMaxTreeNodes));
  } else {
    unknown("trees/" + key);
  }
}

void LimpidTreeReader::read_sets() {
  in_.open_array();
  while (in_.next_element()) {
    auto& set = tree_.sets.emplace_back();
    in_.read_array(set);
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
    set.shrink_to_fit();
    if (!set.empty() && (set.front() < 0 || set.back() >= kMaxCategory))
      fail(fmt::format("a set has category {}, expected 0 to {}", set.front() < 0 ? set.front() : set.back(),
                       kMaxCategory - 1));
  }
}

void LimpidTreeReader::check_sizes() {
  auto const nodes = tree_.left.size();
  if (nodes == 0) fail_here("'left' is missing or empty");
  if (nodes > static_cast<std::size_t>(kMaxTreeNodes)) fail_here(fmt::format("it has {} nodes", nodes));
  if (tree_.value.empty() || tree_.value.size() % nodes != 0)
    fail_here(fmt::format("'value' has {} numbers, expected {} as 'left' has, or that many times the outputs",
                          tree_.value.size(), nodes));
  outputs_ = tree_.value.size() / nodes;
  auto const check = [this](auto const& keys) {
    for (auto const& key : keys) complete(key.name, tree_.*key.array, key.optional, key.filler);
  };
  check(kIntegers);
  check(kFlags);
  complete("threshold", tree_.threshold, false, 0.0);
  if (!tree_.cover.empty()) complete("cover", tree_.cover, false, 0.0);
  if (std::all_of(tree_.zero_missing.begin(), tree_.zero_missing.end(), [](auto flag) { return flag == 0; }))
    tree_.zero_missing.clear();
}

template <class T>
void LimpidTreeReader::complete(char const* name, std::vector<T>& values, bool optional, T filler) const {
  auto const nodes = tree_.left.size();
  if (values.empty() && optional) values.assign(nodes, filler);
  if (values.size() != nodes)
    fail_here(fmt::format("'{}' has {} numbers, but 'left' has {}", name, values.size(), nodes));
}

/// The file's sets go left, a Tree's go right: their nodes change sides, and so does NaN.
void LimpidTreeReader::turn_sets() {
  for (std::size_t n = 0; n < tree_.left.size(); ++n) {
    if (tree_.left[n] == -1 || tree_.category_set[n] == -1) continue;
    if (tree_.right[n] == -1) fail_here(fmt::format("the right child of node {} is -1", n));
    std::swap(tree_.left[n], tree_.right[n]);
    auto& missing = tree_.missing_left[n];
    if (missing <= 1) missing ^= 1U;
  }
}

void LimpidTreeReader::check_outputs() {
  auto& per_tree = doc_.ensemble.outputs_per_tree;
  if (outputs_ > static_cast<std::size_t>(kMaxOutputs)) fail_here(fmt::format("it has {} values per node", outputs_));
  if (outputs_ > 1 && has_output_)
    fail_here(fmt::format("it has an 'output', but {} values per node, one for each output", outputs_));
  if (doc_.ensemble.trees.empty()) per_tree = static_cast<std::int32_t>(outputs_);
  if (outputs_ != static_cast<std::size_t>(per_tree))
    fail_here(fmt::format("it has {} values per node, the trees before it have {}", outputs_, per_tree));
  if (outputs_ == 1) return;
  for (auto const& set : tree_.sets) copied_ += set.size() * (outputs_ - 1);
  if (copied_ > kMaxCopiedCodes) fail_here("its sets are too large for so many values per node");
}

void LimpidTreeReader::add() {
  auto const values = outputs_ > 1 ? std::exchange(tree_.value, {}) : std::vector<double>();
  for (std::size_t k = 0; k < outputs_; ++k) {
    Tree tree = k + 1 < outputs_ ? tree_ : std::move(tree_);
    if (outputs_ > 1) {
      tree.output = static_cast<std::int32_t>(k);
      tree.value.reserve(tree.left.size());
      for (std::size_t i = k; i < values.size(); i += outputs_) tree.value.push_back(values[i]);
    }
    auto const unreached = shape_tree(tree, {place_.tree, file_, kLimpidAdvice});
    if (unreached > 0) fail_here(fmt::format("{} nodes cannot be reached from the root", unreached));
    doc_.ensemble.trees.push_back(std::move(tree));
  }
}

}  // namespace limpid::model
