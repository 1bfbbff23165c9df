// Explanations as text: the exact bytes, and that every number reads back to the same bits.
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <nlohmann/json.hpp>

#include "io/explanation_text.h"
#include "io/json_text.h"
#include "io/number_text.h"
#include "io_support.h"

namespace limpid::test {
namespace {

std::string number(double value, bool float64 = false) {
  std::string out;
  append_number(value, float64, out);
  return out;
}

TEST(NumberText, IsTheShortestThatReadsBack) {
  EXPECT_EQ(number(0.0), "0");
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(-2.5), "-2.5");
  EXPECT_EQ(number(1.0 / 3.0), "0.33333334");
  EXPECT_EQ(number(1.0 / 3.0, true), "0.3333333333333333");
  EXPECT_EQ(number(1e-10), "1e-10");
  EXPECT_EQ(number(16777216.0), "16777216");
  EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(number(-std::numeric_limits<double>::infinity(), true), "null");
  EXPECT_EQ(number(1e300), "1e+300") << "finite, but float32 has no room: its own digits";
}

TEST(NumberText, EveryFloatReadsBackToItsBits) {
  std::mt19937 random(3);
  auto const check = [](float value) {
    auto const text = number(static_cast<double>(value));
    float back = 0.0F;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), back);
    ASSERT_EQ(error, std::errc{}) << text;
    ASSERT_EQ(end, text.data() + text.size()) << text;
    ASSERT_EQ(std::bit_cast<std::uint32_t>(back), std::bit_cast<std::uint32_t>(value)) << text;
    EXPECT_TRUE(nlohmann::json::accept(text)) << text;
  };
  for (float const value : {0.0F, -0.0F, 1.0F, std::numeric_limits<float>::max(), std::numeric_limits<float>::min(),
                            std::numeric_limits<float>::denorm_min(), 9.9999995e-5F, 1e-5F, 123456.0F, 1e7F}) {
    check(value);
  }
  for (int i = 0; i < 20'000; ++i) {
    auto const bits = static_cast<std::uint32_t>(random());
    float value = 0.0F;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isfinite(value)) check(value);
  }
}

TEST(NumberText, EveryDoubleReadsBackToItsBits) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 20'000; ++i) {
    auto const bits = random();
    double value = 0.0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    auto const text = number(value, true);
    double back = 0.0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value)) << text;
  }
}

TEST(JsonText, EscapesWhatJsonAsksFor) {
  auto const json = [](std::string_view text) {
    std::string out;
    append_json_string(text, out);
    return out;
  };
  EXPECT_EQ(json("plain"), "\"plain\"");
  EXPECT_EQ(json("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
  EXPECT_EQ(json("\n\r\t\b\f\x01"), "\"\\n\\r\\t\\b\\f\\u0001\"");
  EXPECT_EQ(json("\xE2\x82\xAC"), "\"\xE2\x82\xAC\"");
  EXPECT_EQ(json("a\xFF"
                 "b"),
            "\"a\xEF\xBF\xBD"
            "b\"");
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  EXPECT_EQ(nlohmann::json::parse(json(all)).get<std::string>(), all);
}

/// Two features, shown in the order b, a; value = 100 g + 10 player + row + 0.5.
struct Small {
  OutputShape shape;
  Explanation chunk;
  explicit Small(std::int32_t outputs, std::int64_t rows = 3) {
    shape.names = {"b", "a,\"x\""};
    shape.players = {1, 0};
    shape.expected_value = {0.25, -1.0};
    shape.expected_value.resize(static_cast<std::size_t>(outputs));
    shape.several = outputs > 1;
    chunk.rows = rows;
    chunk.stride = 64 * ((rows + 63) / 64);
    chunk.players = 2;
    chunk.outputs = outputs;
    chunk.values.resize(static_cast<std::size_t>(outputs * 2 * chunk.stride), -7.0);
    chunk.predictions.resize(static_cast<std::size_t>(outputs * chunk.stride), -7.0);
    for (std::int32_t g = 0; g < outputs; ++g) {
      shape.labels.push_back("label" + std::to_string(g));
      for (std::int64_t r = 0; r < rows; ++r) {
        chunk.predictions[static_cast<std::size_t>(g * chunk.stride + r)] =
            static_cast<double>(g) + static_cast<double>(r) / 4.0;
        for (std::int32_t p = 0; p < 2; ++p) {
          chunk.values[static_cast<std::size_t>((g * 2 + p) * chunk.stride + r)] =
              100.0 * g + 10.0 * p + static_cast<double>(r) + 0.5;
        }
      }
    }
  }
};

TEST(ExplanationText, CsvOfOneOutput) {
  Small small(1);
  small.shape.id_name = "id";
  std::vector<std::string> const ids{"x", "y,z", "9007199254740993"};
  std::string out = csv_header(small.shape);
  append_csv(small.shape, small.chunk, ids, out);
  EXPECT_EQ(out,
            "b_label0,\"a,\"\"x\"\"_label0\",id\n"
            "10.5,0.5,x\n"
            "11.5,1.5,\"y,z\"\n"
            "12.5,2.5,9007199254740993\n");
}

TEST(ExplanationText, CsvOfSeveralOutputsVariesFeaturesFirst) {
  Small small(2, 1);
  std::string out = csv_header(small.shape);
  append_csv(small.shape, small.chunk, {}, out);
  EXPECT_EQ(out,
            "b_label0,\"a,\"\"x\"\"_label0\",b_label1,\"a,\"\"x\"\"_label1\"\n"
            "10.5,0.5,110.5,100.5\n");
}

TEST(ExplanationText, JsonLinesOfOneOutput) {
  Small small(1, 2);
  std::vector<std::string> const ids{"x", "y\"\n"};
  std::string out = "before\n";
  append_jsonl(small.shape, small.chunk, 40, ids, out);
  EXPECT_EQ(out,
            "before\n"
            R"({"row":40,"id":"x","prediction":0,"expected_value":0.25,"shap_values":{"b":10.5,"a,\"x\"":0.5}})"
            "\n"
            R"({"row":41,"id":"y\"\n","prediction":0.25,"expected_value":0.25,"shap_values":{"b":11.5,"a,\"x\"":1.5}})"
            "\n");
}

