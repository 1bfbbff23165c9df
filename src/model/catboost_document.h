/// What a CatBoost model in JSON (save_model with format="json") says, before its parts are checked against each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "limpid/ensemble.h"
#include "model/object_reader.h"

namespace limpid::model {

inline constexpr char const* kCatboostAdvice =
    "the file is damaged or was changed: save the model again with model.save_model(\"model.json\", format=\"json\", "
    "pool=train_pool)";

/// One of features_info's float_features or categorical_features.
struct CatboostFeature {
  std::int64_t index = -1;   ///< feature_index: among the features of its kind, what splits name
  std::int64_t column = -1;  ///< flat_feature_index: among all
  std::string name;          ///< feature_id, or feature_name, which needs pool=
  bool nan_passes = false;   ///< nan_value_treatment AsTrue: NaN is above every border
};

struct CatboostDocument {
  bool has_features = false;  ///< features_info
  bool has_trees = false;     ///< oblivious_trees or trees
  std::string version_info;
  std::string loss;                      ///< "MultiClass"
  std::vector<std::string> class_names;  ///< in the order of their labels
  std::vector<std::int64_t> class_to_label;
  bool text_classes = false;  ///< class_label_type String
  std::vector<CatboostFeature> floats, categories;
  std::vector<std::pair<std::int64_t, std::string>> texts;  ///< cat_features_hash: 32-bit hash and text
  double scale = 1.0;
  std::vector<double> bias;
  /// The file's trees, one per value of a leaf. Features are provisional: 2 i for float feature i, 2 i + 1 for
  /// categorical feature i; sets hold the one hash that goes right, as a signed 32-bit number.
  std::vector<Tree> trees;
  std::int64_t outputs = 0;               ///< values per leaf; 0: no trees
  std::vector<std::string> unknown_keys;  ///< "features_info/novelty"
};

/// Base of the readers of the document's parts.
class CatboostPart : protected ObjectReader {
 public:
  CatboostPart(DocumentReader& in, CatboostDocument& document, Place& place)
      : ObjectReader(in, place), doc_(document) {}

 protected:
  void unknown(std::string const& key);  ///< notes it and skips its value
  [[nodiscard]] bool read_null();        ///< true: the value was null, as CatBoost writes an empty list
  [[nodiscard]] std::int64_t read_index(std::int64_t end);  ///< 0 to end - 1
  [[nodiscard]] double read_finite();

  CatboostDocument& doc_;
};

/// Reads one tree after another into the document, checked by shape_tree.
class CatboostTreeReader : private CatboostPart {
 public:
  CatboostTreeReader(DocumentReader& in, CatboostDocument& document, Place& place, std::string const& file)
      : CatboostPart(in, document, place), file_(file) {}
  void read_oblivious();
  void read_nodes();  ///< grow_policy Depthwise and Lossguide

 private:
  /// As the trees take it: its provisional feature, and the threshold or the hash.
  struct Split {
    std::int64_t feature;
    double threshold;
    std::int32_t hash;
    bool one_hot;
  };
  /// As the file has it.
  struct SplitKeys {
    std::string type;
    std::int64_t feature = -1;
    std::int64_t category = -1;
    std::int64_t value = 0;
    bool has_value = false;
    double border = 0.0;
  };

  [[noreturn]] void fail_here(std::string const& message) const;
  [[noreturn]] void refuse_split(std::string const& type) const;
  void start();
  [[nodiscard]] Split read_split();
  [[nodiscard]] Split float_split(SplitKeys const& keys) const;
  [[nodiscard]] Split one_hot_split(SplitKeys const& keys) const;
  void build_oblivious(std::vector<Split> const& splits);
  std::size_t read_node();
  void read_leaf_value();
  void add_nodes(std::size_t count);
  [[nodiscard]] std::int32_t add_set(Split const& split);
  void set_split(std::size_t node, Split const& split, std::int32_t set);
  void sum_weights();
  void emit();

  std::string const& file_;
  Tree shape_;                            // everything but values, in the file's order
  std::vector<std::size_t> leaf_;         // [nodes] number of the leaf, or none
  std::vector<double> values_, weights_;  // [leaves x outputs], [leaves]
  std::vector<double> leaf_values_;       // [outputs] of one leaf
  std::size_t leaves_ = 0;
  std::size_t bytes_ = 0;  // of the trees so far, roughly
};

/// Throws ReadError and Error. `consumed(offset)` is called after each tree.
void read_catboost_document(DocumentReader& in, CatboostDocument& document, Place& place, std::string const& file,
                            std::function<void(std::size_t)> const& consumed);

/// Outputs, objective, features, categories: the last step from the file to the ensemble.
/// Throws Error model.format, model.version, model.tree.
[[nodiscard]] Ensemble assemble_catboost(CatboostDocument&& document, ModelBytes const& model);

}  // namespace limpid::model
