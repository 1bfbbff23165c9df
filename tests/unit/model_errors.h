/// What a damaged model file must end in.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "limpid/error.h"
#include "model/read_model.h"

namespace limpid {

/// An Error of this code with this in its message, the file in its place and a hint.
inline void expect_error(std::string const& bytes, std::string const& code, std::string const& message) {
  try {
    auto const ensemble = model::read_model(bytes, "m.json");
    FAIL() << "no error; expected " << code << ": " << message;
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << "found: " << error.what();
    EXPECT_NE(error.where().find("m.json"), std::string::npos);
    EXPECT_FALSE(error.hint().empty());
  }
}

}  // namespace limpid
