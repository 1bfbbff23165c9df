/// What an XGBoost model file says, before its meaning is worked out: strings as they are in the file, trees already
/// checked and in limpid's form.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "limpid/ensemble.h"
#include "model/loaders.h"
#include "model/object_reader.h"

namespace limpid::model {

/// One tree as its arrays in the file, reused from tree to tree.
struct XgboostRawTree {
  std::vector<std::int32_t> left, right, feature, categories, categories_nodes;
  std::vector<std::uint8_t> default_left, split_type;
  std::vector<std::int64_t> categories_segments, categories_sizes;
  std::vector<float> conditions, hessian;
  std::vector<float> base_weights;  ///< [nodes x leaf_size] vector leaves up to 3.1; read for them alone
  std::vector<float> leaf_weights;  ///< [leaves x leaf_size] vector leaves from 3.2; a leaf's index is its right child
  std::int64_t id = -1;
  std::int64_t num_nodes = -1;
  std::int64_t num_deleted = -1;
  std::int64_t leaf_size = 0;
};

/// What the re-coder of 3.1 knows of one feature: the category of code c.
struct XgboostCategories {
  std::vector<std::string> texts;
  bool numeric = false;
};

struct XgboostDocument {
  bool legacy = false;  ///< the binary format: version is [1, 7], or [0, 0] up to 0.90, where base_score is a margin
  std::vector<std::int64_t> version;  ///< [3, 2, 0]
  bool has_learner = false;
  bool has_booster = false;
  bool has_trees = false;
  std::vector<std::string> other_keys;    ///< top-level keys that are not XGBoost's: they tell what else the file is
  std::vector<std::string> unknown_keys;  ///< "learner/gradient_booster/model/novelty"
  std::string objective;
  std::string booster;  ///< "gbtree", "dart", "gblinear"
  std::string base_score;
  std::string num_class = "0";
  std::string num_feature;
  std::string num_target = "1";
  std::string num_trees;
  std::string num_parallel_tree;
  std::string best_iteration;    ///< learner.attributes, of the scikit-learn interface
  std::string best_ntree_limit;  ///< likewise, up to 1.7
  std::vector<std::string> feature_names;
  std::vector<std::string> feature_types;
  std::vector<XgboostCategories> categories;   ///< [features] from 3.1, or empty
  std::vector<std::int64_t> tree_info;         ///< [trees] output of each tree
  std::vector<std::int64_t> iteration_indptr;  ///< [rounds + 1] from 2.0
  std::vector<float> weight_drop;              ///< [trees] DART
  std::int64_t leaf_size = 1;                  ///< values per leaf
  std::vector<Tree> trees;                     ///< [trees x leaf_size]

  /// The next tree of the file, converted. Throws Error model.tree.
  void add_tree(XgboostRawTree const& raw, std::string const& file);
};

/// Checks the tree, renumbers its nodes in breadth-first order and appends it to `out`: once, or, where its leaves are
/// vectors, once per value. Throws Error model.tree.
void convert_tree(XgboostRawTree const& raw, std::int64_t number, std::string const& file, std::vector<Tree>& out);

/// Throws ReadError and Error. `consumed(offset)` is called after each tree.
void read_xgboost_document(DocumentReader& in, XgboostDocument& document, Place& place, std::string const& file,
                           std::function<void(std::size_t)> const& consumed);

/// Gives the features the texts of their categories. Texts that XGBoost wrote damaged are dropped with a warning.
/// Throws Error model.format.
void set_xgboost_categories(std::vector<XgboostCategories>&& categories, Ensemble& ensemble, std::string const& file);

/// Objective, base score, link, rounds and features: the last step from the file to the ensemble.
/// Throws Error model.format, model.version, model.tree.
[[nodiscard]] Ensemble assemble_xgboost(XgboostDocument&& document, ModelBytes const& model, std::string format);

}  // namespace limpid::model
