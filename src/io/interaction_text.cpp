#include "io/interaction_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <iterator>

#include "io/json_text.h"
#include "io/number_text.h"

namespace limpid {
namespace {

/// Rows that are turned from columns into rows at a time: eight doubles are one cache line of every column.
constexpr std::int64_t kBlockRows = 8;
constexpr std::size_t kNpyHeaderBytes = 128;  ///< a multiple of 64, room for any shape

/// The interactions of a few rows, each row's pairs of all written outputs side by side, in output order.
class PairBlock {
 public:
  explicit PairBlock(OutputShape const& shape)
      : shape_(shape), sources_(pairs_in_output_order(shape)), outputs_(shape.predicted ? 1 : shape.labels.size()) {
    values_.resize(outputs_ * sources_.size() * kBlockRows);
  }

  void load(Explanation const& chunk, std::int64_t first, std::int64_t rows) {
    auto const pairs = static_cast<std::int64_t>(sources_.size());
    for (std::int64_t r = 0; r < rows; ++r) {
      if (shape_.predicted) predicted_[static_cast<std::size_t>(r)] = predicted_output(shape_, chunk, first + r);
    }
    for (std::size_t g = 0; g < outputs_; ++g) {
      for (std::size_t t = 0; t < sources_.size(); ++t) {
        for (std::int64_t r = 0; r < rows; ++r) {
          auto const vector = output_at(shape_, output(g, r)) * pairs + sources_[t];
          values_[(static_cast<std::size_t>(r) * outputs_ + g) * sources_.size() + t] =
              chunk.interactions[static_cast<std::size_t>(vector * chunk.stride + first + r)];
        }
      }
    }
  }

  /// [T] of the g-th written output of the block's row r.
  [[nodiscard]] std::span<double const> pairs(std::size_t g, std::int64_t r) const {
    return {values_.data() + (static_cast<std::size_t>(r) * outputs_ + g) * sources_.size(), sources_.size()};
  }
  [[nodiscard]] std::size_t outputs() const noexcept { return outputs_; }
  /// Its place in shape.labels.
  [[nodiscard]] std::size_t output(std::size_t g, std::int64_t r) const noexcept {
    return shape_.predicted ? predicted_[static_cast<std::size_t>(r)] : g;
  }

 private:
  OutputShape const& shape_;
  std::vector<std::int64_t> sources_;  ///< [T]
  std::size_t outputs_;
  std::vector<double> values_;  ///< [kBlockRows x outputs x T]
  std::array<std::size_t, kBlockRows> predicted_{};
};

/// Calls body(block, row of the block, row of the chunk).
template <class Body>
void for_each_row(OutputShape const& shape, Explanation const& chunk, Body const& body) {
  PairBlock block(shape);
  for (std::int64_t first = 0; first < chunk.rows; first += kBlockRows) {
    auto const rows = std::min(kBlockRows, chunk.rows - first);
    block.load(chunk, first, rows);
    for (std::int64_t r = 0; r < rows; ++r) body(block, r, first + r);
  }
}

/// Row i, column j of a symmetric matrix.
std::size_t entry(std::size_t players, std::size_t i, std::size_t j) noexcept {
  auto const [low, high] = std::minmax(i, j);
  return static_cast<std::size_t>(
      pair_index(static_cast<std::int64_t>(players), static_cast<std::int64_t>(low), static_cast<std::int64_t>(high)));
}

/// "[[1,2],[2,3]]"; every number is made once and written twice.
class MatrixText {
 public:
  explicit MatrixText(std::size_t players) : players_(players), text_(players * (players + 1) / 2) {}

  void append(std::span<double const> pairs, bool float64, char const* between_rows, std::string& out) {
    for (std::size_t t = 0; t < text_.size(); ++t) {
      text_[t].clear();
      append_number(pairs[t], float64, text_[t]);
    }
    for (std::size_t i = 0; i < players_; ++i) {
      out += i > 0 ? between_rows : "[";
      for (std::size_t j = 0; j < players_; ++j) {
        out += j > 0 ? ',' : '[';
        out += text_[entry(players_, i, j)];
      }
      out += ']';
    }
    out += players_ > 0 ? "]" : "[]";
  }

 private:
  std::size_t players_;
  std::vector<std::string> text_;  ///< [T]
};

/// `["a","b"` of every pair of different players, and their places among all pairs, largest first.
class TopPairs {
 public:
  TopPairs(OutputShape const& shape, std::int64_t top) : float64_(shape.float64) {
    std::size_t const players = shape.names.size();
    for (auto const& name : shape.names) append_json_string(name, names_.emplace_back());
    for (std::size_t i = 0; i < players; ++i) {
      for (std::size_t j = i + 1; j < players; ++j) pairs_.push_back({entry(players, i, j), i, j});
    }
    top_ = static_cast<std::ptrdiff_t>(std::min<std::int64_t>(top, static_cast<std::int64_t>(pairs_.size())));
  }

  void append(std::span<double const> values, std::string& out) {
    std::partial_sort(pairs_.begin(), pairs_.begin() + top_, pairs_.end(), [&](Pair const& a, Pair const& b) {
      double const x = std::abs(values[a.place]);
      double const y = std::abs(values[b.place]);
      return x != y ? x > y : a.place < b.place;
    });
    out += '[';
    for (std::ptrdiff_t n = 0; n < top_; ++n) {
      auto const& pair = pairs_[static_cast<std::size_t>(n)];
      out += n > 0 ? ",[" : "[";
      out += names_[pair.i] + ',' + names_[pair.j] + ',';
      append_number(values[pair.place], float64_, out);
      out += ']';
    }
    out += ']';
  }

