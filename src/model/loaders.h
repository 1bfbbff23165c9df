/// The loaders, one per family of files: bytes in, ensemble out. Each throws Error model.format, model.version,
/// model.tree or model.objective, and nothing else whatever the bytes; memory and time are bounded by the bytes.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "limpid/ensemble.h"

namespace limpid::model {

/// A model in memory.
struct ModelBytes {
  std::span<char const> bytes;
  std::string name;                                     ///< stands for the file in messages
  bool allow_unknown_version = false;                   ///< keys and versions that are not known become warnings
  std::function<void(std::size_t)> consumed = nullptr;  ///< called now and then with the bytes done; may be empty
};

[[nodiscard]] Ensemble read_xgboost_json(ModelBytes const& model);
[[nodiscard]] Ensemble read_xgboost_ubjson(ModelBytes const& model);
[[nodiscard]] Ensemble read_xgboost_legacy(ModelBytes const& model);  ///< the binary format of 0.90 to 3.0
[[nodiscard]] Ensemble read_lightgbm(ModelBytes const& model);        ///< text, of 2.1 and newer
[[nodiscard]] Ensemble read_catboost_json(ModelBytes const& model);
[[nodiscard]] Ensemble read_limpid(ModelBytes const& model);

}  // namespace limpid::model
