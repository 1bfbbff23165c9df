#include "blackbox/xgboost_library.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "limpid/error.h"

namespace limpid {
namespace {

namespace fs = std::filesystem;

/// An environment variable for the time of a test.
class Variable {
 public:
  Variable(char const* name, char const* value) : name_(name) {
    if (char const* const old = std::getenv(name); old != nullptr) old_ = old;
    value == nullptr ? unsetenv(name) : setenv(name, value, 1);
  }
  Variable(Variable const&) = delete;
  Variable& operator=(Variable const&) = delete;
  ~Variable() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }

 private:
  char const* name_;
  std::optional<std::string> old_;
};

TEST(XgboostLibrary, WhatIsNamedIsTheOnlyPlace) {
  Variable const variable("LIMPID_XGBOOST_LIB", "/named/by/variable.so");
  EXPECT_EQ(xgboost_library_places("/named/by/option.so"), std::vector<std::string>{"/named/by/option.so"});
  EXPECT_EQ(xgboost_library_places(""), std::vector<std::string>{"/named/by/variable.so"});
}

TEST(XgboostLibrary, LooksIntoTheActiveEnvironmentBeforeTheLoadersPath) {
  auto const root = fs::path(testing::TempDir()) / "xgboost_library_environment";
  fs::create_directories(root / "lib" / "python3.12");
  Variable const named("LIMPID_XGBOOST_LIB", nullptr);
  Variable const environment("VIRTUAL_ENV", root.c_str());
  auto const places = xgboost_library_places("");
  ASSERT_GE(places.size(), 2U);
  EXPECT_EQ(places.front(), root / "lib/python3.12/site-packages/xgboost/lib/libxgboost.so");
  EXPECT_EQ(places.back(), "libxgboost.so");
  fs::remove_all(root);
}

TEST(XgboostLibrary, AMissingOneListsThePlaceThatWasTried) {
  try {
    (void)open_xgboost_library("/no/such/libxgboost.so");
    FAIL();
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "usage.xgboost");
    EXPECT_NE(error.where().find("/no/such/libxgboost.so"), std::string::npos) << error.where();
    EXPECT_NE(error.hint().find("--xgboost-lib"), std::string::npos) << error.hint();
  }
}

TEST(XgboostLibrary, AnotherLibraryIsToldFromXgboost) {
  try {
    (void)open_xgboost_library("libm.so.6");
    FAIL();
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "usage.xgboost");
    EXPECT_NE(std::string(error.what()).find("XGBGetLastError"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace limpid
