#include "io/prediction_text.h"

#include <fmt/format.h>

#include <array>

#include "io/csv_record.h"
#include "io/json_text.h"
#include "io/number_text.h"

namespace limpid {
namespace {

double prediction(Explanation const& chunk, std::size_t output, std::int64_t row) noexcept {
  return chunk.predictions[output * static_cast<std::size_t>(chunk.stride) + static_cast<std::size_t>(row)];
}

}  // namespace

std::string csv_header(PredictionShape const& shape) {
  std::string out;
  for (auto const& label : shape.labels) {
    if (!out.empty()) out += ',';
    append_csv_field(label, ',', out);
  }
  if (!shape.id_name.empty()) {
    out += ',';
    append_csv_field(shape.id_name, ',', out);
  }
  return out + '\n';
}

void append_csv(PredictionShape const& shape, Explanation const& chunk, std::span<std::string const> ids,
                std::string& out) {
  std::array<char, kNumberBytes> text{};
  for (std::int64_t r = 0; r < chunk.rows; ++r) {
    for (std::size_t g = 0; g < shape.labels.size(); ++g) {
      if (g > 0) out += ',';
      out.append(text.data(), write_number(prediction(chunk, g, r), shape.float64, "", text.data()));
    }
    if (!ids.empty()) {
      out += ',';
      append_csv_field(ids[static_cast<std::size_t>(r)], ',', out);
    }
    out += '\n';
  }
}

void append_jsonl(PredictionShape const& shape, Explanation const& chunk, std::int64_t first_row,
                  std::span<std::string const> ids, std::string& out) {
  std::vector<std::string> keys;  // [G] up to the number
  bool const several = shape.labels.size() > 1;
  for (auto const& label : shape.labels) {
    std::string key = keys.empty() ? "" : "},";
    if (several) {
      append_json_string(label, key);
      key += ":{";
    }
    keys.push_back(key + "\"prediction\":");
  }
  for (std::int64_t r = 0; r < chunk.rows; ++r) {
    fmt::format_to(std::back_inserter(out), "{{\"row\":{},", first_row + r);
    if (!ids.empty()) {
      out += "\"id\":";
      append_json_string(ids[static_cast<std::size_t>(r)], out);
      out += ',';
    }
    if (several) out += "\"outputs\":{";
    for (std::size_t g = 0; g < shape.labels.size(); ++g) {
      out += keys[g];
      append_number(prediction(chunk, g, r), shape.float64, out);
    }
    out += several ? "}}}\n" : "}\n";
  }
}

}  // namespace limpid
