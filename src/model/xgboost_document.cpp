/// Walks an XGBoost document of any version from 1.0. Keys may come in any order.
#include "model/xgboost_document.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "limpid/error.h"

namespace limpid::model {
namespace {

using Kind = DocumentReader::Kind;

enum TreeKey : std::uint32_t {
  kId,
  kTreeParam,
  kLeft,
  kRight,
  kFeature,
  kConditions,
  kDefaultLeft,
  kHessian,
  kSplitType,
  kCategories,
  kCategoriesNodes,
  kCategoriesSegments,
  kCategoriesSizes,
  kRead,  ///< keys from here on are known and skipped
};

// base_weights and loss_changes are statistics; parents and leaf_child_counts repeat the structure; leaf_weights
// belong to vector leaves, which convert_tree refuses by size_leaf_vector.
constexpr std::array<std::string_view, 18> kTreeKeys{"id",
                                                     "tree_param",
                                                     "left_children",
                                                     "right_children",
                                                     "split_indices",
                                                     "split_conditions",
                                                     "default_left",
                                                     "sum_hessian",
                                                     "split_type",
                                                     "categories",
                                                     "categories_nodes",
                                                     "categories_segments",
                                                     "categories_sizes",
                                                     "base_weights",
                                                     "loss_changes",
                                                     "parents",
                                                     "leaf_child_counts",
                                                     "leaf_weights"};

std::uint32_t find_tree_key(std::string_view key) noexcept {
  return static_cast<std::uint32_t>(std::find(kTreeKeys.begin(), kTreeKeys.end(), key) - kTreeKeys.begin());
}

class Walker {
 public:
  Walker(DocumentReader& in, XgboostDocument& document, Place& place, std::string const& file,
         std::function<void(std::size_t)> const& consumed)
      : in_(in), doc_(document), place_(place), file_(file), consumed_(consumed) {}

  void read() {
    each("", [this](std::string const& key) {
      if (key == "learner") {
        doc_.has_learner = true;
        read_learner();
      } else if (key == "version") {
        in_.read_array(doc_.version);
      } else {
        doc_.other_keys.push_back(key.substr(0, 64));
        in_.skip();
      }
    });
    in_.finish();
  }

 private:
  /// each_key that refuses a key that comes twice and keeps the place. Objects whose keys are the user's (attributes)
  /// do not come here, so the list stays short.
  template <class Use>
  void each(std::string const& path, Use&& use) {
    std::vector<std::string> keys;
    each_key(in_, [&](std::string const& key) {
      place_.key = path + key;
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) fail(fmt::format("'{}' appears twice", place_.key));
      if (keys.size() == kMaxKeys) fail(fmt::format("more than {} keys in one object", kMaxKeys));
      keys.push_back(key);
      use(key);
    });
  }

  [[noreturn]] void fail(std::string const& message) const { throw ReadError{message, in_.offset(), false}; }

  void unknown() {
    doc_.unknown_keys.push_back(place_.key.substr(0, 128));
    in_.skip();
  }

  /// A parameter: XGBoost writes them as strings; a file that went through another program may have bare numbers.
  void read_parameter(std::string& text) {
    if (in_.peek() == Kind::kString) {
      in_.read_string(text);
    } else {
      text = std::to_string(in_.read_integer());
    }
  }

  std::int64_t read_count() {
    std::string text;
    read_parameter(text);
    std::int64_t value = 0;
    auto const [last, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || last != text.data() + text.size())
      fail(fmt::format("'{}' should be a whole number, found '{}'", place_.key, text.substr(0, 40)));
    return value;
  }

  void read_strings(std::vector<std::string>& out) {
    out.clear();
    in_.open_array();
    while (in_.next_element()) in_.read_string(out.emplace_back());
  }

