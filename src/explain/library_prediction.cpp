#include "explain/library_prediction.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "explain/engine_common.h"

namespace limpid {
namespace {

constexpr std::int64_t kBlockRows = 256;  ///< rows that share a tree while it is in the cache

/// The code of a categorical value, or -1 for one that is in no set.
std::int32_t category_code(CategoryCut cut, double value) noexcept {
  static constexpr double kXgboostCodes = 16777216.0;  // 2^24, OutOfRangeCat in xgboost/src/common/categorical.h
  static constexpr double kIntCodes = 2147483648.0;
  bool const known =
      cut == CategoryCut::kNonNegative ? value >= 0.0 && value < kXgboostCodes : value > -1.0 && value < kIntCodes;
  return known ? static_cast<std::int32_t>(value) : -1;
}

bool goes_left(Ensemble const& ensemble, Tree const& tree, std::size_t node, double value) noexcept {
  bool const zero = !tree.zero_missing.empty() && tree.zero_missing[node] != 0 && std::abs(value) <= kLargestZero;
  if (std::isnan(value) || zero) return tree.missing_left[node] != 0;
  if (ensemble.input_cast == InputCast::kFloat32) value = static_cast<double>(static_cast<float>(value));
  if (tree.category_set[node] < 0) return value < tree.threshold[node];
  auto const& right = tree.sets[static_cast<std::size_t>(tree.category_set[node])];
  auto const code = category_code(ensemble.category_cut, value);
  return code < 0 || !std::binary_search(right.begin(), right.end(), code);
}

double leaf_value(Ensemble const& ensemble, Tree const& tree, RowsView const& rows, std::int64_t row) noexcept {
  std::size_t node = 0;
  while (tree.left[node] >= 0) {
    double const value = rows.data[tree.feature[node] * rows.stride + row];
    node = static_cast<std::size_t>(goes_left(ensemble, tree, node, value) ? tree.left[node] : tree.right[node]);
  }
  return tree.value[node];
}

// Float sums are kept in doubles, which hold them exactly, and rounded after each operation.
double as_float(double value) noexcept { return static_cast<double>(static_cast<float>(value)); }

/// CatBoost multiplies the sum of its trees by one scale, before the bias is added; others weight each tree: 1.
double scale_of_sum(Ensemble const& ensemble) noexcept {
  if (!ensemble.base_last || ensemble.sums_float32 || ensemble.trees.empty()) return 1.0;
  double const scale = ensemble.trees[0].weight;
  bool const common = std::all_of(ensemble.trees.begin(), ensemble.trees.end(),
                                  [scale](Tree const& tree) { return tree.weight == scale; });
  return common ? scale : 1.0;
}

void add_tree(Ensemble const& ensemble, Tree const& tree, double weight, RowsView const& rows, double* sums) noexcept {
  auto const float_weight = static_cast<float>(weight);
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    double const leaf = leaf_value(ensemble, tree, rows, r);
    if (ensemble.sums_float32) {
      sums[r] = static_cast<double>(static_cast<float>(sums[r]) + static_cast<float>(leaf) * float_weight);
    } else {
      sums[r] += leaf * weight;
    }
  }
}

// xgboost/src/common/math.h: the bound on -x keeps exp finite, the 1e-16 there is lost beside 1.
float xgboost_sigmoid(float x) noexcept {
  static constexpr float kLargest = 88.7F;
  return 1.0F / (std::exp(std::min(-x, kLargest)) + 1.0F);
}

// Softmax of one row: exponentials in T, their sum in double, as XGBoost and LightGBM have it.
template <class T>
void softmax(std::int64_t outputs, std::int64_t stride, double* row) noexcept {
  auto largest = static_cast<T>(row[0]);
  for (std::int64_t g = 1; g < outputs; ++g) largest = std::max(largest, static_cast<T>(row[g * stride]));
  double sum = 0.0;
  for (std::int64_t g = 0; g < outputs; ++g) {
    T const e = std::exp(static_cast<T>(row[g * stride]) - largest);
    row[g * stride] = static_cast<double>(e);
    sum += static_cast<double>(e);
  }
  for (std::int64_t g = 0; g < outputs; ++g) {
    row[g * stride] = static_cast<double>(static_cast<T>(row[g * stride]) / static_cast<T>(sum));
  }
}

double respond(Ensemble const& ensemble, double margin) noexcept {
  auto const x = static_cast<float>(margin);
  if (ensemble.link == Link::kSigmoid) {
    return ensemble.sums_float32 ? static_cast<double>(xgboost_sigmoid(x)) : 1.0 / (1.0 + std::exp(-margin));
  }
  if (ensemble.link == Link::kExp) {
    return ensemble.sums_float32 ? static_cast<double>(std::exp(x)) : std::exp(margin);
  }
  if (ensemble.link == Link::kSignedSquare) return (margin < 0.0 ? -margin : margin) * margin;
  if (ensemble.link == Link::kSoftplus) return std::log1p(std::exp(margin));
  return margin;
}

class PredictionWorker final : public Engine::Worker {
 public:
  PredictionWorker(Ensemble const& ensemble, Space space) : ensemble_(ensemble), space_(space) {}

