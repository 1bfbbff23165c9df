/// `cats`, which XGBoost writes from 3.1: the categories of each feature in the order of their codes.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "limpid/error.h"
#include "model/xgboost_reading.h"

namespace limpid::model {
namespace {

/// The bits of an unsigned type by XGBoost's number of it (u8, u16, u32: 10, 12, 14); 0: signed, or 64 bits, whose
/// values XGBoost keeps below 2^63.
int unsigned_bits(std::int64_t type) noexcept { return type == 10 ? 8 : type == 12 ? 16 : type == 14 ? 32 : 0; }

/// Whether the text begins or ends inside a UTF-8 character.
bool is_cut(std::string const& text) noexcept {
  int more = 0;  // continuation bytes that must follow
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    bool const continues = (byte & 0xc0U) == 0x80U;
    if (continues != (more > 0)) return true;
    more = continues ? more - 1 : byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
  }
  return more > 0;
}

std::string named(Feature const& feature, std::size_t f) {
  return feature.name.empty() ? fmt::format("feature {}", f) : fmt::format("feature '{}'", feature.name);
}

}  // namespace

void CategoryReader::read(std::string const& path) {
  each(path, [this, &path](std::string const& key) {
    if (key == "enc") {
      in_.open_array();
      while (in_.next_element()) read_feature(path + "enc/");
    } else if (key == "feature_segments" || key == "sorted_idx") {
      in_.skip();  // how many categories each feature has, and their order by value: both follow from `enc`
    } else {
      unknown();
    }
  });
}

/// {offsets, values}: the bytes of the texts as signed numbers; {type, values}: numbers. Numeric features have neither
/// text nor number.
void CategoryReader::read_feature(std::string const& path) {
  std::vector<std::int64_t> offsets;
  std::vector<std::int64_t> values;
  std::int64_t type = -1;
  each(path, [&](std::string const& key) {
    if (key == "offsets") {
      in_.read_array(offsets);
    } else if (key == "values") {
      in_.read_array(values);
    } else if (key == "type") {
      type = in_.read_integer();
    } else {
      unknown();
    }
  });
  doc_.categories.emplace_back();
  if (type == -1)
    take_texts(offsets, values);
  else
    take_numbers(type, values);
}

void CategoryReader::take_texts(std::vector<std::int64_t> const& offsets, std::vector<std::int64_t> const& values) {
  auto& texts = doc_.categories.back().texts;
  for (std::size_t c = 0; c + 1 < offsets.size(); ++c) {
    auto const begin = offsets[c];
    auto const end = offsets[c + 1];
    if (begin < 0 || begin > end || end > static_cast<std::int64_t>(values.size()))
      fail(fmt::format("category {} is at {} to {} of {} bytes", c, begin, end, values.size()));
    std::string& text = texts.emplace_back();
    for (auto i = begin; i < end; ++i) text.push_back(static_cast<char>(values[static_cast<std::size_t>(i)]));
  }
}

/// UBJSON has no unsigned types above 8 bits: XGBoost writes the same bits as signed numbers there.
void CategoryReader::take_numbers(std::int64_t type, std::vector<std::int64_t> const& values) {
  int const bits = unsigned_bits(type);
  doc_.categories.back().numeric = true;
  for (auto const value : values)
    doc_.categories.back().texts.push_back(
        std::to_string(value < 0 && bits != 0 ? value + (std::int64_t{1} << bits) : value));
}

/// Up to 3.3 XGBoost counted characters where it had to count bytes: texts that are not ASCII are cut in wrong places
/// and the last of them are lost, so that only codes can be trusted.
void set_xgboost_categories(std::vector<XgboostCategories>&& categories, Ensemble& ensemble, std::string const& file) {
  if (categories.size() != ensemble.features.size())
    throw Error("model.format",
                fmt::format("cats has {} entries, but num_feature is {}", categories.size(), ensemble.features.size()),
                file, "save the model again with booster.save_model(\"model.json\")");
  for (std::size_t f = 0; f < categories.size(); ++f) {
    auto& texts = categories[f].texts;
    if (texts.empty()) continue;
    Feature& feature = ensemble.features[f];
    feature.kind = FeatureKind::kCategorical;
    if (std::any_of(texts.begin(), texts.end(), is_cut)) {
      ensemble.warnings.push_back(fmt::format(
          "XGBoost {} wrote the categories of {} damaged (names that are not ASCII, repaired in 3.4): the data must "
          "hold codes, or --categories gives the names",
          ensemble.version, named(feature, f)));
      continue;
    }
    feature.categories = std::move(texts);
    feature.numeric_categories = categories[f].numeric;
  }
}

}  // namespace limpid::model
