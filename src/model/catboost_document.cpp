/// Walks a CatBoost document. Keys may come in any order.
#include "model/catboost_document.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/json_reader.h"
#include "model/tree_shape.h"

namespace limpid::model {
namespace {

using Kind = DocumentReader::Kind;

/// model_info: strings of training, some of them JSON in a string, and whatever the user added.
class InfoReader : private CatboostPart {
 public:
  using CatboostPart::CatboostPart;

  void read() {
    each_key(in_, [this](std::string const& key) {
      place_.key = "model_info/" + key.substr(0, 64);
      if (key == "catboost_version_info") {
        in_.read_string(doc_.version_info);
      } else if (key == "params") {
        from_text_or_object([](InfoReader& reader) { reader.read_parameters(); });
      } else if (key == "loss_function") {  // of sum_models
        from_text_or_object([](InfoReader& reader) { reader.read_loss(); });
      } else if (key == "class_params") {
        from_text_or_object([](InfoReader& reader) { reader.read_classes(); });
      } else {
        in_.skip();
      }
    });
  }

 private:
  template <class Read>
  void from_text_or_object(Read&& read) {
    if (in_.peek() != Kind::kString) return read(*this);
    std::string text;
    in_.read_string(text);
    if (text.empty()) return;
    JsonReader nested(text);
    InfoReader reader(nested, doc_, place_);
    try {
      read(reader);
      nested.finish();
    } catch (ReadError const& error) {
      fail(fmt::format("'{}' is a text that should hold JSON: {}", place_.key, error.message));
    }
  }

  void read_parameters() {
    each("model_info/params/", [this](std::string const& key) {
      if (key == "loss_function")
        read_loss();
      else
        in_.skip();
    });
  }

  void read_loss() {
    if (in_.peek() == Kind::kString) return in_.read_string(doc_.loss);
    each("model_info/params/loss_function/", [this](std::string const& key) {
      if (key == "type")
        in_.read_string(doc_.loss);
      else
        in_.skip();
    });
  }

  void read_classes() {
    if (read_null()) return;
    each("model_info/class_params/", [this](std::string const& key) {
      if (key == "class_names") {
        read_names();
      } else if (key == "class_to_label") {
        if (!read_null()) read_labels();
      } else if (key == "class_label_type") {
        std::string type;
        in_.read_string(type);
        doc_.text_classes = type == "String";
      } else {
        in_.skip();
      }
    });
  }

  void read_names() {
    doc_.class_names.clear();
    if (read_null()) return;
    in_.open_array();
    while (in_.next_element()) {
      auto const kind = in_.peek();
      auto& name = doc_.class_names.emplace_back();
      if (kind == Kind::kString) {
        in_.read_string(name);
      } else if (kind == Kind::kLiteral) {
        name = in_.read_integer() != 0 ? "True" : "False";
      } else {
        name = number_text(read_finite());
      }
    }
  }

  void read_labels() {
    std::vector<double> labels;
    in_.read_array(labels);
    doc_.class_to_label.clear();
    for (double const label : labels) {
      if (!(label >= 0.0 && label < static_cast<double>(kMaxOutputs)) || label != std::floor(label))
        fail(fmt::format("class_to_label has {}, expected whole numbers below {}", label, kMaxOutputs));
      doc_.class_to_label.push_back(static_cast<std::int64_t>(label));
    }
  }

  static std::string number_text(double number) {
    bool const whole = number == std::floor(number) && std::abs(number) < 1e15;
    return whole ? fmt::format("{}", static_cast<std::int64_t>(number)) : fmt::format("{}", number);
  }
};

class FeatureReader : private CatboostPart {
 public:
  using CatboostPart::CatboostPart;

  void read() {
    each("features_info/", [this](std::string const& key) {
      if (key == "float_features") {
        read_features(doc_.floats);
      } else if (key == "categorical_features") {
        read_features(doc_.categories);
      } else if (key == "cat_features_hash") {
        read_texts();
      } else if (key == "ctrs" || key == "text_features" || key == "embedding_features") {
        in_.skip();  // splits on them are refused by their type
      } else {
        unknown("features_info/" + key);
      }
    });
  }

 private:
  void read_features(std::vector<CatboostFeature>& out) {
    if (read_null()) return;
    in_.open_array();
    while (in_.next_element()) {
      if (out.size() == static_cast<std::size_t>(kMaxFeatures))
        fail(fmt::format("more than {} features", kMaxFeatures));
      auto& feature = out.emplace_back();
      each("features_info/", [&](std::string const& key) { read_key(key, feature); });
    }
  }

