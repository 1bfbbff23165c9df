#include "model/content.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "limpid/error.h"
#include "model/json_reader.h"

namespace limpid::model {
namespace {

struct Meaning {
  char const* what;
  char const* advice;
};

constexpr char const* kReadable =
    "limpid reads models of XGBoost, LightGBM (save_model), CatBoost (save_model with format=\"json\") and what "
    "limpid.export writes of scikit-learn's";
constexpr char const* kConvertLegacy =
    "load it with XGBoost 1.0 to 3.0 (pip install 'xgboost<3.1') and save it with booster.save_model(\"model.json\")";
constexpr char const* kSaveLightgbm = "booster.save_model(\"model.txt\") writes a model that can be read";
constexpr char const* kSaveCatboost =
    "load it with catboost.CatBoost().load_model and save it with model.save_model(\"model.json\", format=\"json\") "
    "(with pool= where it has categorical features)";

// In the order of Content.
constexpr std::array<Meaning, 21> kMeanings{{
    {"empty", "the download or copy may have failed; save the model again"},
    {"JSON", kReadable},
    {"an XGBoost model in JSON", "booster.save_model(\"model.json\") writes an XGBoost model"},
    {"a CatBoost model in JSON", kSaveCatboost},
    {"a model in limpid's own JSON", "limpid.export writes it"},
    {"a LightGBM model as dump_model writes it", kSaveLightgbm},
    {"UBJSON", "booster.save_model(\"model.ubj\") writes an XGBoost model"},
    {"an XGBoost model in the legacy binary format", kConvertLegacy},
    {"an XGBoost model in the legacy binary format", kConvertLegacy},
    {"an XGBoost text dump", "a dump lacks base score and objective: use booster.save_model(\"model.json\")"},
    {"a Python pickle",
     "pickles are programs and are never loaded; load it where you trust it (pickle.load or joblib.load) and save it "
     "with model.save_model(\"model.json\") (XGBoost) or limpid.export (scikit-learn)"},
    {"zlib-compressed data, as joblib writes it",
     "load it where you trust it (joblib.load) and save it with model.save_model(\"model.json\") (XGBoost) or "
     "limpid.export (scikit-learn)"},
    {"a LightGBM model", kSaveLightgbm},
    {"a CatBoost model in its binary format", kSaveCatboost},
    {"gzip-compressed", "unpack it first"},
    {"an archive", "unpack it first"},
    {"a Parquet file", "give the model to --model and the data to --data"},
    {"XML", "booster.save_model(\"model.json\") writes a model that can be read (PMML cannot)"},
    {"a table in text (CSV)", "give the model to --model and the data to --data"},
    {"text", kReadable},
    {"of an unknown format", kReadable},
}};

std::string_view text_of(std::span<char const> bytes) noexcept { return {bytes.data(), bytes.size()}; }

bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// XGBoost up to 1.2: a parameter block of 136 bytes, then the objective's name behind its 64-bit length.
bool is_headerless(std::string_view text) noexcept {
  static constexpr std::size_t kParameters = 136;
  std::uint64_t length = 0;
  if (text.size() < kParameters + sizeof length) return false;
  std::memcpy(&length, text.data() + kParameters, sizeof length);
  std::string_view const name = text.substr(kParameters + sizeof length, 64).substr(0, length);
  if (length < 4 || length > 64 || name.size() < length) return false;
  return std::any_of(name.begin(), name.end(), [](char c) { return c == ':'; }) &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

Content find_json(std::string_view text) noexcept {
  std::size_t i = 1;
  while (i < text.size() && is_space(text[i])) ++i;
  if (i == text.size()) return Content::kJson;
  if (i == 1 && std::string_view("iUIlL$#N").find(text[1]) != std::string_view::npos) return Content::kUbjson;
  return text[i] == '"' || text[i] == '}' ? Content::kJson : Content::kText;
}

Content find_text(std::string_view text) noexcept {
  text = text.substr(0, 4096);
  bool const printable = std::none_of(text.begin(), text.end(), [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte < 0x20 && !is_space(c);
  });
  if (!printable) return Content::kUnknown;
  auto const line = text.substr(0, text.find('\n'));
  bool const columns = line.find_first_of(",;\t") != std::string_view::npos;
  return columns ? Content::kCsv : Content::kText;
}

struct Magic {
  std::string_view bytes;
  Content content;
};

constexpr std::array<Magic, 15> kMagics{{
    {"binf", Content::kXgboostLegacy},
    {"booster[", Content::kXgboostDump},
    {"tree\nversion=", Content::kLightgbm},
    {"tree\r\nversion=", Content::kLightgbm},
    {"CBM1", Content::kCatboost},
    {"\x1f\x8b", Content::kGzip},
    {"PK\x03\x04", Content::kArchive},
    {"BZh", Content::kArchive},
    {"\xfd"
     "7zXZ",
     Content::kArchive},
    {"\x28\xb5\x2f\xfd", Content::kArchive},
    {"PAR1", Content::kParquet},
    {"<?xml", Content::kXml},
    {"\x78\x9c", Content::kZlib},
    {"\x78\x01", Content::kZlib},
    {"\x78\xda", Content::kZlib},
}};

}  // namespace

Content find_content(std::span<char const> bytes) noexcept {
  std::string_view text = text_of(bytes);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.empty()) return Content::kEmpty;
  for (auto const& magic : kMagics)
    if (text.starts_with(magic.bytes)) return magic.content;
  if (text.size() > 1 && text[0] == '\x80' && text[1] > 0 && text[1] < 10) return Content::kPickle;
  if (text.size() > 262 && text.substr(257, 5) == "ustar") return Content::kArchive;
  if (text[0] == '{') return find_json(text);
  std::string_view const trimmed = text.substr(std::min(text.find_first_not_of(" \r\n\t"), text.size()));
  if (trimmed.empty()) return Content::kEmpty;
  if (trimmed[0] == '{') return Content::kJson;
  if (trimmed[0] == '[' && trimmed.substr(0, 64).find("\"nodeid\"") != std::string_view::npos)
    return Content::kXgboostDump;
  if (trimmed[0] == '[') return Content::kText;
  if (is_headerless(text)) return Content::kXgboostHeaderless;
  return find_text(text);
}

char const* describe(Content content) noexcept { return kMeanings[static_cast<std::size_t>(content)].what; }
char const* advise(Content content) noexcept { return kMeanings[static_cast<std::size_t>(content)].advice; }

void refuse_content(Content content, std::string const& name) {
  throw Error("model.format", fmt::format("the file is {}, not a model that can be read", describe(content)), name,
              advise(content));
}

JsonDocument find_document(std::span<char const> bytes) {
  static constexpr std::size_t kMaxKeys = 64;
  JsonDocument out;
  auto const has = [&out](char const* key) {
    return std::find(out.keys.begin(), out.keys.end(), key) != out.keys.end();
  };
  auto const decide = [&has](std::string const& key) {
    if (key == "learner") return Content::kXgboostJson;
    if (key == "oblivious_trees" || key == "features_info") return Content::kCatboostJson;
    if (key == "limpid_model") return Content::kLimpidJson;
    return has("tree_info") && has("feature_names") ? Content::kLightgbmJson : Content::kJson;
  };
  try {
    JsonReader in(bytes);
    std::string key;
    in.open_object();
    while (out.content == Content::kJson && in.next_key(key)) {
      if (out.keys.size() < kMaxKeys) out.keys.push_back(key.substr(0, 64));
      out.content = decide(key);
      if (out.content == Content::kJson) in.skip();
    }
  } catch (ReadError const& error) {
    out.error = error;
  }
  return out;
}

bool is_certain(Content content) noexcept {
  switch (content) {
    case Content::kEmpty:
    case Content::kPickle:
    case Content::kZlib:
    case Content::kCatboost:
    case Content::kParquet:
    case Content::kXml:
      return true;
    default:
      return false;
  }
}

void refuse_document(std::vector<std::string> const& keys, std::string const& name) {
  std::string listed;
  for (std::size_t i = 0; i < std::min<std::size_t>(keys.size(), 5); ++i)
    listed += fmt::format("{}'{}'", i == 0 ? "" : ", ", keys[i]);
  throw Error("model.format",
              fmt::format("the file is JSON, but no model: it has none of 'learner' (XGBoost), 'features_info' "
                          "(CatBoost) and 'limpid_model' (found {})",
                          listed.empty() ? "no keys" : listed),
              name, advise(Content::kJson));
}

}  // namespace limpid::model
