/// What a LightGBM text model says, before its meaning is worked out; trees already checked and in limpid's form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "limpid/ensemble.h"
#include "model/lightgbm_text.h"
#include "model/loaders.h"

namespace limpid::model {

struct LightgbmDocument {
  std::string version;  ///< "v4": of the format
  std::int64_t num_class = -1;
  std::int64_t trees_per_round = -1;
  std::int64_t max_feature = -1;
  std::int64_t tree_count = -1;  ///< entries of tree_sizes
  std::string objective;         ///< "binary sigmoid:1"; empty: the file names none
  bool average_output = false;
  std::vector<std::string_view> feature_names;
  std::vector<std::string_view> feature_infos;  ///< "[-1.5:3]", "2:0:1" (categories), "none" (one value)
  std::string_view pandas_categorical;          ///< JSON; empty: the file has none
  std::string_view categorical_features;        ///< of the training's parameters: "1,3,5"
  std::vector<std::string> unknown_keys;        ///< "tree 0: novelty"; only the first of each place
  std::vector<Tree> trees;
};

/// One tree as its lists in the file, reused from tree to tree.
struct LightgbmRawTree {
  std::int64_t num_leaves = -1;
  std::int64_t num_cat = -1;
  bool is_linear = false;
  std::vector<std::int64_t> feature, decision, left, right, leaf_count, internal_count, cat_boundaries, cat_threshold;
  std::vector<double> threshold, leaf_value;
};

/// Checks the tree and renumbers its nodes in breadth-first order. Throws Error model.tree.
[[nodiscard]] Tree convert_tree(LightgbmRawTree const& raw, std::int64_t number, std::string const& file);

/// The views in the result are into `file.bytes`. Throws Error model.format, model.tree.
[[nodiscard]] LightgbmDocument read_lightgbm_document(ModelBytes const& file);

/// Gives the features the category texts of `pandas_categorical`. The file does not say which columns its lists belong
/// to: they are matched in order to the columns that could have these codes, and left out, with a warning, where that
/// can be done in more than one way. Throws Error model.format.
void set_pandas_categories(LightgbmDocument const& document, std::string const& file, Ensemble& ensemble);

}  // namespace limpid::model