  void read_learner() {
    each("learner/", [this](std::string const& key) {
      if (key == "attributes") {
        read_attributes();
      } else if (key == "feature_names") {
        read_strings(doc_.feature_names);
      } else if (key == "feature_types") {
        read_strings(doc_.feature_types);
      } else if (key == "objective") {
        read_objective();
      } else if (key == "learner_model_param") {
        read_model_parameters();
      } else if (key == "gradient_booster") {
        doc_.has_booster = true;
        read_booster("learner/gradient_booster/");
      } else if (key == "learner_train_param" || key == "generic_param" || key == "ctx" || key == "metrics") {
        in_.skip();  // of save_config: they do not change predictions
      } else {
        unknown();
      }
    });
  }

  void read_attributes() {
    each_key(in_, [this](std::string const& key) {
      place_.key = "learner/attributes";
      if (key == "best_iteration") {
        read_parameter(doc_.best_iteration);
      } else if (key == "best_ntree_limit") {
        read_parameter(doc_.best_ntree_limit);
      } else {
        in_.skip();
      }
    });
  }

  void read_objective() {
    each("learner/objective/", [this](std::string const& key) {
      if (key == "name") {
        in_.read_string(doc_.objective);
      } else if (key == "quantile_loss_param" || key == "expectile_loss_param") {
        each("learner/objective/" + key + "/", [this](std::string const& name) {
          if (name == "quantile_alpha" || name == "expectile_alpha") {
            in_.read_string(doc_.quantile_alpha);
          } else {
            in_.skip();
          }
        });
      } else {
        in_.skip();  // training parameters of the loss
      }
    });
  }

  void read_model_parameters() {
    each("learner/learner_model_param/", [this](std::string const& key) {
      if (key == "base_score") {
        in_.read_string(doc_.base_score);
      } else if (key == "num_class") {
        read_parameter(doc_.num_class);
      } else if (key == "num_feature") {
        read_parameter(doc_.num_feature);
      } else if (key == "num_target") {
        read_parameter(doc_.num_target);
      } else if (key == "boost_from_average") {
        in_.skip();  // how base_score was found
      } else {
        unknown();
      }
    });
  }

  /// DART: up to 3.2 {name: dart, gbtree: {model}, weight_drop}, in 3.3 {name: gbtree, model, weight_drop}, from 3.4
  /// {name: gbtree, model: {weight_drop}}.
  void read_booster(std::string const& path) {
    each(path, [this, &path](std::string const& key) {
      if (key == "name") {
        std::string name;
        in_.read_string(name);
        if (doc_.booster != "dart") doc_.booster = std::move(name);
      } else if (key == "model") {
        read_model(path + "model/");
      } else if (key == "gbtree") {
        read_booster(path + "gbtree/");
        doc_.booster = "dart";
      } else if (key == "weight_drop") {
        read_weights();
      } else if (key.ends_with("_train_param") || key == "specified_updater" || key == "updater") {
        in_.skip();
      } else {
        unknown();
      }
    });
  }

  void read_weights() {
    std::vector<float> weights;
    in_.read_array(weights);
    if (weights.empty()) return;
    if (!doc_.weight_drop.empty()) fail("'weight_drop' appears in two places");
    doc_.weight_drop = std::move(weights);
  }

  void read_model(std::string const& path) {
    if (std::exchange(seen_model_, true)) fail("the model appears twice");
    each(path, [this, &path](std::string const& key) {
      if (key == "gbtree_model_param") {
        read_forest_parameters(path + "gbtree_model_param/");
      } else if (key == "trees") {
        doc_.has_trees = true;
        read_trees();
      } else if (key == "tree_info") {
        in_.read_array(doc_.tree_info);
      } else if (key == "iteration_indptr") {
        in_.read_array(doc_.iteration_indptr);
      } else if (key == "weight_drop") {
        read_weights();
      } else if (key == "cats" || doc_.booster == "gblinear" || key == "weights") {
        in_.skip();  // cats: names of categories, codes are what the trees test; weights: gblinear, refused by name
      } else {
        unknown();
      }
    });
  }

  void read_forest_parameters(std::string const& path) {
    each(path, [this](std::string const& key) {
      if (key == "num_trees") {
        read_parameter(doc_.num_trees);
      } else if (key == "num_parallel_tree") {
        read_parameter(doc_.num_parallel_tree);
      } else {
        in_.skip();  // size_leaf_vector, which each tree repeats, and what older versions wrote without reading it
      }
    });
  }