 private:
  struct Pair {
    std::size_t place = 0;
    std::size_t i = 0;
    std::size_t j = 0;
  };
  bool float64_;
  std::ptrdiff_t top_ = 0;
  std::vector<std::string> names_;
  std::vector<Pair> pairs_;
};

/// `["a","b"]`
std::string name_list(OutputShape const& shape) {
  std::string out = "[";
  for (std::size_t p = 0; p < shape.names.size(); ++p) {
    if (p > 0) out += ',';
    append_json_string(shape.names[p], out);
  }
  return out + ']';
}

/// The lines; `append_values(values of one output, out)`: what stands behind the key.
template <class Append>
void append_lines(OutputShape const& shape, std::string const& lead, std::string const& key, Explanation const& chunk,
                  std::int64_t first_row, std::span<std::string const> ids, std::string& out, Append const& append) {
  for_each_row(shape, chunk, [&](PairBlock const& block, std::int64_t r, std::int64_t row) {
    fmt::format_to(std::back_inserter(out), "{{\"row\":{},", first_row + row);
    if (!ids.empty()) {
      out += "\"id\":";
      append_json_string(ids[static_cast<std::size_t>(row)], out);
      out += ',';
    }
    out += lead;
    if (shape.several) out += "\"outputs\":{";
    for (std::size_t g = 0; g < block.outputs(); ++g) {
      if (shape.several) {
        if (g > 0) out += ',';
        append_json_string(shape.labels[block.output(g, r)], out);
        out += ":{";
      }
      out += key;
      append(block.pairs(g, r), out);
      if (shape.several) out += '}';
    }
    out += shape.several ? "}}\n" : "}\n";
  });
}

template <class Real>
void append_matrices(OutputShape const& shape, Explanation const& chunk, std::string& out) {
  std::size_t const players = shape.names.size();
  std::vector<Real> matrix(players * players);
  for_each_row(shape, chunk, [&](PairBlock const& block, std::int64_t r, std::int64_t) {
    for (std::size_t g = 0; g < block.outputs(); ++g) {
      auto const pairs = block.pairs(g, r);
      for (std::size_t n = 0; n < matrix.size(); ++n) {
        matrix[n] = static_cast<Real>(pairs[entry(players, n / players, n % players)]);
      }
      out.append(reinterpret_cast<char const*>(matrix.data()), matrix.size() * sizeof(Real));
    }
  });
}

}  // namespace

std::vector<std::int64_t> pairs_in_output_order(OutputShape const& shape) {
  auto const players = static_cast<std::int64_t>(shape.players.size());
  std::vector<std::int64_t> out;
  out.reserve(static_cast<std::size_t>(pair_count(players)));
  for (auto i = shape.players.begin(); i != shape.players.end(); ++i) {
    for (auto j = i; j != shape.players.end(); ++j) {
      out.push_back(pair_index(players, std::min(*i, *j), std::max(*i, *j)));
    }
  }
  return out;
}

void append_interactions_jsonl(OutputShape const& shape, std::int64_t top, Explanation const& chunk,
                               std::int64_t first_row, std::span<std::string const> ids, std::string& out) {
  if (top > 0) {
    TopPairs pairs(shape, top);
    return append_lines(shape, "", "\"pairs\":", chunk, first_row, ids, out,
                        [&](std::span<double const> values, std::string& text) { pairs.append(values, text); });
  }
  MatrixText matrix(shape.names.size());
  append_lines(
      shape, "\"features\":" + name_list(shape) + ",", "\"interaction_values\":", chunk, first_row, ids, out,
      [&](std::span<double const> values, std::string& text) { matrix.append(values, shape.float64, ",", text); });
}

void append_interactions_npy(OutputShape const& shape, Explanation const& chunk, std::string& out) {
  shape.float64 ? append_matrices<double>(shape, chunk, out) : append_matrices<float>(shape, chunk, out);
}

std::string npy_header(OutputShape const& shape, std::int64_t rows) {
  std::size_t const players = shape.names.size();
  auto const outputs = shape.several ? fmt::format("{}, ", shape.predicted ? 1 : shape.labels.size()) : "";
  auto text = fmt::format("{{'descr': '<{}', 'fortran_order': False, 'shape': ({}, {}{}, {}), }}",
                          shape.float64 ? "f8" : "f4", rows, outputs, players, players);
  static constexpr std::size_t kPrefixBytes = 10;
  static constexpr auto kTextBytes = static_cast<char>(kNpyHeaderBytes - kPrefixBytes);
  text.resize(kNpyHeaderBytes - kPrefixBytes - 1, ' ');
  std::string out("\x93NUMPY\x01\x00", 8);  // format 1.0, then the size of the text, low byte first
  return out + kTextBytes + '\0' + text + '\n';
}

std::string interactions_json(OutputShape const& shape, std::span<double const> mean_abs) {
  std::string out = "{\n    \"version\": \"1.0\",\n    \"features\": " + name_list(shape) + ",\n    \"outputs\": {";
  MatrixText matrix(shape.names.size());
  auto const pairs = static_cast<std::size_t>(pair_count(static_cast<std::int64_t>(shape.names.size())));
  for (std::size_t g = 0; g < shape.labels.size(); ++g) {
    out += g > 0 ? ",\n        " : "\n        ";
    append_json_string(shape.labels[g], out);
    out += ": {\"global_interaction_values\":\n            ";
    matrix.append(mean_abs.subspan(g * pairs, pairs), true, ",\n             ", out);
    out += '}';
  }
  return out + "\n    }\n}\n";
}

}  // namespace limpid
