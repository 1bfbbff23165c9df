/// Predictions as text, by pure functions, in the form of the explanations (explanation_text.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "explain/engine.h"

namespace limpid {

struct PredictionShape {
  std::vector<std::string> labels;  ///< [G]
  std::string id_name;              ///< empty: no ids
  bool float64 = false;
};

/// One column per output, the id column last.
[[nodiscard]] std::string csv_header(PredictionShape const& shape);
void append_csv(PredictionShape const& shape, Explanation const& chunk, std::span<std::string const> ids,
                std::string& out);
/// {"row":0,"id":"...","prediction":p}, of several outputs {"row":0,"outputs":{"label0":{"prediction":p},...}}.
void append_jsonl(PredictionShape const& shape, Explanation const& chunk, std::int64_t first_row,
                  std::span<std::string const> ids, std::string& out);

}  // namespace limpid
