#include "pipeline/comparison.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "limpid/error.h"

namespace limpid {
namespace {

void keep_larger(Difference& best, Difference const& other) noexcept {
  bool const first = other.value == best.value && other.row >= 0 && other.row < best.row;
  if (other.value > best.value || first) best = other;
}

/// Bits of a floating-point number as an integer that grows with the number; both zeros are 0.
template <class Bits, class Float>
std::int64_t position(Float value) noexcept {
  auto const bits = std::bit_cast<Bits>(value);
  auto const magnitude = static_cast<std::int64_t>(bits & std::numeric_limits<Bits>::max());
  return bits < 0 ? -magnitude : magnitude;
}

class JoinedSource final : public RowSource {
 public:
  JoinedSource(std::unique_ptr<RowSource> data, NumberColumns columns, std::string where)
      : data_(std::move(data)), columns_(std::move(columns)), where_(std::move(where)) {}

  [[nodiscard]] DataSchema const& schema() const override { return data_->schema(); }
  [[nodiscard]] std::vector<UnseenTexts> unseen() const override { return data_->unseen(); }
  [[nodiscard]] std::string sha256() override { return data_->sha256(); }

  [[nodiscard]] bool next(std::int64_t max_rows, RowChunk& chunk) override {
    bool const more = data_->next(max_rows, chunk);
    auto const wanted = more ? chunk.rows : 0;
    std::int64_t have = 0;
    // After the last row of the data one more is asked for, to see that the other file ends too.
    if (columns_.rows->next(std::max<std::int64_t>(wanted, 1), numbers_)) have = numbers_.rows;
    if (have != wanted) fail_rows(max_rows, wanted, have, chunk);
    rows_ += have;
    if (more) append(chunk);
    return more;
  }

 private:
  void append(RowChunk& chunk) {
    auto const begin = chunk.values.size();
    chunk.values.resize(begin + columns_.slot.size() * static_cast<std::size_t>(chunk.stride));
    double* out = chunk.values.data() + begin;
    for (auto const slot : columns_.slot) {
      double const* const in = numbers_.values.data() + slot * numbers_.stride;
      for (std::int64_t r = 0; r < chunk.rows; ++r) {
        if (std::isnan(in[r])) {
          throw Error("data.value", fmt::format("row {} has no number to compare with", chunk.first_row + r), where_);
        }
        out[r] = in[r];
      }
      out += chunk.stride;
    }
  }

  [[noreturn]] void fail_rows(std::int64_t max_rows, std::int64_t wanted, std::int64_t have, RowChunk& scratch) {
    auto data = rows_ + wanted;
    auto other = rows_ + have;
    while (wanted > 0 && data_->next(max_rows, scratch)) data += scratch.rows;
    while (have > 0 && columns_.rows->next(max_rows, scratch)) other += scratch.rows;
    throw Error("data.rows", fmt::format("the predictions to compare with have {} rows, the data has {}", other, data),
                where_, "both files need the same rows in the same order");
  }

  std::unique_ptr<RowSource> data_;
  NumberColumns columns_;
  std::string where_;
  RowChunk numbers_;
  std::int64_t rows_ = 0;
};

}  // namespace

double ulps_between(double a, double b, bool float32) noexcept {
  auto const x = float32 ? position<std::int32_t>(static_cast<float>(a)) : position<std::int64_t>(a);
  auto const y = float32 ? position<std::int32_t>(static_cast<float>(b)) : position<std::int64_t>(b);
  // Small differences are exact; across zero the sum of two large positions may not fit their type.
  bool const same_sign = (x < 0) == (y < 0);
  return std::abs(same_sign ? static_cast<double>(x - y) : static_cast<double>(x) - static_cast<double>(y));
}

Comparison compare(Explanation const& chunk, double const* expected, std::int64_t stride, std::int64_t first_row,
                   bool float32) {
  Comparison out;
  for (std::int32_t g = 0; g < chunk.outputs; ++g) {
    for (std::int64_t r = 0; r < chunk.rows; ++r) {
      double const found = chunk.predictions[static_cast<std::size_t>(g * chunk.stride + r)];
      double wanted = expected[g * stride + r];
      if (float32) wanted = static_cast<double>(static_cast<float>(wanted));
      ++out.values;
      if (found == wanted) {
        ++out.equal;
        continue;
      }
      double const difference = std::abs(found - wanted);
      // NaN and infinity are as wrong as can be.
      auto const note = [&](Difference& best, double value) {
        if (!std::isfinite(value)) value = std::numeric_limits<double>::infinity();
        keep_larger(best, {value, first_row + r, g, found, wanted});
      };
      note(out.absolute, difference);
      note(out.relative, difference / std::max(std::abs(found), std::abs(wanted)));
      note(out.scaled, difference / std::max(1.0, std::abs(wanted)));
      note(out.ulps, std::isfinite(difference) ? ulps_between(found, wanted, float32) : difference);
    }
  }
  return out;
}

void Comparison::merge(Comparison const& other) noexcept {
  values += other.values;
  equal += other.equal;
  keep_larger(absolute, other.absolute);
  keep_larger(relative, other.relative);
  keep_larger(scaled, other.scaled);
  keep_larger(ulps, other.ulps);
}

std::unique_ptr<RowSource> join_columns(std::unique_ptr<RowSource> data, NumberColumns columns, std::string where) {
  return std::make_unique<JoinedSource>(std::move(data), std::move(columns), std::move(where));
}

}  // namespace limpid
