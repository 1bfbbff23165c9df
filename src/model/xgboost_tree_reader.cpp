#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>
#include <variant>

#include "model/xgboost_reading.h"

namespace limpid::model {
namespace {

using Target = std::variant<std::monostate, std::vector<std::int32_t> XgboostRawTree::*,
                            std::vector<std::uint8_t> XgboostRawTree::*, std::vector<std::int64_t> XgboostRawTree::*,
                            std::vector<float> XgboostRawTree::*>;

template <class Use>
void with_array(Target const& target, Use const& use) {
  std::visit(
      [&use](auto array) {
        if constexpr (!std::is_same_v<decltype(array), std::monostate>) use(array);
      },
      target);
}

/// A key of a tree and the array it goes to; neither: known, but not needed.
struct TreeKey {
  std::string_view name;
  Target target = {};
  bool required = false;
};

constexpr std::array<TreeKey, 18> kKeys{{
    {"left_children", &XgboostRawTree::left, true},
    {"right_children", &XgboostRawTree::right, true},
    {"split_indices", &XgboostRawTree::feature, true},
    {"default_left", &XgboostRawTree::default_left, true},
    {"split_conditions", &XgboostRawTree::conditions, true},
    {"sum_hessian", &XgboostRawTree::hessian},
    {"split_type", &XgboostRawTree::split_type},  // this and the following: from 1.3
    {"categories", &XgboostRawTree::categories},
    {"categories_nodes", &XgboostRawTree::categories_nodes},
    {"categories_segments", &XgboostRawTree::categories_segments},
    {"categories_sizes", &XgboostRawTree::categories_sizes},
    {"tree_param", {}, true},  // this and id are no arrays
    {"id"},
    {"leaf_weights", &XgboostRawTree::leaf_weights},
    {"base_weights"},       // a statistic of training; the values of vector leaves up to 3.1
    {"loss_changes"},       // likewise
    {"parents"},            // repeats the structure
    {"leaf_child_counts"},  // likewise, up to 1.2
}};

}  // namespace

XgboostRawTree const& TreeReader::read() {
  start();
  each_key(in_, [this](std::string const& name) { read_key(name); });
  if (raw_.leaf_size > 1 && raw_.leaf_weights.empty() && base_weights_at_ != 0)
    in_.read_array_at(base_weights_at_, raw_.base_weights);
  place_.key.clear();
  for (std::size_t i = 0; i < kKeys.size(); ++i)
    if (kKeys[i].required && (seen_ >> i & 1U) == 0) fail(fmt::format("the tree has no '{}'", kKeys[i].name));
  return raw_;
}

void TreeReader::start() {
  seen_ = 0;
  base_weights_at_ = 0;
  for (auto const& key : kKeys) with_array(key.target, [this](auto array) { (raw_.*array).clear(); });
  raw_.id = raw_.num_nodes = raw_.num_deleted = -1;
  raw_.leaf_size = 0;
  raw_.base_weights.clear();
}

void TreeReader::read_key(std::string const& name) {
  place_.key = name;
  auto const* const key = std::find_if(kKeys.begin(), kKeys.end(), [&](TreeKey const& k) { return k.name == name; });
  if (key == kKeys.end()) {
    place_.key = "learner/gradient_booster/model/trees/" + name;
    return unknown();
  }
  auto const bit = std::uint32_t{1} << (key - kKeys.begin());
  if ((seen_ & bit) != 0) fail(fmt::format("'{}' appears twice", name));
  seen_ |= bit;
  if (key->target.index() != 0) {
    with_array(key->target, [this](auto array) { in_.read_array(raw_.*array); });
  } else if (name == "tree_param") {
    read_parameters();
  } else if (name == "id") {
    raw_.id = in_.read_integer();
  } else {
    if (name == "base_weights") base_weights_at_ = in_.offset();
    in_.skip();
  }
}

void TreeReader::read_parameters() {
  each("tree_param/", [this](std::string const& key) {
    if (key == "num_nodes") {
      raw_.num_nodes = read_count();
    } else if (key == "num_deleted") {
      raw_.num_deleted = read_count();
    } else if (key == "size_leaf_vector") {
      raw_.leaf_size = read_count();
    } else {
      in_.skip();  // num_feature, which the learner has too; num_roots and depths of old versions
    }
  });
}

}  // namespace limpid::model
