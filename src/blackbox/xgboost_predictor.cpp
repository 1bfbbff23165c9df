#include "blackbox/xgboost_predictor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <utility>

#include "blackbox/xgboost_booster.h"
#include "kernels/device.h"
#include "limpid/error.h"

namespace limpid {
namespace {

std::string in_quotes(std::vector<std::string> const& names) {
  static constexpr std::size_t kShown = 5;
  std::string out;
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i)
    out += fmt::format("{}'{}'", i > 0 ? ", " : "", names[i]);
  if (names.size() > kShown) out += fmt::format(" and {} more", names.size() - kShown);
  return out;
}

void refuse_texts(PredictorColumns const& columns) {
  std::vector<std::string> texts;
  for (auto const& column : columns.columns) {
    if (column.text) texts.push_back(column.name);
  }
  if (texts.empty()) return;
  throw Error("usage.xgboost",
              fmt::format("the columns {} hold text; libxgboost predicts from numbers", in_quotes(texts)), {},
              "give categories as the codes that the booster was trained on, or leave --predictor out where the model "
              "is a tree ensemble: limpid itself reads categories by name");
}

/// [features] the data's column of each of the booster's features.
std::vector<std::int32_t> match(std::vector<std::string> const& features, std::int64_t count,
                                PredictorColumns const& columns, std::string const& model) {
  auto const given = static_cast<std::int64_t>(columns.columns.size());
  std::vector<std::int32_t> from(static_cast<std::size_t>(count));
  if (features.empty() || !columns.named) {
    if (given != count) {
      throw Error("data.columns", fmt::format("the data has {} columns, the booster {} features", given, count), model,
                  "leave columns out with --label, --id or --exclude");
    }
    for (std::size_t f = 0; f < from.size(); ++f) from[f] = static_cast<std::int32_t>(f);
    return from;
  }
  std::vector<std::string> missing;
  std::vector<bool> used(columns.columns.size(), false);
  for (std::size_t f = 0; f < from.size(); ++f) {
    auto const it = std::find_if(columns.columns.begin(), columns.columns.end(),
                                 [&](PredictorColumn const& column) { return column.name == features[f]; });
    if (it == columns.columns.end()) {
      missing.push_back(features[f]);
      continue;
    }
    from[f] = static_cast<std::int32_t>(it - columns.columns.begin());
    used[static_cast<std::size_t>(from[f])] = true;
  }
  if (!missing.empty())
    throw Error("data.columns", fmt::format("the data lacks the booster's features {}", in_quotes(missing)), model);
  std::vector<std::string> unknown;
  for (std::size_t c = 0; c < used.size(); ++c) {
    if (!used[c]) unknown.push_back(columns.columns[c].name);
  }
  if (!unknown.empty()) {
    throw Error("data.columns", fmt::format("the booster does not know the columns {}", in_quotes(unknown)), model,
                fmt::format("name what they are: --exclude {} (or --id, --label)", fmt::join(unknown, ",")));
  }
  return from;
}

XgboostRounds choose_rounds(XgboostBooster const& booster, XgboostOptions const& options) {
  if (booster.is_linear()) {
    if (options.rounds_given)
      throw Error("usage.value", "a linear booster has no rounds to choose from", options.model,
                  "leave --iterations out");
    return {};
  }
  if (!options.rounds_given) {
    auto const best = booster.best_rounds();
    return {0, best && *best < booster.boosted_rounds() ? *best : 0};
  }
  std::int32_t const all = booster.boosted_rounds();
  if (options.rounds_end > all) {
    throw Error("usage.value",
                fmt::format("--iterations ends at round {}, the booster has {}", options.rounds_end, all));
  }
  return {options.rounds_begin, options.rounds_end};
}

class XgboostPredictor final : public Predictor {
 public:
  XgboostPredictor(XgboostOptions const& options, PredictorColumns const& columns)
      : booster_(open_xgboost_library(options.library), options.model, options.threads),
        from_(match(booster_.feature_names(), booster_.features(), columns, options.model)),
        target_(std::filesystem::path(options.model).filename().string()),
        margin_(options.margin),
        rounds_(choose_rounds(booster_, options)) {
    refuse_texts(columns);
    if (options.device >= 0) booster_.use_device(options.device);
    device_ = options.device;
    std::vector<float> const row(from_.size(), 0.0F);
    outputs_ = booster_.predict(row.data(), 1, margin_, rounds_, scores_);
  }

  void predict(PredictorRows const& rows, std::vector<double>& scores) override {
    if (poll) poll();
    scores.clear();
    floats_.resize(static_cast<std::size_t>(preferred_rows()) * from_.size());
    for (std::int64_t begin = 0; begin < rows.rows; begin += preferred_rows()) {
      std::int64_t const count = std::min(preferred_rows(), rows.rows - begin);
      gather(rows, begin, count);
      booster_.predict(floats_.data(), count, margin_, rounds_, scores_);
      check_finite(begin);
      scores.insert(scores.end(), scores_.begin(), scores_.end());
      ++costs_.requests;
      costs_.rows += count;
      if (poll) poll();
    }
  }

  [[nodiscard]] std::int32_t outputs() const noexcept override { return outputs_; }
  /// Large enough for the library's threads and its cost per call, small enough to stay in cache.
  [[nodiscard]] std::int64_t preferred_rows() const noexcept override { return 16384; }
  [[nodiscard]] bool reads_device() const noexcept override { return device_ >= 0; }
  [[nodiscard]] std::vector<std::int32_t> device_columns() const override { return from_; }

  [[nodiscard]] float const* predict_on_device(DeviceRows const& rows) override {
    if (poll) poll();
    auto const* const scores = booster_.predict_on_device(rows.values, rows.rows, margin_, rounds_);
    device::synchronise(rows.device);  // the library works in a stream of its own
    ++costs_.requests;
    costs_.rows += rows.rows;
    if (poll) poll();
    return scores;
  }
  [[nodiscard]] PredictorCosts costs() const noexcept override { return costs_; }
  [[nodiscard]] PredictorFacts facts() const override {
    return {"xgboost", target_, booster_.library().version_text()};
  }

 private:
  /// In the booster's order of features, and as it takes numbers: float32.
  void gather(PredictorRows const& rows, std::int64_t begin, std::int64_t count) {
    float* out = floats_.data();
    for (std::int64_t r = begin; r < begin + count; ++r) {
      double const* const row = rows.values + r * rows.columns;
      for (std::int32_t const column : from_) *out++ = static_cast<float>(row[column]);
    }
  }

  void check_finite(std::int64_t begin) const {
    for (std::size_t i = 0; i < scores_.size(); ++i) {
      if (std::isfinite(scores_[i])) continue;
      throw Error("endpoint.score",
                  fmt::format("libxgboost predicted {} for a row of a batch ({}); expected a finite number", scores_[i],
                              begin + static_cast<std::int64_t>(i) / outputs_),
                  target_);
    }
  }

  XgboostBooster booster_;
  std::vector<std::int32_t> from_;  ///< [features]
  std::string target_;
  bool margin_;
  XgboostRounds rounds_;
  std::int32_t device_ = -1;  ///< -1: the CPU predicts
  std::int32_t outputs_ = 0;
  PredictorCosts costs_;
  std::vector<float> floats_;
  std::vector<double> scores_;
};

}  // namespace

std::unique_ptr<Predictor> make_xgboost_predictor(PredictorOptions const& options, PredictorColumns const& columns) {
  return std::make_unique<XgboostPredictor>(options.xgboost, columns);
}

}  // namespace limpid
