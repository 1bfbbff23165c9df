/// The structure of one tree, checked and brought into limpid's form, for every loader: a loader fills a Tree in the
/// order of its file and hands it to shape_tree, so that no walk, however hostile the file, meets a cycle, a node with
/// two parents, a child that is not there or a NaN threshold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "limpid/ensemble.h"

namespace limpid::model {

/// Edges between the root and a node. Explaining works on whole paths: far above what any library trains, and a chain
/// of millions of nodes ends here instead of in a quadratic amount of conditions.
inline constexpr std::int64_t kMaxTreeDepth = 4096;
inline constexpr std::int64_t kMaxTreeNodes = (std::int64_t{1} << 31) - 2;  ///< indices are 32 bits
inline constexpr std::int64_t kMaxFeatures = std::int64_t{1} << 22;
inline constexpr std::int64_t kMaxOutputs = std::int64_t{1} << 16;

/// What messages about a tree name, and what they advise.
struct TreePlace {
  std::int64_t number;      ///< of the tree in its file, from 0
  std::string const& file;  ///< stands for the file
  char const* advice;       ///< "the file is damaged: save the model again with ..."
};

/// Throws Error model.tree: "tree 3: <message>".
[[noreturn]] void fail_tree(TreePlace const& place, std::string const& message);

/// Checks the tree and renumbers its nodes breadth first, left before right. REQUIRES: all arrays have the length of
/// `left`, which is 1..kMaxTreeNodes (`cover` and `zero_missing` may be empty), and the category codes are sorted and
/// different. `left` == -1 makes a node a leaf, and the arrays that mean nothing at a leaf (right, feature, threshold,
/// missing_left, zero_missing, category_set), or nothing at a split (value; threshold of a category set), may hold
/// anything: they are reset. Nodes that the root does not reach are dropped; returns how many. Messages have the
/// nodes' numbers in the file. Throws Error model.tree.
std::size_t shape_tree(Tree& tree, TreePlace const& place);

/// Checks over the whole ensemble: splits stay inside the features, which are numeric or categorical but not both (a
/// feature with a category set becomes kCategorical), and outputs and rounds are the ensemble's. Throws Error
/// model.tree.
void check_trees(Ensemble& ensemble, std::string const& file, char const* advice);

}  // namespace limpid::model
