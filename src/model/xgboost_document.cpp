/// Walks an XGBoost document of any version from 1.0. Keys may come in any order.
#include "model/xgboost_document.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "limpid/error.h"
#include "model/xgboost_reading.h"

namespace limpid::model {
namespace {

class Walker : private PartReader {
 public:
  Walker(DocumentReader& in, XgboostDocument& document, Place& place, std::string const& file,
         std::function<void(std::size_t)> const& consumed)
      : PartReader(in, document, place), file_(file), consumed_(consumed) {}

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
      } else if (key == "cats") {
        CategoryReader(in_, doc_, place_).read(path + "cats/");
      } else if (doc_.booster == "gblinear" || key == "weights") {
        in_.skip();  // refused by the booster's name
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
    TreeReader reader(in_, doc_, place_);
    in_.open_array();
    for (place_.tree = 0; in_.next_element(); ++place_.tree) {
      doc_.add_tree(reader.read(), file_);
      if (consumed_) consumed_(in_.offset());
    }
    place_ = {key, -1};
  }

  std::string const& file_;
  std::function<void(std::size_t)> const& consumed_;
  bool seen_model_ = false;
};

}  // namespace

void PartReader::unknown() {
  if (doc_.unknown_keys.size() < kMaxKeys) doc_.unknown_keys.push_back(place_.key.substr(0, 128));
  in_.skip();
}

void PartReader::read_parameter(std::string& text) {
  if (in_.peek() == DocumentReader::Kind::kString) {
    in_.read_string(text);
  } else {
    text = std::to_string(in_.read_integer());
  }
}

std::int64_t PartReader::read_count() {
  std::string text;
  read_parameter(text);
  std::int64_t value = 0;
  auto const [last, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || last != text.data() + text.size())
    fail(fmt::format("'{}' should be a whole number, found '{}'", place_.key, text.substr(0, 40)));
  return value;
}

void XgboostDocument::add_tree(XgboostRawTree const& raw, std::string const& file) {
  auto const size = std::max<std::int64_t>(1, raw.leaf_size);
  auto const number = static_cast<std::int64_t>(trees.size()) / leaf_size;
  if (trees.empty()) leaf_size = size;
  if (size != leaf_size)
    throw Error("model.tree",
                fmt::format("tree {} has leaves of {} values, the trees before it {}", number, size, leaf_size), file,
                "the file is damaged: save the model again with booster.save_model(\"model.json\")");
  convert_tree(raw, number, file, trees);
}

void read_xgboost_document(DocumentReader& in, XgboostDocument& document, Place& place, std::string const& file,
                           std::function<void(std::size_t)> const& consumed) {
  Walker(in, document, place, file, consumed).read();
}

}  // namespace limpid::model
