/// Models from bytes in memory: load_models and load_model without the file, for tests and fuzzing.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "limpid/ensemble.h"

namespace limpid::model {

/// `name` stands for the file in messages; `consumed(offset)` is called now and then with the bytes done.
[[nodiscard]] Model read_models(std::span<char const> bytes, std::string const& name, LoadOptions const& options = {},
                                std::function<void(std::size_t)> const& consumed = {});

[[nodiscard]] Ensemble read_model(std::span<char const> bytes, std::string const& name, LoadOptions const& options = {},
                                  std::function<void(std::size_t)> const& consumed = {});

}  // namespace limpid::model
