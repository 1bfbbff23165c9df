/// Numbers as the readers of JSON and UBJSON give them.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "model/json_reader.h"
#include "model/ubjson_reader.h"

namespace limpid::model {
namespace {

using Json = nlohmann::json;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class T>
std::vector<T> read_json(std::string_view text) {
  JsonReader in(text);
  std::vector<T> out(3, T{7});  // what was there is replaced
  in.read_array(out);
  in.finish();
  return out;
}

template <class T>
std::vector<T> read_ubjson(std::string_view bytes) {
  UbjsonReader in(bytes);
  std::vector<T> out(3, T{7});
  in.read_array(out);
  in.finish();
  return out;
}

template <class Read>
std::string message_of(Read&& read) {
  try {
    read();
  } catch (ReadError const& error) {
    return error.message;
  }
  return "no error";
}

TEST(JsonNumbers, DoublesKeepEveryBit) {
  EXPECT_EQ(read_json<double>("[0.1, -2.5e-3,1 , 4.9406564584124654e-324, 1.7976931348623157e308, true]"),
            (std::vector<double>{0.1, -2.5e-3, 1.0, std::numeric_limits<double>::denorm_min(),
                                 std::numeric_limits<double>::max(), 1.0}));
  auto const rare = read_json<double>("[NaN,Infinity,-Infinity]");
  EXPECT_TRUE(std::isnan(rare.at(0)));
  EXPECT_EQ(rare.at(1), kInfinity);
  EXPECT_EQ(rare.at(2), -kInfinity);
  EXPECT_TRUE(read_json<double>("[]").empty());
}

TEST(JsonNumbers, FloatsAreRoundedOnce) {
  // A double in between would round to the even neighbour of 1 + 2^-24, that is 1.
  EXPECT_EQ(read_json<float>("[1.00000005960464477540, 1e39, 1e-60]"),
            (std::vector<float>{1.0F + 0x1p-23F, std::numeric_limits<float>::infinity(), 0.0F}));
}

TEST(JsonNumbers, WhatIsNoDoubleIsRefused) {
  EXPECT_EQ(message_of([] { read_json<double>("[1e309]"); }), "expected a number that a double can hold, found '1'");
  EXPECT_EQ(message_of([] { read_json<double>("[\"1\"]"); }), "expected a number, found '\"'");
  EXPECT_EQ(message_of([] { read_json<double>("[null]"); }), "expected a number, found 'n'");
  EXPECT_EQ(message_of([] { read_json<double>("[inf]"); }), "expected a number, found 'i'");
  EXPECT_EQ(message_of([] { read_json<double>("[0x10]"); }), "expected ',' or ']', found 'x'");
  EXPECT_EQ(message_of([] { read_json<std::int64_t>("[1.0]"); }), "expected a whole number, found '.'");
}

TEST(JsonNumbers, OneNumber) {
  JsonReader in(std::string_view("[ -0.30000000000000004 , 12]"));
  double value = 0.0;
  in.open_array();
  ASSERT_TRUE(in.next_element());
  in.read_number(value);
  EXPECT_EQ(value, -0.30000000000000004);
  ASSERT_TRUE(in.next_element());
  EXPECT_EQ(in.read_integer(), 12);
  EXPECT_FALSE(in.next_element());
  EXPECT_EQ(in.offset(), 28U);
}

TEST(UbjsonNumbers, DoublesFromEveryStoredType) {
  auto const bytes = [](Json const& array, bool typed) {
    auto const ubjson = Json::to_ubjson(array, typed, typed);
    return std::string(ubjson.begin(), ubjson.end());
  };
  for (bool const typed : {false, true}) {
    EXPECT_EQ(read_ubjson<double>(bytes({0.1, 1e-310, -1e300}, typed)), (std::vector<double>{0.1, 1e-310, -1e300}));
    EXPECT_EQ(read_ubjson<double>(bytes({-3, 4}, typed)), (std::vector<double>{-3.0, 4.0}));
    EXPECT_EQ(read_ubjson<double>(bytes({1 << 20, -5}, typed)), (std::vector<double>{1048576.0, -5.0}));
  }
  std::string const float32("[$d#U\x01\x3d\xcc\xcc\xcd", 10);
  EXPECT_EQ(read_ubjson<double>(float32), (std::vector<double>{static_cast<double>(0.1F)}));
  EXPECT_EQ(read_ubjson<double>("[TF]"), (std::vector<double>{1.0, 0.0}));
}

TEST(UbjsonNumbers, OneNumber) {
  std::string const bytes("[D\x3f\xb9\x99\x99\x99\x99\x99\x9ai\xfe]", 13);
  UbjsonReader in(bytes);
  double value = 0.0;
  in.open_array();
  ASSERT_TRUE(in.next_element());
  in.read_number(value);
  EXPECT_EQ(value, 0.1);
  ASSERT_TRUE(in.next_element());
  EXPECT_EQ(in.peek(), DocumentReader::Kind::kNumber);
  in.read_number(value);
  EXPECT_EQ(value, -2.0);
  EXPECT_FALSE(in.next_element());
}

TEST(UbjsonNumbers, TextIsNoNumber) {
  EXPECT_EQ(message_of([] { read_ubjson<double>("[Si\x01\x31]"); }), "expected a number, found marker 'S'");
}

}  // namespace
}  // namespace limpid::model
