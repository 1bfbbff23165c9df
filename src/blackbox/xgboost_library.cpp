#include "blackbox/xgboost_library.h"

#include <dlfcn.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "limpid/error.h"

#ifndef LIMPID_BUILD_ENVIRONMENT
#define LIMPID_BUILD_ENVIRONMENT ""
#endif

namespace limpid {
namespace {

constexpr char const* kLibrary = "libxgboost.so";

std::string variable(char const* name) {
  char const* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The library inside a Python environment's xgboost package, one for each Python it holds.
void add_environment(std::string const& environment, std::vector<std::string>& out) {
  if (environment.empty()) return;
  namespace fs = std::filesystem;
  std::vector<std::string> found;
  std::error_code none;
  for (auto const& entry : fs::directory_iterator(fs::path(environment) / "lib", none)) {
    if (entry.path().filename().string().starts_with("python"))
      found.push_back((entry.path() / "site-packages" / "xgboost" / "lib" / kLibrary).string());
  }
  std::sort(found.begin(), found.end());
  if (found.empty())
    found.push_back((fs::path(environment) / "lib" / "python3" / "site-packages" / "xgboost").string());
  for (auto& path : found) {
    if (std::find(out.begin(), out.end(), path) == out.end()) out.push_back(std::move(path));
  }
}

template <class Function>
void bind(void* handle, std::string const& path, char const* name, Function& out) {
  void* const symbol = dlsym(handle, name);
  if (symbol == nullptr) {
    throw Error("usage.xgboost",
                fmt::format("the library has no function '{}'; found an XGBoost that is too old or no XGBoost", name),
                path, "name another one by --xgboost-lib: XGBoost 2.0 or newer");
  }
  out = reinterpret_cast<Function>(symbol);  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast): dlsym's contract
}

XgboostLibrary bind_all(void* handle, std::string const& path) {
  XgboostLibrary out;
  out.path = path;
  bind(handle, path, "XGBGetLastError", out.last_error);
  bind(handle, path, "XGBoostVersion", out.version);
  bind(handle, path, "XGBSetGlobalConfig", out.set_global_config);
  bind(handle, path, "XGBoosterCreate", out.booster_create);
  bind(handle, path, "XGBoosterFree", out.booster_free);
  bind(handle, path, "XGBoosterSetParam", out.booster_set_param);
  bind(handle, path, "XGBoosterLoadModel", out.booster_load_model);
  bind(handle, path, "XGBoosterSaveJsonConfig", out.booster_save_config);
  bind(handle, path, "XGBoosterBoostedRounds", out.booster_boosted_rounds);
  bind(handle, path, "XGBoosterGetNumFeature", out.booster_num_feature);
  bind(handle, path, "XGBoosterGetAttr", out.booster_get_attr);
  bind(handle, path, "XGBoosterGetStrFeatureInfo", out.booster_feature_info);
  bind(handle, path, "XGDMatrixCreateFromDense", out.matrix_from_dense);
  bind(handle, path, "XGDMatrixFree", out.matrix_free);
  bind(handle, path, "XGBoosterPredictFromDMatrix", out.predict_from_matrix);
  bind(handle, path, "XGBoosterPredictFromCudaArray", out.predict_from_cuda_array);
  return out;
}

}  // namespace

std::string XgboostLibrary::version_text() const {
  int major = 0;
  int minor = 0;
  int patch = 0;
  version(&major, &minor, &patch);
  return fmt::format("{}.{}.{}", major, minor, patch);
}

std::vector<std::string> xgboost_library_places(std::string const& given) {
  if (!given.empty()) return {given};
  if (auto const named = variable("LIMPID_XGBOOST_LIB"); !named.empty()) return {named};
  std::vector<std::string> places;
  add_environment(variable("VIRTUAL_ENV"), places);
  add_environment(LIMPID_BUILD_ENVIRONMENT, places);
  places.emplace_back(kLibrary);
  return places;
}

XgboostLibrary open_xgboost_library(std::string const& given) {
  std::string tried;
  for (auto const& place : xgboost_library_places(given)) {
    // Never closed: its OpenMP threads live to the end of the program.
    if (void* const handle = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL); handle != nullptr)
      return bind_all(handle, place);
    char const* const reason = dlerror();
    tried += fmt::format("{}{}", tried.empty() ? "" : "; ", reason == nullptr ? place : reason);
  }
  throw Error(
      "usage.xgboost", "no libxgboost was found; expected one to predict with", tried,
      "pip install xgboost in the active environment, or name the library by --xgboost-lib or LIMPID_XGBOOST_LIB");
}

}  // namespace limpid
