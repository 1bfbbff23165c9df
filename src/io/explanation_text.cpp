#include "io/explanation_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "io/csv_record.h"
#include "io/json_text.h"
#include "io/number_text.h"

namespace limpid {
namespace {

/// Rows that are turned from columns into rows at a time: eight doubles are one cache line of every column.
constexpr std::int64_t kBlockRows = 8;

/// The values of a few rows, each row's [G x P] contiguous in output order.
class RowBlock {
 public:
  explicit RowBlock(OutputShape const& shape)
      : shape_(shape), width_(static_cast<std::int64_t>(shape.labels.size() * shape.players.size())) {
    values_.resize(static_cast<std::size_t>(width_ * kBlockRows));
  }

  void load(Explanation const& chunk, std::int64_t first, std::int64_t rows) noexcept {
    double* out = values_.data();
    for (std::int64_t g = 0; g < static_cast<std::int64_t>(shape_.labels.size()); ++g) {
      for (auto const player : shape_.players) {
        double const* const in = chunk.values.data() + (g * chunk.players + player) * chunk.stride + first;
        for (std::int64_t r = 0; r < rows; ++r) out[r * width_] = in[r];
        ++out;
      }
    }
  }

  /// [G x P] of the block's row r.
  [[nodiscard]] double const* row(std::int64_t r) const noexcept { return values_.data() + r * width_; }
  [[nodiscard]] std::int64_t width() const noexcept { return width_; }

 private:
  OutputShape const& shape_;
  std::int64_t width_;
  std::vector<double> values_;  ///< [kBlockRows x G * P]
};

/// Appends to a string through a plain pointer, after one growth to the most that can come.
class Cursor {
 public:
  Cursor(std::string& out, std::size_t most) : out_(out), used_(out.size()) {
    out_.resize(used_ + most);
    at_ = out_.data() + used_;
  }
  ~Cursor() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }
  Cursor(Cursor const&) = delete;
  Cursor& operator=(Cursor const&) = delete;

  void text(std::string_view bytes) noexcept {
    std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }
  void byte(char c) noexcept { *at_++ = c; }
  void number(double value, bool float64, char const* non_finite) noexcept {
    at_ = write_number(value, float64, non_finite, at_);
  }

 private:
  std::string& out_;
  std::size_t used_;
  char* at_ = nullptr;
};

/// What stands before each number of a JSON row, and how much room it all takes.
struct JsonKeys {
  std::vector<std::string> prediction;  ///< [G] up to the prediction
  std::vector<std::string> expected;    ///< [G] between the prediction and the first value
  std::vector<std::string> feature;     ///< [P] `"name":`, with a comma but for the first
  std::size_t bytes = 0;                ///< of one row without row number and id
};

JsonKeys json_keys(OutputShape const& shape) {
  JsonKeys keys;
  bool const several = shape.labels.size() > 1;
  for (std::size_t p = 0; p < shape.features.size(); ++p) {
    std::string key = p > 0 ? "," : "";
    append_json_string(shape.features[p], key);
    keys.feature.push_back(key + ":");
    keys.bytes += shape.labels.size() * (keys.feature.back().size() + kNumberBytes);
  }
  for (std::size_t g = 0; g < shape.labels.size(); ++g) {
    std::string before = several ? (g > 0 ? "," : "\"outputs\":{") : "";
    if (several) {
      append_json_string(shape.labels[g], before);
      before += ":{";
    }
    keys.prediction.push_back(before + "\"prediction\":");
    std::string expected = ",\"expected_value\":";
    append_number(shape.expected_value[g], shape.float64, expected);
    keys.expected.push_back(expected + ",\"shap_values\":{");
    keys.bytes += keys.prediction.back().size() + keys.expected.back().size() + kNumberBytes + 4;
  }
  return keys;
}

void write_json_row(OutputShape const& shape, JsonKeys const& keys, double const* values, double const* predictions,
                    std::int64_t prediction_stride, Cursor& out) {
  static constexpr char const* kNull = "null";
  for (std::size_t g = 0; g < shape.labels.size(); ++g) {
    out.text(keys.prediction[g]);
    out.number(predictions[static_cast<std::int64_t>(g) * prediction_stride], shape.float64, kNull);
    out.text(keys.expected[g]);
    for (auto const& key : keys.feature) {
      out.text(key);
      out.number(*values++, shape.float64, kNull);
    }
    out.text(shape.labels.size() > 1 ? "}}" : "}");
  }
  out.text(shape.labels.size() > 1 ? "}}\n" : "}\n");
}

}  // namespace

std::string csv_header(OutputShape const& shape, char delimiter) {
  std::string out;
  for (auto const& label : shape.labels) {
    for (auto const& feature : shape.features) {
      if (!out.empty()) out += delimiter;
      append_csv_field(feature + "_" + label, delimiter, out);
    }
  }
  if (!shape.id_name.empty()) {
    if (!out.empty()) out += delimiter;
    append_csv_field(shape.id_name, delimiter, out);
  }
  return out + "\n";
}

void append_csv(OutputShape const& shape, Explanation const& chunk, std::span<std::string const> ids,
                std::string& out) {
  RowBlock block(shape);
  auto const row_bytes = static_cast<std::size_t>(block.width()) * (kNumberBytes + 1) + 1;
  std::string id;
  for (std::int64_t first = 0; first < chunk.rows; first += kBlockRows) {
    auto const rows = std::min(kBlockRows, chunk.rows - first);
    block.load(chunk, first, rows);
    for (std::int64_t r = 0; r < rows; ++r) {
      id.clear();
      if (!ids.empty()) append_csv_field(ids[static_cast<std::size_t>(first + r)], ',', id);
      Cursor cursor(out, row_bytes + id.size() + 1);
      double const* const values = block.row(r);
      for (std::int64_t i = 0; i < block.width(); ++i) {
        if (i > 0) cursor.byte(',');
        cursor.number(values[i], shape.float64, "");
      }
      if (!ids.empty()) {
        if (block.width() > 0) cursor.byte(',');
        cursor.text(id);
      }
      cursor.byte('\n');
    }
  }
}

void append_jsonl(OutputShape const& shape, Explanation const& chunk, std::int64_t first_row,
                  std::span<std::string const> ids, std::string& out) {
  RowBlock block(shape);
  auto const keys = json_keys(shape);
  std::string head;
  for (std::int64_t first = 0; first < chunk.rows; first += kBlockRows) {
    auto const rows = std::min(kBlockRows, chunk.rows - first);
    block.load(chunk, first, rows);
    for (std::int64_t r = 0; r < rows; ++r) {
      head.clear();
      fmt::format_to(std::back_inserter(head), "{{\"row\":{},", first_row + first + r);
      if (!ids.empty()) {
        head += "\"id\":";
        append_json_string(ids[static_cast<std::size_t>(first + r)], head);
        head += ',';
      }
      Cursor cursor(out, head.size() + keys.bytes + 4);
      cursor.text(head);
      write_json_row(shape, keys, block.row(r), chunk.predictions.data() + first + r, chunk.stride, cursor);
    }
  }
}

}  // namespace limpid
