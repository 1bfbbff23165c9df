#include "model/limpid_document.h"

#include <fmt/core.h>

#include <cmath>
#include <utility>

#include "model/tree_shape.h"

namespace limpid::model {
namespace {

class FeatureReader : private LimpidPart {
 public:
  using LimpidPart::LimpidPart;

  void read() {
    auto& features = doc_.ensemble.features;
    in_.open_array();
    while (in_.next_element()) {
      if (features.size() == static_cast<std::size_t>(kMaxFeatures))
        fail(fmt::format("more than {} features", kMaxFeatures));
      auto& feature = features.emplace_back();
      each("features/", [&](std::string const& key) { read_key(key, feature); });
      if (feature.kind == FeatureKind::kNumeric && !feature.categories.empty())
        fail(fmt::format("feature {} has categories, but its kind is not categorical", features.size() - 1));
    }
  }

 private:
  void read_key(std::string const& key, Feature& feature) {
    if (key == "name") {
      in_.read_string(feature.name);
      if (feature.name.empty()) fail("a feature's name is empty (leave 'name' out where there are no names)");
    } else if (key == "kind") {
      std::string kind;
      in_.read_string(kind);
      if (kind != "numeric" && kind != "categorical")
        fail(fmt::format("'kind' is '{}', expected numeric or categorical", kind.substr(0, 40)));
      if (kind == "categorical") feature.kind = FeatureKind::kCategorical;
    } else if (key == "categories") {
      read_categories(feature);
    } else {
      unknown("features/" + key);
    }
  }

  /// All of them texts, or all of them numbers.
  void read_categories(Feature& feature) {
    in_.open_array();
    while (in_.next_element()) {
      bool const number = in_.peek() == DocumentReader::Kind::kNumber;
      if (!feature.categories.empty() && number != feature.numeric_categories)
        fail("'categories' mixes texts and numbers");
      feature.numeric_categories = number;
      auto& text = feature.categories.emplace_back();
      if (number)
        text = fmt::format("{}", read_finite());
      else
        in_.read_string(text);
    }
    if (feature.categories.empty()) fail("'categories' is empty (leave it out where the data holds codes)");
  }
};

class Walker : private LimpidPart {
 public:
  Walker(DocumentReader& in, LimpidDocument& document, Place& place, std::string const& file,
         std::function<void(std::size_t)> const& consumed)
      : LimpidPart(in, document, place), file_(file), consumed_(consumed) {}

  void read() {
    each("", [this](std::string const& key) {
      if (!read_text(key) && !read_number(key) && !read_list(key)) unknown(key);
    });
    in_.finish();
  }

 private:
  bool read_text(std::string const& key) {
    Ensemble& e = doc_.ensemble;
    std::pair<char const*, std::string*> const texts[] = {
        {"library", &e.library},  {"library_version", &e.version}, {"objective", &e.objective},
        {"link", &doc_.link},     {"input", &doc_.input},          {"split", &doc_.split},
        {"unseen", &doc_.unseen}, {"missing", &doc_.missing},      {"sums", &doc_.sums}};
    for (auto const& [name, text] : texts) {
      if (key != name) continue;
      in_.read_string(*text);
      return true;
    }
    return false;
  }

  bool read_number(std::string const& key) {
    Ensemble& e = doc_.ensemble;
    if (key == "limpid_model") {
      doc_.schema = in_.read_integer();
    } else if (key == "link_scale") {
      e.link_scale = read_finite();
    } else if (key == "divisor") {
      e.divisor = read_finite();
    } else if (key == "base_last") {
      e.base_last = read_flag();
    } else {
      return false;
    }
    return true;
  }

  bool read_list(std::string const& key) {
    Ensemble& e = doc_.ensemble;
    if (key == "base_margin") {
      in_.read_array(e.base_margin);
    } else if (key == "labels") {
      read_strings(e.labels);
    } else if (key == "features") {
      doc_.has_features = true;
      FeatureReader(in_, doc_, place_).read();
    } else if (key == "trees") {
      doc_.has_trees = true;
      read_trees();
    } else {
      return false;
    }
    return true;
  }

  void read_trees() {
    LimpidTreeReader reader(in_, doc_, place_, file_);
    in_.open_array();
    for (place_.tree = 0; in_.next_element(); ++place_.tree) {
      reader.read();
      if (consumed_) consumed_(in_.offset());
    }
    place_ = {"trees", -1};
  }

  std::string const& file_;
  std::function<void(std::size_t)> const& consumed_;
};

}  // namespace

void LimpidPart::unknown(std::string const& key) {
  if (doc_.unknown_keys.size() < kMaxKeys) doc_.unknown_keys.push_back(key.substr(0, 128));
  in_.skip();
}

double LimpidPart::read_finite() {
  double value = 0.0;
  in_.read_number(value);
  if (!std::isfinite(value)) fail(fmt::format("'{}' should be a finite number", place_.key));
  return value;
}

bool LimpidPart::read_flag() {
  auto const value = in_.read_integer();
  if (value != 0 && value != 1) fail(fmt::format("'{}' should be true or false", place_.key));
  return value != 0;
}

std::int64_t LimpidPart::read_index(std::int64_t end) {
  auto const value = in_.read_integer();
  if (value < 0 || value >= end) fail(fmt::format("'{}' is {}, expected 0 to {}", place_.key, value, end - 1));
  return value;
}

void read_limpid_document(DocumentReader& in, LimpidDocument& document, Place& place, std::string const& file,
                          std::function<void(std::size_t)> const& consumed) {
  Walker(in, document, place, file, consumed).read();
}

}  // namespace limpid::model
