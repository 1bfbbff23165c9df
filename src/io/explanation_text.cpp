#include "io/explanation_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "io/csv_record.h"
#include "io/json_text.h"
#include "io/number_text.h"

namespace limpid {
namespace {

/// Rows that are turned from columns into rows at a time: eight doubles are one cache line of every column.
constexpr std::int64_t kBlockRows = 8;

/// The values of a few rows, each row's values of all written outputs contiguous in output order. With shape.errors
/// their standard errors follow in the same order.
class RowBlock {
 public:
  explicit RowBlock(OutputShape const& shape)
      : shape_(shape), outputs_(shape.predicted ? 1 : shape.labels.size()), width_(outputs_ * shape.players.size()) {
    values_.resize(width_ * kBlockRows);
    errors_.resize(shape.errors ? width_ * kBlockRows : 0);
  }

  void load(Explanation const& chunk, std::int64_t first, std::int64_t rows) noexcept {
    if (shape_.predicted) {
      for (std::int64_t r = 0; r < rows; ++r) predicted_[at(r)] = predicted_output(shape_, chunk, first + r);
    }
    turn(chunk, chunk.values, first, rows, values_.data());
    if (shape_.errors) turn(chunk, chunk.errors, first, rows, errors_.data());
  }

  /// The block's row r: [outputs() x P].
  [[nodiscard]] double const* row(std::int64_t r) const noexcept {
    return values_.data() + r * static_cast<std::int64_t>(width_);
  }
  [[nodiscard]] double const* errors(std::int64_t r) const noexcept {
    return errors_.data() + r * static_cast<std::int64_t>(width_);
  }
  [[nodiscard]] std::size_t width() const noexcept { return width_; }
  [[nodiscard]] std::size_t outputs() const noexcept { return outputs_; }  ///< written per row
  /// Place in shape.labels of the g-th output of the block's row r.
  [[nodiscard]] std::size_t output(std::size_t g, std::int64_t r) const noexcept {
    return shape_.predicted ? predicted_[at(r)] : g;
  }

 private:
  static std::size_t at(std::int64_t r) noexcept { return static_cast<std::size_t>(r); }

  /// Columns [G x P x stride] -> rows.
  void turn(Explanation const& chunk, std::vector<double> const& columns, std::int64_t first, std::int64_t rows,
            double* out) const noexcept {
    auto const width = static_cast<std::int64_t>(width_);
    std::array<std::int64_t, kBlockRows> begin{};  // of the row's output in the explanation's values
    for (std::size_t g = 0; g < outputs_; ++g) {
      for (std::int64_t r = 0; r < rows; ++r) {
        begin[at(r)] = output_at(shape_, output(g, r)) * chunk.players * chunk.stride + first + r;
      }
      for (auto const player : shape_.players) {
        double const* const in = columns.data() + player * chunk.stride;
        for (std::int64_t r = 0; r < rows; ++r) out[r * width] = in[begin[at(r)]];
        ++out;
      }
    }
  }

