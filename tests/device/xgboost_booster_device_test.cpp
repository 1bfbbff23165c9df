// libxgboost on a GPU as limpid asks it: by a library of the test's own, which reads the array that it is given out of
// device memory and answers there. A library without CUDA is refused in its own words.
#include "blackbox/xgboost_booster.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "device/bytes.h"
#include "device_fixture.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::uint64_t kFeatures = 3;

/// What the library was told, and what it says.
struct Library {
  bool has_cuda = true;
  std::map<std::string, std::string> parameters;
  std::vector<nlohmann::json> requests;
  std::string error;
  std::string config;
  std::vector<std::uint64_t> shape;
  device::Buffer<float> scores;
};

Library& library() {
  static Library value;
  return value;
}

int fail(char const* text) {
  library().error = text;
  return -1;
}

/// Scores of a row: its sum, and the sum doubled. As JSON, but for NaN, which libxgboost takes and JSON does not.
int predict(void* /*booster*/, char const* array, char const* config, void* /*proxy*/, std::uint64_t const** shape,
            std::uint64_t* dimensions, float const** out) {
  Library& self = library();
  if (!self.has_cuda)
    return fail("[00:00:00] /src/common.h:186: XGBoost version not compiled with GPU support.\nStack");
  auto const rows = nlohmann::json::parse(array);
  std::string text = config;
  text.replace(text.find("NaN"), 3, "null");
  self.requests.push_back(nlohmann::json::parse(text));
  if (rows["typestr"] != "<f8" || rows["version"] != 3) return fail("no doubles");
  auto const count = rows["shape"][0].get<std::size_t>();
  if (rows["shape"][1] != kFeatures) return fail("another number of columns");
  device::Exec const exec(0);
  std::vector<double> values(count * kFeatures);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the array interface's addresses are numbers
  auto const* const at = reinterpret_cast<double const*>(rows["data"][0].get<std::uintptr_t>());
  exec.copy_out(values.data(), at, values.size() * sizeof(double));
  exec.wait();
  std::vector<float> scores;
  for (std::size_t r = 0; r < count; ++r) {
    auto const first = values.begin() + static_cast<std::ptrdiff_t>(r * kFeatures);
    scores.push_back(static_cast<float>(std::accumulate(first, first + kFeatures, 0.0)));
    scores.push_back(2 * scores.back());
  }
  self.scores = device::Buffer<float>(exec, scores);
  exec.wait();
  self.shape = {count, 2};
  *shape = self.shape.data();
  *dimensions = 2;
  *out = self.scores.data();
  return 0;
}

XgboostLibrary table() {
  XgboostLibrary out;
  out.path = "the test's";
  out.last_error = [] { return library().error.c_str(); };
  out.version = [](int* major, int* minor, int* patch) { *major = 3, *minor = 4, *patch = 1; };
  out.set_global_config = [](char const*) { return 0; };
  out.booster_create = [](void* const*, std::uint64_t, void** booster) { return *booster = nullptr, 0; };
  out.booster_free = [](void*) { return 0; };
  out.booster_set_param = [](void*, char const* name, char const* value) {
    return library().parameters[name] = value, 0;
  };
  out.booster_load_model = [](void*, char const*) { return 0; };
  out.booster_save_config = [](void*, std::uint64_t* length, char const** text) {
    Library& self = library();
    auto const device = self.parameters.contains("device") ? self.parameters["device"] : "cpu";
    self.config = R"({"learner":{"generic_param":{"device":")" + device + R"("}}})";
    return *length = self.config.size(), *text = self.config.c_str(), 0;
  };
  out.booster_num_feature = [](void*, std::uint64_t* count) { return *count = kFeatures, 0; };
  out.predict_from_cuda_array = predict;
  return out;
}

class XgboostOnDevice : public DeviceTest {
 protected:
  void SetUp() override {
    DeviceTest::SetUp();
    library() = {};
    std::ofstream(path_) << "{}";
  }
  void TearDown() override {
    library() = {};  // before the device
    std::filesystem::remove(path_);
    DeviceTest::TearDown();
  }
  std::string path_ = testing::TempDir() + "limpid_booster.json";
};

std::string message_of(std::function<void()> const& work) {
  try {
    work();
  } catch (Error const& error) {
    return error.code() + ": " + error.what();
  }
  return "no error";
}

TEST_P(XgboostOnDevice, ReadsRowsInPlace) {
  XgboostBooster booster(table(), path_, 1);
  booster.use_device(0);
  EXPECT_EQ(library().parameters["device"], "cuda:0");
  device::Exec const exec(0);
  std::vector<double> const rows{1, 2, 3, 0.5, 0.25, 0};
  device::Buffer<double> const on_device(exec, rows);
  exec.wait();
  auto const* const scores = booster.predict_on_device(on_device.data(), 2, true, {3, 7});
  std::vector<float> found(4);
  exec.copy_out(found.data(), scores, sizeof(float) * 4);
  exec.wait();
  EXPECT_EQ(found, (std::vector<float>{6, 12, 0.75, 1.5}));
  auto const& request = library().requests.back();
  EXPECT_EQ(request["type"], 1);
  EXPECT_EQ(request["iteration_begin"], 3);
  EXPECT_EQ(request["iteration_end"], 7);
  EXPECT_EQ(request["strict_shape"], true);
  EXPECT_TRUE(request.contains("missing"));
}

TEST_P(XgboostOnDevice, ALibraryWithoutCudaIsRefusedInItsOwnWords) {
  library().has_cuda = false;
  XgboostBooster booster(table(), path_, 1);
  EXPECT_EQ(message_of([&] { booster.use_device(0); }),
            "device.unavailable: libxgboost 3.4.1 does not predict on GPU 0: XGBoost version not compiled with GPU "
            "support.");
}

TEST_P(XgboostOnDevice, ALibraryThatChoosesTheCpuIsRefused) {
  auto functions = table();
  functions.booster_set_param = [](void*, char const*, char const*) { return 0; };
  XgboostBooster booster(functions, path_, 1);
  EXPECT_THAT(message_of([&] { booster.use_device(0); }), testing::HasSubstr("it chose the CPU"));
}

INSTANTIATE_TEST_SUITE_P(Devices, XgboostOnDevice, every_device(), name_of_device);

}  // namespace
}  // namespace limpid
