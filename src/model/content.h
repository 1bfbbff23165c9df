/// What a file is, by its first bytes and never by its name, and what to tell whoever gave a file that is no model.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/document_reader.h"

namespace limpid::model {

enum class Content : std::uint8_t {
  kEmpty,
  kJson,  ///< of no kind that is known; find_content stops here, find_document looks on
  kXgboostJson,
  kCatboostJson,
  kLimpidJson,
  kLightgbmJson,       ///< dump_model
  kUbjson,             ///< XGBoost's
  kXgboostLegacy,      ///< `binf`, up to 3.0
  kXgboostHeaderless,  ///< the same without the magic, up to 1.2
  kXgboostDump,        ///< text of dump_model
  kPickle,
  kZlib,      ///< joblib with compression
  kLightgbm,  ///< text
  kCatboost,  ///< CBM1
  kGzip,
  kArchive,  ///< zip, tar, bzip2, xz, zstd
  kParquet,
  kXml,
  kCsv,
  kText,
  kUnknown,
};

[[nodiscard]] Content find_content(std::span<char const> bytes) noexcept;

[[nodiscard]] char const* describe(Content content) noexcept;  ///< "a Python pickle"
[[nodiscard]] char const* advise(Content content) noexcept;    ///< how to get a model out of it

/// Which library's document JSON text is, by its top-level keys: values are skipped until a key decides.
struct JsonDocument {
  Content content = Content::kJson;  ///< kJson: no key decided, and `keys` has the first of them
  std::vector<std::string> keys;
  std::optional<ReadError> error;  ///< no JSON from there on
};
[[nodiscard]] JsonDocument find_document(std::span<char const> bytes);

/// Whether the content can only be what it says, so that --model-format cannot make it a model.
[[nodiscard]] bool is_certain(Content content) noexcept;

/// Throws Error model.format: no loader reads such a file.
[[noreturn]] void refuse_content(Content content, std::string const& name);

/// A JSON or UBJSON document of no known kind: names its top-level keys. Throws Error model.format.
[[noreturn]] void refuse_document(std::vector<std::string> const& keys, std::string const& name);

}  // namespace limpid::model