  void read_key(std::string const& key, CatboostFeature& feature) {
    if (key == "feature_index") {
      feature.index = read_index(kMaxFeatures);
    } else if (key == "flat_feature_index") {
      feature.column = read_index(kMaxFeatures);
    } else if (key == "feature_id" || key == "feature_name") {
      std::string name;
      in_.read_string(name);
      if (!name.empty()) feature.name = std::move(name);
    } else if (key == "nan_value_treatment") {
      std::string treatment;
      in_.read_string(treatment);
      if (treatment != "AsIs" && treatment != "AsFalse" && treatment != "AsTrue")
        fail(fmt::format("nan_value_treatment is '{}', expected AsIs, AsFalse or AsTrue", treatment.substr(0, 40)));
      feature.nan_passes = treatment == "AsTrue";
    } else if (key == "has_nans" || key == "borders" || key == "values" || key == "string_values") {
      in_.skip();  // of training, or repeated by the splits
    } else {
      unknown("features_info/" + key);
    }
  }

  void read_texts() {
    if (read_null()) return;
    in_.open_array();
    while (in_.next_element()) {
      std::int64_t hash = -1;
      std::string text;
      each("features_info/cat_features_hash/", [&](std::string const& key) {
        if (key == "hash")
          hash = read_index(std::int64_t{1} << 32);
        else if (key == "value")
          in_.read_string(text);
        else
          unknown("features_info/cat_features_hash/" + key);
      });
      if (hash < 0) fail("an entry of cat_features_hash has no 'hash'");
      doc_.texts.emplace_back(hash, std::move(text));
    }
  }
};

class Walker : private CatboostPart {
 public:
  Walker(DocumentReader& in, CatboostDocument& document, Place& place, std::string const& file,
         std::function<void(std::size_t)> const& consumed)
      : CatboostPart(in, document, place), file_(file), consumed_(consumed) {}

  void read() {
    each("", [this](std::string const& key) {
      if (key == "features_info") {
        doc_.has_features = true;
        FeatureReader(in_, doc_, place_).read();
      } else if (key == "model_info") {
        InfoReader(in_, doc_, place_).read();
      } else if (key == "oblivious_trees" || key == "trees") {
        read_trees(key);
      } else if (key == "scale_and_bias") {
        read_scale_and_bias();
      } else if (key == "ctr_data") {
        in_.skip();  // tables of CTRs: splits on them are refused
      } else {
        unknown(key);
      }
    });
    in_.finish();
  }

 private:
  void read_trees(std::string const& key) {
    if (doc_.has_trees) fail("the file has both oblivious_trees and trees");
    doc_.has_trees = true;
    if (read_null()) return;
    CatboostTreeReader reader(in_, doc_, place_, file_);
    in_.open_array();
    for (place_.tree = 0; in_.next_element(); ++place_.tree) {
      key == "trees" ? reader.read_nodes() : reader.read_oblivious();
      if (consumed_) consumed_(in_.offset());
    }
    place_ = {key, -1};
  }

  /// [scale, [bias, ...]]; up to 0.24 [scale, bias].
  void read_scale_and_bias() {
    in_.open_array();
    if (!in_.next_element()) fail("scale_and_bias is empty");
    doc_.scale = read_finite();
    if (!in_.next_element()) fail("scale_and_bias has no bias");
    if (in_.peek() == Kind::kArray)
      in_.read_array(doc_.bias);
    else if (!read_null())
      doc_.bias.assign(1, read_finite());
    if (in_.next_element()) fail("scale_and_bias has more than two entries");
  }

  std::string const& file_;
  std::function<void(std::size_t)> const& consumed_;
};

}  // namespace

void CatboostPart::unknown(std::string const& key) {
  if (doc_.unknown_keys.size() < kMaxKeys) doc_.unknown_keys.push_back(key.substr(0, 128));
  in_.skip();
}

bool CatboostPart::read_null() {
  if (in_.peek() != Kind::kLiteral) return false;
  in_.skip();
  return true;
}

std::int64_t CatboostPart::read_index(std::int64_t end) {
  auto const index = in_.read_integer();
  if (index < 0 || index >= end) fail(fmt::format("'{}' is {}, expected 0 to {}", place_.key, index, end - 1));
  return index;
}

double CatboostPart::read_finite() {
  double value = 0.0;
  in_.read_number(value);
  if (!std::isfinite(value)) fail(fmt::format("'{}' is not finite", place_.key));
  return value;
}

void read_catboost_document(DocumentReader& in, CatboostDocument& document, Place& place, std::string const& file,
                            std::function<void(std::size_t)> const& consumed) {
  Walker(in, document, place, file, consumed).read();
}

}  // namespace limpid::model
