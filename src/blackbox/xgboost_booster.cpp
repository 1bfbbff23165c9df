#include "blackbox/xgboost_booster.h"

#include <fmt/core.h>

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <numeric>
#include <string_view>
#include <system_error>
#include <utility>

#include "kernels/device.h"
#include "limpid/error.h"

namespace limpid {
namespace {

/// XGBoost's messages carry a time, a source line and a stack trace; its own sentence is the first line without them.
std::string sentence(char const* text) {
  std::string_view message = text == nullptr ? "" : text;
  message = message.substr(0, message.find('\n'));
  if (message.starts_with('[')) {
    auto const time = message.find("] ");
    if (time != std::string_view::npos) message.remove_prefix(time + 2);
  }
  auto const end = message.find(": ");
  auto const file = message.substr(0, end);  // "FILE:LINE"
  auto const line = file.rfind(':');
  if (end != std::string_view::npos && line != std::string_view::npos &&
      file.find_first_not_of("0123456789", line + 1) == std::string_view::npos) {
    message.remove_prefix(end + 2);
  }
  static constexpr std::size_t kShown = 300;
  return std::string(message.substr(0, kShown));
}

/// What is asked for, of either side; "missing" is read by predictions in place alone.
std::string request_json(bool margin, XgboostRounds rounds) {
  return fmt::format(R"({{"type":{},"training":false,"iteration_begin":{},"iteration_end":{},"strict_shape":true,)"
                     R"("cache_id":0,"missing":NaN}})",
                     margin ? 1 : 0, rounds.begin, rounds.end);
}

/// The CUDA array interface, version 3, of [rows x columns] doubles that are ready: no stream to wait for.
std::string device_array(double const* values, std::int64_t rows, std::int64_t columns) {
  return fmt::format(R"({{"data":[{},true],"shape":[{},{}],"typestr":"<f8","version":3}})",
                     reinterpret_cast<std::uintptr_t>(values), rows, columns);
}

}  // namespace

XgboostBooster::XgboostBooster(XgboostLibrary library, std::string const& path, int threads)
    : library_(std::move(library)), path_(path), threads_(threads) {
  if (std::error_code none; !std::filesystem::is_regular_file(path, none))
    throw Error("model.open", "no such file", path, "--model names the booster");
  // Its errors come back by last_error; its warnings would stand among limpid's own lines.
  check(library_.set_global_config(R"({"verbosity":0})"), "internal.xgboost", "cannot be silenced");
  check(library_.booster_create(nullptr, 0, &booster_), "internal.xgboost", "could not be made");
  try {
    check(library_.booster_load_model(booster_, path.c_str()), "model.format", "could not be read");
    check(library_.booster_set_param(booster_, "nthread", fmt::format("{}", threads).c_str()), "internal.xgboost",
          "takes no number of threads");
    read_config();
  } catch (...) {
    library_.booster_free(booster_);
    throw;
  }
}

XgboostBooster::~XgboostBooster() { library_.booster_free(booster_); }

void XgboostBooster::check(int status, char const* code, char const* what) const {
  if (status == 0) return;
  throw Error(code,
              fmt::format("the booster {}: libxgboost {} says: {}", what, library_.version_text(),
                          sentence(library_.last_error())),
              path_);
}

void XgboostBooster::read_config() {
  std::uint64_t length = 0;
  char const* text = nullptr;
  check(library_.booster_save_config(booster_, &length, &text), "model.format", "has no configuration");
  std::string_view const config(text, length);
  linear_ = config.find("\"gblinear\"") != std::string_view::npos;
  // multi:softmax predicts a class; what is explained are the probabilities it is taken from.
  if (config.find("\"multi:softmax\"") == std::string_view::npos) return;
  check(library_.booster_set_param(booster_, "objective", "multi:softprob"), "model.objective",
        "gives no probabilities");
}

std::int64_t XgboostBooster::features() const {
  std::uint64_t count = 0;
  check(library_.booster_num_feature(booster_, &count), "model.format", "has no number of features");
  return static_cast<std::int64_t>(count);
}

std::vector<std::string> XgboostBooster::feature_names() const {
  std::uint64_t count = 0;
  char const** names = nullptr;
  check(library_.booster_feature_info(booster_, "feature_name", &count, &names), "model.format",
        "has no names of features");
  return {names, names + count};
}

std::int32_t XgboostBooster::boosted_rounds() const {
  int rounds = 0;
  check(library_.booster_boosted_rounds(booster_, &rounds), "model.format", "has no number of rounds");
  return rounds;
}

std::optional<std::int32_t> XgboostBooster::best_rounds() const {
  char const* text = nullptr;
  int found = 0;
  check(library_.booster_get_attr(booster_, "best_iteration", &text, &found), "model.format", "has no attributes");
  if (found == 0) return std::nullopt;
  std::string_view const value = text;
  std::int32_t best = 0;
  auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), best);
  if (error != std::errc() || end != value.data() + value.size() || best < 0) return std::nullopt;
  return best + 1;
}

