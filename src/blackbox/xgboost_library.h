/// XGBoost's C interface, opened when it is first needed and never linked: any booster that the user's own libxgboost
/// knows can be explained (https://xgboost.readthedocs.io/en/stable/c.html).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace limpid {

/// The functions, named as in xgboost/c_api.h without their prefix. Each returns 0 or leaves its reason to last_error.
struct XgboostLibrary {
  using Booster = void*;
  using Matrix = void*;

  char const* (*last_error)() = nullptr;
  void (*version)(int* major, int* minor, int* patch) = nullptr;
  int (*set_global_config)(char const* config) = nullptr;
  int (*booster_create)(Matrix const* matrices, std::uint64_t count, Booster* out) = nullptr;
  int (*booster_free)(Booster booster) = nullptr;
  int (*booster_set_param)(Booster booster, char const* name, char const* value) = nullptr;
  int (*booster_load_model)(Booster booster, char const* path) = nullptr;
  int (*booster_save_config)(Booster booster, std::uint64_t* length, char const** out) = nullptr;
  int (*booster_boosted_rounds)(Booster booster, int* out) = nullptr;
  int (*booster_num_feature)(Booster booster, std::uint64_t* out) = nullptr;
  int (*booster_get_attr)(Booster booster, char const* key, char const** out, int* found) = nullptr;
  int (*booster_feature_info)(Booster booster, char const* field, std::uint64_t* length, char const*** out) = nullptr;
  int (*matrix_from_dense)(char const* array, char const* config, Matrix* out) = nullptr;
  int (*matrix_free)(Matrix matrix) = nullptr;
  int (*predict_from_matrix)(Booster booster, Matrix matrix, char const* config, std::uint64_t const** shape,
                             std::uint64_t* dimensions, float const** out) = nullptr;

  int (*predict_from_cuda_array)(Booster booster, char const* array, char const* config, Matrix proxy,
                                 std::uint64_t const** shape, std::uint64_t* dimensions, float const** out) = nullptr;

  std::string path;  ///< where it was found; the bare name where the loader found it

  [[nodiscard]] std::string version_text() const;
};

/// Where the library is looked for, in this order: `given` (an option), LIMPID_XGBOOST_LIB, the xgboost package of
/// $VIRTUAL_ENV and of the environment that the program was built with, the loader's own path. What the user named by
/// option or variable is the only place then.
[[nodiscard]] std::vector<std::string> xgboost_library_places(std::string const& given);

/// The library at the first place that has one. Throws Error usage.xgboost that lists the places tried and why each
/// failed.
[[nodiscard]] XgboostLibrary open_xgboost_library(std::string const& given);

}  // namespace limpid
