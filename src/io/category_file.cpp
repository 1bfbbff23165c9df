#include "io/category_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <unordered_set>

#include "io/cell_errors.h"
#include "io/near_names.h"
#include "limpid/error.h"

namespace limpid {
namespace {

using Json = nlohmann::ordered_json;

constexpr char const* kExample = R"(for example {"region": ["north", "south"], "grade": {"A": 0, "B": 3}})";

/// The document; a key that comes twice is an error, which JSON leaves open.
class CategoryDocument {
 public:
  explicit CategoryDocument(std::string const& path) : where_("--categories " + path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail("config.open", fmt::format("cannot read '{}': {}", path, std::strerror(errno)));
    try {
      root_ = Json::parse(file, [this](int, Json::parse_event_t event, Json& value) { return watch(event, value); });
    } catch (Json::exception const& e) {
      fail("config.format", fmt::format("'{}' is not JSON: {}", path, e.what()));
    }
    if (!root_.is_object()) {
      fail("config.format", fmt::format("'{}' holds {}, not an object", path, root_.type_name()), kExample);
    }
    if (twice_) fail("config.value", fmt::format("{} comes twice", shown(*twice_)));
  }

  [[nodiscard]] Json const& root() const noexcept { return root_; }
  [[noreturn]] void fail(char const* code, std::string const& message, std::string hint = {}) const {
    throw Error(code, message, where_, std::move(hint));
  }

 private:
  bool watch(Json::parse_event_t event, Json const& value) {
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end) open_.pop_back();
    if (event == Json::parse_event_t::key && !open_.back().insert(value.get<std::string>()).second && !twice_) {
      twice_ = value.get<std::string>();
    }
    return true;
  }

  std::string where_;
  Json root_;
  std::vector<std::unordered_set<std::string>> open_;  ///< keys of the objects around the parser
  std::optional<std::string> twice_;
};

/// Features that some node compares with a threshold.
std::vector<bool> numeric_features(Ensemble const& ensemble) {
  std::vector<bool> out(ensemble.features.size(), false);
  for (auto const& tree : ensemble.trees) {
    for (std::size_t n = 0; n < tree.left.size(); ++n) {
      if (tree.left[n] >= 0 && tree.category_set[n] < 0) out[static_cast<std::size_t>(tree.feature[n])] = true;
    }
  }
  return out;
}

class CategoryFileReader {
 public:
  CategoryFileReader(std::string const& path, Ensemble const& ensemble)
      : document_(path), ensemble_(ensemble), numeric_(numeric_features(ensemble)) {}