/// A build without CUDA takes "cuda" for "cpu", and so does one that sees no GPU: a row in the memory of the device
/// tells, and the configuration after it. The row is never read by a library that cannot.
void XgboostBooster::use_device(std::int32_t device) {
  auto const fail = [&](std::string const& reason) {
    throw Error(
        "device.unavailable",
        fmt::format("libxgboost {} does not predict on GPU {}: {}", library_.version_text(), device, reason),
        library_.path,
        "--device cpu predicts on the CPU; a libxgboost with CUDA is in the package xgboost, not in xgboost-cpu");
  };
  if (linear_) fail("linear boosters are predicted on the CPU");
  check(library_.booster_set_param(booster_, "device", fmt::format("cuda:{}", device).c_str()), "device.unavailable",
        "takes no device");
  device::Exec const exec(device);
  std::vector<double> const zeros(static_cast<std::size_t>(features()), 0.0);
  device::Buffer<double> const row(exec, zeros);
  exec.wait();
  std::uint64_t const* shape = nullptr;
  std::uint64_t dimensions = 0;
  float const* values = nullptr;
  int const status =
      library_.predict_from_cuda_array(booster_, device_array(row.data(), 1, features()).c_str(),
                                       request_json(false, {}).c_str(), nullptr, &shape, &dimensions, &values);
  if (status != 0) fail(sentence(library_.last_error()));
  device::synchronise(device);  // the row goes
  std::uint64_t length = 0;
  char const* text = nullptr;
  check(library_.booster_save_config(booster_, &length, &text), "device.unavailable", "has no configuration");
  std::string_view const config(text, length);
  if (config.find("\"device\":\"cuda") == std::string_view::npos) fail("it chose the CPU");
}

float const* XgboostBooster::predict_on_device(double const* rows, std::int64_t count, bool margin,
                                               XgboostRounds rounds) const {
  std::uint64_t const* shape = nullptr;
  std::uint64_t dimensions = 0;
  float const* values = nullptr;
  check(library_.predict_from_cuda_array(booster_, device_array(rows, count, features()).c_str(),
                                         request_json(margin, rounds).c_str(), nullptr, &shape, &dimensions, &values),
        "endpoint.predict", "did not predict on the GPU");
  return values;
}

std::int32_t XgboostBooster::predict(float const* rows, std::int64_t count, bool margin, XgboostRounds rounds,
                                     std::vector<double>& scores) const {
  scores.clear();
  if (count == 0) return 0;
  // The array interface protocol of NumPy, version 3.
  auto const array = fmt::format(R"({{"data":[{},true],"shape":[{},{}],"typestr":"<f4","version":3}})",
                                 reinterpret_cast<std::uintptr_t>(rows), count, features());
  auto const config = fmt::format(R"({{"missing":NaN,"nthread":{}}})", threads_);
  XgboostLibrary::Matrix matrix = nullptr;
  check(library_.matrix_from_dense(array.c_str(), config.c_str(), &matrix), "endpoint.predict", "takes no such rows");
  auto const request = request_json(margin, rounds);
  std::uint64_t const* shape = nullptr;
  std::uint64_t dimensions = 0;
  float const* values = nullptr;
  int const status = library_.predict_from_matrix(booster_, matrix, request.c_str(), &shape, &dimensions, &values);
  std::uint64_t const size =
      status != 0 ? 0 : std::accumulate(shape, shape + dimensions, std::uint64_t{1}, std::multiplies<>());
  if (status == 0) scores.assign(values, values + size);
  library_.matrix_free(matrix);
  check(status, "endpoint.predict", "did not predict");
  return static_cast<std::int32_t>(size / static_cast<std::uint64_t>(count));
}

}  // namespace limpid