  void explain(RowsView rows, bool /*count_only*/, Explanation& out) override {
    out = {};
    out.rows = rows.rows;
    out.stride = row_stride(rows.rows);
    out.outputs = ensemble_.outputs();
    out.predictions.resize(static_cast<std::size_t>(out.outputs * out.stride));
    for (std::int64_t first = 0; first < rows.rows; first += kBlockRows) {
      auto const count = std::min(kBlockRows, rows.rows - first);
      double* const block = out.predictions.data() + first;
      library_margins(ensemble_, {rows.data + first, rows.stride, count}, out.stride, block);
      if (space_ == Space::kResponse) library_responses(ensemble_, count, out.stride, block);
      if (poll) poll(first + count);
    }
  }

 private:
  Ensemble const& ensemble_;
  Space space_;
};

class PredictionEngine final : public Engine {
 public:
  PredictionEngine(Ensemble const& ensemble, Space space) : ensemble_(ensemble), space_(space) {}
  [[nodiscard]] std::unique_ptr<Worker> make_worker() const override {
    return std::make_unique<PredictionWorker>(ensemble_, space_);
  }
  [[nodiscard]] std::vector<double> const& expected_value() const override { return expected_; }

 private:
  Ensemble const& ensemble_;
  Space space_;
  std::vector<double> expected_;
};

}  // namespace

void library_margins(Ensemble const& ensemble, RowsView rows, std::int64_t stride, double* out) {
  // A mean is divided before the base is added, so that its sum begins at 0.
  bool const base_first = !ensemble.base_last && ensemble.divisor == 1.0;
  for (std::int32_t g = 0; g < ensemble.outputs(); ++g) {
    double const base = ensemble.base_margin[static_cast<std::size_t>(g)];
    double const first = base_first ? base : 0.0;
    std::fill_n(out + g * stride, rows.rows, ensemble.sums_float32 ? as_float(first) : first);
  }
  double const scale = scale_of_sum(ensemble);
  for (Tree const& tree : ensemble.trees) {
    add_tree(ensemble, tree, scale == 1.0 ? tree.weight : 1.0, rows, out + tree.output * stride);
  }
  if (base_first) return;
  for (std::int32_t g = 0; g < ensemble.outputs(); ++g) {
    double const base = ensemble.base_margin[static_cast<std::size_t>(g)];
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      double& sum = out[g * stride + r];
      sum = ensemble.sums_float32 ? as_float(as_float(sum / ensemble.divisor) + as_float(base))
                                  : sum * scale / ensemble.divisor + base;
    }
  }
}

void library_responses(Ensemble const& ensemble, std::int64_t rows, std::int64_t stride, double* margins) {
  double const rounds = ensemble.average_response ? static_cast<double>(ensemble.rounds) : 1.0;
  for (std::int32_t g = 0; g < ensemble.outputs(); ++g) {
    for (std::int64_t r = 0; r < rows; ++r) {
      double& value = margins[g * stride + r];
      value = respond(ensemble, ensemble.link_scale * (value / rounds));
    }
  }
  if (ensemble.link != Link::kSoftmax) return;
  for (std::int64_t r = 0; r < rows; ++r) {
    if (ensemble.sums_float32) {
      softmax<float>(ensemble.outputs(), stride, margins + r);
    } else {
      softmax<double>(ensemble.outputs(), stride, margins + r);
    }
  }
}

std::unique_ptr<Engine> make_prediction_engine(Ensemble const& ensemble, Space space) {
  if (space == Space::kResponse) require_response(ensemble);
  return std::make_unique<PredictionEngine>(ensemble, space);
}

}  // namespace limpid
