/// What the tests of black boxes share: predictors that are functions, small tables, values by definition.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "blackbox/black_box_engine.h"
#include "reference/shapley.h"

namespace limpid::test {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// A function of a row, whose texts are numbers of letters.
class FunctionPredictor : public Predictor {
 public:
  using Function = std::function<std::vector<double>(std::vector<double> const&)>;
  explicit FunctionPredictor(Function function) : function_(std::move(function)) {}

  void predict(PredictorRows const& rows, std::vector<double>& scores) override {
    if (poll) poll();
    scores.clear();
    largest_call = std::max(largest_call, rows.rows);
    costs_.rows += rows.rows;
    ++costs_.requests;
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      std::vector<double> row;
      for (std::int32_t c = 0; c < rows.columns; ++c) {
        double const value = rows.values[r * rows.columns + c];
        row.push_back(rows.is_text(c) ? static_cast<double>(rows.text(r, c).size()) : std::isnan(value) ? 77.0 : value);
      }
      auto const of_row = function_(row);
      outputs_ = static_cast<std::int32_t>(of_row.size());
      scores.insert(scores.end(), of_row.begin(), of_row.end());
    }
  }
  [[nodiscard]] std::int32_t outputs() const noexcept override { return outputs_; }
  [[nodiscard]] std::int64_t preferred_rows() const noexcept override { return 100; }
  [[nodiscard]] PredictorCosts costs() const noexcept override { return costs_; }
  [[nodiscard]] PredictorFacts facts() const override { return {"function", "", ""}; }

  std::int64_t largest_call = 0;

 private:
  Function function_;
  std::int32_t outputs_ = 0;
  PredictorCosts costs_;
};

struct Table {
  std::vector<double> values;  ///< [M x stride]
  std::int64_t rows = 0;
  std::int64_t stride = 0;
  std::vector<std::vector<std::string>> texts;

  Table(std::vector<std::vector<double>> const& by_row) {  // NOLINT(google-explicit-constructor): a literal
    rows = static_cast<std::int64_t>(by_row.size());
    stride = (rows + 63) / 64 * 64;
    values.resize(by_row[0].size() * static_cast<std::size_t>(stride));
    for (std::size_t r = 0; r < by_row.size(); ++r) {
      for (std::size_t c = 0; c < by_row[r].size(); ++c)
        values[c * static_cast<std::size_t>(stride) + r] = by_row[r][c];
    }
  }
  [[nodiscard]] RowsView view() const { return {values.data(), stride, rows, texts.empty() ? nullptr : &texts}; }
  [[nodiscard]] double at(std::int64_t r, std::size_t c) const {
    return values[c * static_cast<std::size_t>(stride) + static_cast<std::size_t>(r)];
  }
};

inline Players players_of(std::vector<std::int32_t> of_feature) {
  Players players;
  for (auto const player : of_feature) {
    while (players.count() <= player) players.names.push_back("p" + std::to_string(players.count()));
  }
  players.of_feature = std::move(of_feature);
  return players;
}

inline Players features(std::int32_t count) {
  std::vector<std::int32_t> own(static_cast<std::size_t>(count));
  for (std::int32_t f = 0; f < count; ++f) own[static_cast<std::size_t>(f)] = f;
  return players_of(own);
}

inline BlackBoxQuestion estimating(std::int64_t coalitions = 0) {
  BlackBoxQuestion question;
  question.estimator.emplace();
  question.estimator->coalitions = coalitions;
  return question;
}

inline Explanation explain(Predictor& predictor, Players const& players, BlackBoxQuestion const& question,
                           Table const& rows, Table const& background, std::vector<double> const& weights = {}) {
  auto const engine = make_black_box_engine(predictor, players, question, {background.view(), weights}, {});
  Explanation out;
  engine->make_worker()->explain(rows.view(), false, out);
  return out;
}

/// [G x P] of row r by definition: numbers alone.
inline std::vector<double> by_definition(FunctionPredictor::Function const& function, Players const& players,
                                         Table const& rows, std::int64_t r, Table const& background,
                                         std::vector<double> weights, std::size_t g) {
  if (weights.empty()) weights.assign(static_cast<std::size_t>(background.rows), 1.0);
  return reference::shapley(players.count(), [&](std::uint64_t coalition) {
    double sum = 0.0;
    double total = 0.0;
    for (std::int64_t z = 0; z < background.rows; ++z) {
      std::vector<double> hybrid;
      for (std::size_t c = 0; c < players.of_feature.size(); ++c) {
        bool const of_x = (coalition >> static_cast<unsigned>(players.of_feature[c]) & 1U) != 0;
        double const value = of_x ? rows.at(r, c) : background.at(z, c);
        hybrid.push_back(std::isnan(value) ? 77.0 : value);
      }
      sum += weights[static_cast<std::size_t>(z)] * function(hybrid)[g];
      total += weights[static_cast<std::size_t>(z)];
    }
    return sum / total;
  });
}

inline void expect_values(Explanation const& found, std::int64_t r, std::size_t g, std::vector<double> const& expected,
                          double tolerance = 1e-12) {
  for (std::size_t p = 0; p < expected.size(); ++p) {
    double const value =
        found.values[(g * expected.size() + p) * static_cast<std::size_t>(found.stride) + static_cast<std::size_t>(r)];
    EXPECT_TRUE(std::abs(value - expected[p]) <= tolerance)
        << "row " << r << ", output " << g << ", player " << p << ": " << value << " and not " << expected[p];
  }
}

}  // namespace limpid::test