  OutputShape const& shape_;
  std::size_t outputs_;
  std::size_t width_;
  std::vector<double> values_;  ///< [kBlockRows x outputs * P]
  std::vector<double> errors_;  ///< likewise
  std::array<std::size_t, kBlockRows> predicted_{};
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

constexpr std::string_view kErrors = "},\"shap_values_se\":{";

/// What stands before each number of a JSON row, and how much room it all takes.
struct JsonKeys {
  std::vector<std::string> prediction;  ///< [G] up to the prediction
  std::vector<std::string> expected;    ///< [G] between the prediction and the first value
  std::vector<std::string> player;      ///< [P] `"name":`, with a comma but for the first
  std::size_t bytes = 0;                ///< of one row without row number and id
};

JsonKeys json_keys(OutputShape const& shape) {
  JsonKeys keys;
  for (std::size_t p = 0; p < shape.names.size(); ++p) {
    std::string key = p > 0 ? "," : "";
    append_json_string(shape.names[p], key);
    keys.player.push_back(key + ":");
    keys.bytes += shape.labels.size() * (keys.player.back().size() + kNumberBytes) * (shape.errors ? 2 : 1);
  }
  for (std::size_t g = 0; g < shape.labels.size(); ++g) {
    std::string before;
    if (shape.several) {
      before = g > 0 && !shape.predicted ? "," : "\"outputs\":{";
      append_json_string(shape.labels[g], before);
      before += ":{";
    }
    keys.prediction.push_back(before + "\"prediction\":");
    std::string expected = ",\"expected_value\":";
    append_number(shape.expected_value[g], shape.float64, expected);
    keys.expected.push_back(expected + ",\"shap_values\":{");
    keys.bytes += keys.prediction.back().size() + keys.expected.back().size() + kErrors.size() + kNumberBytes + 4;
  }
  return keys;
}

/// `"a":1,"b":2`; returns where the next numbers are.
double const* write_json_values(JsonKeys const& keys, double const* values, bool float64, Cursor& out) {
  for (auto const& key : keys.player) {
    out.text(key);
    out.number(*values++, float64, "null");
  }
  return values;
}

/// The block's row r, from behind its row number and id. `with_errors`: some of its pairs were estimated.
void write_json_row(OutputShape const& shape, JsonKeys const& keys, RowBlock const& block, std::int64_t r,
                    bool with_errors, double const* predictions, std::int64_t prediction_stride, Cursor& out) {
  double const* values = block.row(r);
  double const* errors = with_errors ? block.errors(r) : nullptr;
  for (std::size_t place = 0; place < block.outputs(); ++place) {
    std::size_t const g = block.output(place, r);
    out.text(keys.prediction[g]);
    out.number(predictions[output_at(shape, g) * prediction_stride], shape.float64, "null");
    out.text(keys.expected[g]);
    values = write_json_values(keys, values, shape.float64, out);
    if (with_errors) {
      out.text(kErrors);
      errors = write_json_values(keys, errors, shape.float64, out);
    }
    out.text(shape.several ? "}}" : "}");
  }
  out.text(shape.several ? "}}\n" : "}\n");
}

/// What follows the values of a CSV row: the predicted label and the id, as far as they are wanted.
void append_csv_tail(OutputShape const& shape, std::string const* label, std::string const* id, char delimiter,
                     std::string& out) {
  for (auto const* const text : {label, id}) {
    if (text == nullptr) continue;
    if (!out.empty() || !shape.names.empty()) out += delimiter;
    append_csv_field(*text, delimiter, out);
  }
}

}  // namespace

std::int64_t output_at(OutputShape const& shape, std::size_t g) noexcept {
  return shape.outputs.empty() ? static_cast<std::int64_t>(g) : shape.outputs[g];
}

std::size_t predicted_output(OutputShape const& shape, Explanation const& chunk, std::int64_t row) noexcept {
  std::size_t best = 0;
  for (std::size_t g = 1; g < shape.labels.size(); ++g) {
    auto const at = [&](std::size_t output) {
      return chunk.predictions[static_cast<std::size_t>(output_at(shape, output) * chunk.stride + row)];
    };
    if (at(g) > at(best)) best = g;
  }
  return best;
}

std::string csv_header(OutputShape const& shape, char delimiter) {
  static std::string const predicted = "predicted";
  std::string out;
  for (char const* const suffix : {"", "_se"}) {
    if (*suffix != '\0' && !shape.errors) break;
    for (auto const& label : shape.predicted ? std::vector{predicted} : shape.labels) {
      for (auto const& player : shape.names) {
        if (!out.empty()) out += delimiter;
        append_csv_field(player + "_" + label + suffix, delimiter, out);
      }
    }
  }
  append_csv_tail(shape, shape.predicted ? &predicted : nullptr, shape.id_name.empty() ? nullptr : &shape.id_name,
                  delimiter, out);
  return out + "\n";
}

void append_csv(OutputShape const& shape, Explanation const& chunk, std::span<std::string const> ids,
                std::string& out) {
  RowBlock block(shape);
  auto const row_bytes = block.width() * (kNumberBytes + 1) * (shape.errors ? 2 : 1) + 1;
  std::string tail;
  for (std::int64_t first = 0; first < chunk.rows; first += kBlockRows) {
    auto const rows = std::min(kBlockRows, chunk.rows - first);
    block.load(chunk, first, rows);
    for (std::int64_t r = 0; r < rows; ++r) {
      tail.clear();
      append_csv_tail(shape, shape.predicted ? &shape.labels[block.output(0, r)] : nullptr,
                      ids.empty() ? nullptr : &ids[static_cast<std::size_t>(first + r)], ',', tail);
      Cursor cursor(out, row_bytes + tail.size());
      double const* const values = block.row(r);
      for (std::size_t i = 0; i < block.width(); ++i) {
        if (i > 0) cursor.byte(',');
        cursor.number(values[i], shape.float64, "");
      }
      for (std::size_t i = 0; shape.errors && i < block.width(); ++i) {
        cursor.byte(',');
        cursor.number(block.errors(r)[i], shape.float64, "");
      }
      cursor.text(tail);
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
      bool const estimated = shape.errors && chunk.estimated[static_cast<std::size_t>(first + r)] > 0;
      write_json_row(shape, keys, block, r, estimated, chunk.predictions.data() + first + r, chunk.stride, cursor);
    }
  }
}

}  // namespace limpid