  void read_trees() {
    std::string const key = place_.key;
    XgboostRawTree raw;
    in_.open_array();
    for (place_.tree = 0; in_.next_element(); ++place_.tree) {
      read_tree(raw);
      doc_.trees.push_back(convert_tree(raw, place_.tree, file_));
      if (consumed_) consumed_(in_.offset());
    }
    place_ = {key, -1};
  }

  void read_tree(XgboostRawTree& raw) {
    raw.seen = 0;
    raw.num_nodes = raw.num_deleted = raw.id = -1;
    raw.leaf_size = 0;
    for (auto* const array :
         {&raw.split_type, &raw.categories, &raw.categories_nodes, &raw.categories_segments, &raw.categories_sizes})
      array->clear();
    raw.hessian.clear();
    each_key(in_, [this, &raw](std::string const& name) { read_tree_key(raw, name); });
    for (auto const required : {kTreeParam, kLeft, kRight, kFeature, kConditions, kDefaultLeft}) {
      place_.key.clear();
      if ((raw.seen >> required & 1U) == 0) fail(fmt::format("the tree has no '{}'", kTreeKeys[required]));
    }
  }

  void read_tree_key(XgboostRawTree& raw, std::string const& name) {
    place_.key = name;
    std::uint32_t const key = find_tree_key(name);
    if (key == kTreeKeys.size()) {
      place_.key = "learner/gradient_booster/model/trees/" + name;
      if (doc_.unknown_keys.size() > kMaxKeys) fail(fmt::format("more than {} unknown keys", kMaxKeys));
      return unknown();
    }
    if ((raw.seen >> key & 1U) != 0) fail(fmt::format("'{}' appears twice", name));
    raw.seen |= 1U << key;
    switch (key) {
      case kId:
        raw.id = in_.read_integer();
        break;
      case kTreeParam:
        read_tree_parameters(raw);
        break;
      case kLeft:
        in_.read_array(raw.left);
        break;
      case kRight:
        in_.read_array(raw.right);
        break;
      case kFeature:
        in_.read_array(raw.feature);
        break;
      case kConditions:
        in_.read_array(raw.conditions);
        break;
      case kDefaultLeft:
        in_.read_array(raw.default_left);
        break;
      case kHessian:
        in_.read_array(raw.hessian);
        break;
      case kSplitType:
        in_.read_array(raw.split_type);
        break;
      case kCategories:
        in_.read_array(raw.categories);
        break;
      case kCategoriesNodes:
        in_.read_array(raw.categories_nodes);
        break;
      case kCategoriesSegments:
        in_.read_array(raw.categories_segments);
        break;
      case kCategoriesSizes:
        in_.read_array(raw.categories_sizes);
        break;
      default:
        in_.skip();
        break;
    }
  }

  void read_tree_parameters(XgboostRawTree& raw) {
    each("tree_param/", [this, &raw](std::string const& key) {
      if (key == "num_nodes") {
        raw.num_nodes = read_count();
      } else if (key == "num_deleted") {
        raw.num_deleted = read_count();
      } else if (key == "size_leaf_vector") {
        raw.leaf_size = read_count();
      } else {
        in_.skip();  // num_feature, which the learner has too; num_roots and depths of old versions
      }
    });
  }

  static constexpr std::size_t kMaxKeys = 64;

  DocumentReader& in_;
  XgboostDocument& doc_;
  Place& place_;
  std::string const& file_;
  std::function<void(std::size_t)> const& consumed_;
  bool seen_model_ = false;
};

}  // namespace

std::string Place::text() const {
  if (tree < 0) return key;
  return key.empty() ? fmt::format("tree {}", tree) : fmt::format("tree {}, {}", tree, key);
}

void read_xgboost_document(DocumentReader& in, XgboostDocument& document, Place& place, std::string const& file,
                           std::function<void(std::size_t)> const& consumed) {
  Walker(in, document, place, file, consumed).read();
}

}  // namespace limpid::model
