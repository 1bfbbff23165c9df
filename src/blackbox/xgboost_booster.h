/// A booster of libxgboost: opened, asked, closed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "blackbox/xgboost_library.h"

namespace limpid {

/// Rounds that predict; 0, 0: all.
struct XgboostRounds {
  std::int32_t begin = 0;
  std::int32_t end = 0;
};

/// Thread safety: one call at a time.
class XgboostBooster {
 public:
  /// Throws Error model.open, model.format.
  XgboostBooster(XgboostLibrary library, std::string const& path, int threads);
  XgboostBooster(XgboostBooster const&) = delete;
  XgboostBooster& operator=(XgboostBooster const&) = delete;
  ~XgboostBooster();

  [[nodiscard]] XgboostLibrary const& library() const noexcept { return library_; }
  [[nodiscard]] std::int64_t features() const;
  /// [features], or empty when the file has none.
  [[nodiscard]] std::vector<std::string> feature_names() const;
  [[nodiscard]] std::int32_t boosted_rounds() const;
  /// gblinear: one set of weights, which no rounds can be taken from.
  [[nodiscard]] bool is_linear() const noexcept { return linear_; }
  /// Rounds up to and with the best one, where training stopped early.
  [[nodiscard]] std::optional<std::int32_t> best_rounds() const;

  /// Predicts on the GPU with CUDA's index `device` from here on, from rows on either side. Throws Error
  /// device.unavailable, in the library's words, when it cannot: it would go on on the CPU without a word.
  void use_device(std::int32_t device);

  /// rows [n x features] row-major, NaN: missing. `margin`: before the link. scores [n x G] out; returns G.
  std::int32_t predict(float const* rows, std::int64_t count, bool margin, XgboostRounds rounds,
                       std::vector<double>& scores) const;
  /// Of rows in the memory of that GPU: scores [n x G] there too, in a buffer of the library that its next prediction
  /// overwrites, maybe still being written in a stream of the library. REQUIRES: use_device(), n > 0.
  float const* predict_on_device(double const* rows, std::int64_t count, bool margin, XgboostRounds rounds) const;

 private:
  void check(int status, char const* code, char const* what) const;
  void read_config();

  XgboostLibrary library_;
  std::string path_;
  int threads_;
  XgboostLibrary::Booster booster_ = nullptr;
  bool linear_ = false;
};

}  // namespace limpid
