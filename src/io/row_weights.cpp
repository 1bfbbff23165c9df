#include "io/row_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/number_columns.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::int64_t kChunkRows = 4096;

void check_weight(double weight, std::int64_t row, ReadOptions const& options, std::string const& column) {
  if (weight >= 0.0) return;  // the reader refuses infinite ones
  auto const found =
      std::isnan(weight) ? std::string("a weight is missing") : fmt::format("the weight {} is negative", weight);
  throw Error("data.value", fmt::format("{}, weights are numbers of 0 or more", found),
              fmt::format("{} {}, row {} (from 0), column '{}'", options.role, options.path, row, column),
              "a row of weight 0 is left out");
}

void check_sum(std::vector<double> const& weights, ReadOptions const& options, std::string const& column) {
  double sum = 0.0;
  for (double const weight : weights) sum += weight;
  if (sum > 0.0 && std::isfinite(sum)) return;
  throw Error("data.value",
              sum > 0.0 ? "the weights add up to more than a number can hold" : "every weight is 0, no row is left",
              fmt::format("{} {}, column '{}'", options.role, options.path, column),
              "weights are numbers of 0 or more, of any scale");
}

}  // namespace

std::vector<double> read_row_weights(ReadOptions const& options, std::string const& column, Ensemble const& ensemble) {
  if (options.path == "-") {
    throw Error("usage.background",
                "the weights of a background file need a second pass over it, standard input has one",
                options.role + " -", "name a file");
  }
  auto const numbers = open_number_columns(options, {column});
  auto const slot = static_cast<std::size_t>(numbers.slot.front());
  auto const& name = numbers.rows->schema().feature_names[slot];
  bool const is_feature = ensemble.named_features && options.header &&
                          std::any_of(ensemble.features.begin(), ensemble.features.end(),
                                      [&](Feature const& feature) { return feature.name == name; });
  if (is_feature) {
    throw Error("usage.background", fmt::format("--background-weights '{}' is a feature of the model", name), {},
                "name the column that holds the rows' weights");
  }
  std::vector<double> weights;
  RowChunk chunk;
  while (numbers.rows->next(kChunkRows, chunk)) {
    double const* const values = chunk.values.data() + static_cast<std::int64_t>(slot) * chunk.stride;
    for (std::int64_t r = 0; r < chunk.rows; ++r) check_weight(values[r], chunk.first_row + r, options, name);
    weights.insert(weights.end(), values, values + chunk.rows);
  }
  check_sum(weights, options, name);
  return weights;
}

void leave_out_rows_without_weight(RowChunk& rows, std::vector<double>& weights) {
  std::size_t kept = 0;
  auto const features = static_cast<std::int64_t>(rows.values.size()) / rows.stride;
  for (std::size_t r = 0; r < weights.size(); ++r) {
    if (weights[r] == 0.0) continue;
    for (std::int64_t f = 0; f < features; ++f) {
      double* const column = rows.values.data() + f * rows.stride;
      column[kept] = column[r];
    }
    if (!rows.ids.empty()) rows.ids[kept] = rows.ids[r];
    weights[kept++] = weights[r];
  }
  weights.resize(kept);
  rows.rows = static_cast<std::int64_t>(kept);
  if (!rows.ids.empty()) rows.ids.resize(kept);
}

}  // namespace limpid