  CategoryFile read() {
    for (auto const& [key, value] : document_.root().items()) {
      auto const feature = find(key);
      auto const& known = ensemble_.features[static_cast<std::size_t>(feature)];
      if (known.kind != FeatureKind::kCategorical && numeric_[static_cast<std::size_t>(feature)]) fail_numeric(key);
      if (!known.categories.empty()) {
        out_.notes.push_back(fmt::format("--categories replaces the model's own categories of feature '{}'", key));
      }
      auto list = read_list(key, value);
      // Without the library's own list nothing refuses a text: data frames of fixed categories make it missing.
      list.unseen =
          ensemble_.unseen_category == UnseenCategory::kError ? UnseenCategory::kMissing : ensemble_.unseen_category;
      out_.lists.emplace(feature, std::move(list));
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::int32_t find(std::string const& key) const;
  [[noreturn]] void fail_unknown(std::string const& key) const;
  [[noreturn]] void fail_numeric(std::string const& key) const;
  [[nodiscard]] CategoryList read_list(std::string const& key, Json const& value) const;
  [[nodiscard]] CategoryList read_texts(std::string const& key, Json const& texts) const;
  [[nodiscard]] CategoryList read_codes(std::string const& key, Json const& codes) const;

  CategoryDocument document_;
  Ensemble const& ensemble_;
  std::vector<bool> numeric_;
  CategoryFile out_;
};

std::int32_t CategoryFileReader::find(std::string const& key) const {
  auto const& features = ensemble_.features;
  if (ensemble_.named_features) {
    auto const it = std::find_if(features.begin(), features.end(), [&](Feature const& f) { return f.name == key; });
    if (it == features.end()) fail_unknown(key);
    return static_cast<std::int32_t>(it - features.begin());
  }
  std::size_t index = 0;
  auto const [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc{} || end != key.data() + key.size() || index >= features.size()) fail_unknown(key);
  return static_cast<std::int32_t>(index);
}

void CategoryFileReader::fail_unknown(std::string const& key) const {
  std::string hint;
  if (ensemble_.named_features) {
    std::vector<std::string> names;
    for (auto const& feature : ensemble_.features) names.push_back(feature.name);
    auto const near = nearest_name(key, names);
    hint = near.empty() ? "keys are the model's feature names: limpid inspect lists them"
                        : fmt::format("did you mean '{}'?", near);
  } else {
    hint = fmt::format("the model has no feature names: keys are 0-based indices, \"0\" to \"{}\"",
                       ensemble_.features.size() - 1);
  }
  document_.fail("config.key", fmt::format("{} is not a feature of the model", shown(key)), hint);
}

void CategoryFileReader::fail_numeric(std::string const& key) const {
  std::string names;
  for (std::size_t f = 0; f < ensemble_.features.size(); ++f) {
    auto const& feature = ensemble_.features[f];
    if (feature.kind != FeatureKind::kCategorical) continue;
    names +=
        fmt::format("{}'{}'", names.empty() ? "" : ", ", ensemble_.named_features ? feature.name : std::to_string(f));
  }
  document_.fail("config.value",
                 fmt::format("feature {} is not categorical: the model compares it as a number", shown(key)),
                 names.empty() ? "the model has no categorical features: leave --categories out"
                               : "categorical features of the model: " + names);
}

CategoryList CategoryFileReader::read_list(std::string const& key, Json const& value) const {
  if (!value.is_array() && !value.is_object()) {
    document_.fail("config.value", fmt::format("the categories of {} are {}", shown(key), value.dump()), kExample);
  }
  if (value.empty()) document_.fail("config.value", fmt::format("feature {} has no categories", shown(key)), kExample);
  return value.is_array() ? read_texts(key, value) : read_codes(key, value);
}

CategoryList CategoryFileReader::read_texts(std::string const& key, Json const& texts) const {
  CategoryList list;
  list.numeric = texts[0].is_number();
  std::unordered_set<std::string> seen;
  std::set<double> numbers;
  for (auto const& text : texts) {
    auto const code = static_cast<std::int32_t>(list.codes.size());
    bool const same_kind = list.numeric ? text.is_number() : text.is_string() || text.is_boolean();
    if (!same_kind) {
      document_.fail("config.value", fmt::format("code {} of feature {} is {}", code, shown(key), text.dump()),
                     "categories are strings or booleans, or all of them numbers");
    }
    auto spelled = text.is_string() ? text.get<std::string>() : text.dump();
    bool const by_value = list.numeric && CategoryEncoder::counts_by_value(text.get<double>());
    bool const fresh = by_value ? numbers.insert(text.get<double>()).second : seen.insert(spelled).second;
    if (!fresh) document_.fail("config.value", fmt::format("{} comes twice in feature {}", shown(spelled), shown(key)));
    list.codes.emplace_back(std::move(spelled), code);
  }
  return list;
}

CategoryList CategoryFileReader::read_codes(std::string const& key, Json const& codes) const {
  static constexpr std::int64_t kXgboostCodes = 1 << 24;
  auto const last = ensemble_.category_cut == CategoryCut::kNonNegative
                        ? kXgboostCodes - 1
                        : std::int64_t{std::numeric_limits<std::int32_t>::max()};
  CategoryList list;
  for (auto const& [text, code] : codes.items()) {
    // An unsigned number beyond int64 is whole too, but out of range.
    bool const whole = code.is_number_integer() &&
                       (!code.is_number_unsigned() || code.get<std::uint64_t>() <= static_cast<std::uint64_t>(last));
    if (!whole || code.get<std::int64_t>() < 0 || code.get<std::int64_t>() > last) {
      document_.fail("config.value",
                     fmt::format("{} of feature {} has the code {}, a whole number from 0 to {} is needed", shown(text),
                                 shown(key), code.dump(), last));
    }
    list.codes.emplace_back(text, code.get<std::int32_t>());
  }
  return list;
}

}  // namespace

CategoryFile read_category_file(std::string const& path, Ensemble const& ensemble) {
  return CategoryFileReader(path, ensemble).read();
}

}  // namespace limpid