TEST(ExplanationText, JsonLinesOfSeveralOutputs) {
  Small small(2, 1);
  std::string out;
  append_jsonl(small.shape, small.chunk, 0, {}, out);
  EXPECT_EQ(
      out,
      R"({"row":0,"outputs":{"label0":{"prediction":0,"expected_value":0.25,"shap_values":{"b":10.5,"a,\"x\"":0.5}},)"
      R"("label1":{"prediction":1,"expected_value":-1,"shap_values":{"b":110.5,"a,\"x\"":100.5}}}})"
      "\n");
}

TEST(ExplanationText, OneOfSeveralOutputs) {
  Small small(2, 1);
  small.shape.labels = {"label1"};
  small.shape.expected_value = {-1.0};
  small.shape.outputs = {1};
  std::string csv = csv_header(small.shape);
  append_csv(small.shape, small.chunk, {}, csv);
  EXPECT_EQ(csv, "b_label1,\"a,\"\"x\"\"_label1\"\n110.5,100.5\n");
  std::string json;
  append_jsonl(small.shape, small.chunk, 0, {}, json);
  EXPECT_EQ(json,
            R"({"row":0,"outputs":{"label1":{"prediction":1,"expected_value":-1,"shap_values":{"b":110.5,"a,\"x\"":)"
            R"(100.5}}}})"
            "\n");
}

TEST(ExplanationText, ThePredictedOutputOfEachRow) {
  Small small(2, 2);
  small.shape.predicted = true;
  small.shape.id_name = "id";
  small.shape.labels = {"no,", "yes"};
  small.chunk.predictions[1] = 1.25;  // row 1: equal to output 1's: the first wins
  std::vector<std::string> const ids{"x", "y"};
  std::string csv = csv_header(small.shape);
  append_csv(small.shape, small.chunk, ids, csv);
  EXPECT_EQ(csv,
            "b_predicted,\"a,\"\"x\"\"_predicted\",predicted,id\n"
            "110.5,100.5,yes,x\n"
            "11.5,1.5,\"no,\",y\n");
  std::string json;
  append_jsonl(small.shape, small.chunk, 0, {}, json);
  EXPECT_EQ(
      json,
      R"({"row":0,"outputs":{"yes":{"prediction":1,"expected_value":-1,"shap_values":{"b":110.5,"a,\"x\"":100.5}}}})"
      "\n"
      R"({"row":1,"outputs":{"no,":{"prediction":1.25,"expected_value":0.25,"shap_values":{"b":11.5,"a,\"x\"":1.5}}}})"
      "\n");
}

TEST(ExplanationText, NeverNaNOrInfinity) {
  Small small(1, 1);
  small.chunk.values[0] = std::numeric_limits<double>::quiet_NaN();
  small.chunk.predictions[0] = std::numeric_limits<double>::infinity();
  std::string json;
  append_jsonl(small.shape, small.chunk, 0, {}, json);
  EXPECT_TRUE(nlohmann::json::parse(json)["prediction"].is_null());
  std::string csv;
  append_csv(small.shape, small.chunk, {}, csv);
  EXPECT_EQ(csv, "10.5,\n");
}

TEST(ExplanationText, ChunksJoinToTheSameBytes) {
  for (std::int64_t const rows : {1, 2, 7, 8, 9, 63, 64, 65, 200}) {
    Small small(2, rows);
    std::string json;
    append_jsonl(small.shape, small.chunk, 0, {}, json);
    std::string csv;
    append_csv(small.shape, small.chunk, {}, csv);
    EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), rows);
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), rows);
    std::string joined;  // row by row, as a chunk of its own
    for (std::int64_t r = 0; r < rows; ++r) {
      Small one(2, 1);
      for (std::size_t i = 0; i < 4; ++i) {
        one.chunk.values[i * 64] =
            small.chunk.values[i * static_cast<std::size_t>(small.chunk.stride) + static_cast<std::size_t>(r)];
      }
      append_csv(one.shape, one.chunk, {}, joined);
    }
    EXPECT_EQ(csv, joined);
  }
}

}  // namespace
}  // namespace limpid::test
