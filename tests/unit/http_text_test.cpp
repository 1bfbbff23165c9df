// Bodies of requests by Clarify's templates, and scores in every kind of answer: text alone, no network.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "blackbox/http_answer.h"
#include "blackbox/http_body.h"
#include "blackbox/http_client.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Two rows: age 39 and 0.1, job a text with a quote, debt missing in the second.
struct Rows {
  PredictorColumns columns{{{"age", false}, {"job \"x\"", true}, {"debt", false}}, true};
  std::vector<std::vector<std::string>> texts{{}, {"cook, \"chef\"", "größe"}, {}};
  std::vector<double> values{39.0, 0.0, -2.5, 0.1, 1.0, kNaN};
  [[nodiscard]] PredictorRows view() const { return {values.data(), 2, 3, texts}; }
};

HttpOptions options(BodyKind kind, std::string content = {}, std::string record = {}) {
  HttpOptions out;
  out.content_type = kind;
  out.content_template = std::move(content);
  out.record_template = std::move(record);
  return out;
}

std::string body_of(HttpOptions const& how, bool header = false) {
  Rows const rows;
  BodyWriter writer(how, header, rows.columns);
  writer.add(rows.view(), 0);
  if (!writer.one_row_each()) writer.add(rows.view(), 1);
  EXPECT_GT(writer.bytes(), 0U);
  auto const bytes = writer.bytes();
  auto out = writer.finish();
  EXPECT_EQ(out.size(), bytes);
  return out;
}

std::string refusal(HttpOptions const& how, bool named = true) {
  Rows rows;
  rows.columns.named = named;
  try {
    BodyWriter const writer(how, false, rows.columns);
    return "none";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "usage.template");
    return error.what();
  }
}

TEST(HttpBody, CsvQuotesEveryText) {
  EXPECT_EQ(body_of(options(BodyKind::kCsv)), "39,\"cook, \"\"chef\"\"\",-2.5\n0.1,\"größe\",\n");
  EXPECT_EQ(body_of(options(BodyKind::kCsv), true),
            "age,\"job \"\"x\"\"\",debt\n39,\"cook, \"\"chef\"\"\",-2.5\n0.1,\"größe\",\n");
}

TEST(HttpBody, JsonLinesAreOneListEach) {
  EXPECT_EQ(body_of(options(BodyKind::kJsonLines)),
            "{\"features\": [39, \"cook, \\\"chef\\\"\", -2.5]}\n{\"features\": [0.1, \"größe\", null]}\n");
  EXPECT_EQ(body_of(options(BodyKind::kJsonLines, "{\"data\":\n {\"x\": $features}, \"price\": \"$$3\"}")),
            "{\"data\":  {\"x\": [39, \"cook, \\\"chef\\\"\", -2.5]}, \"price\": \"$3\"}\n"
            "{\"data\":  {\"x\": [0.1, \"größe\", null]}, \"price\": \"$3\"}\n");
}

TEST(HttpBody, JsonByTheTemplates) {
  EXPECT_EQ(
      body_of(options(BodyKind::kJson)),
      "{\"instances\": [{\"features\": [39, \"cook, \\\"chef\\\"\", -2.5]}, {\"features\": [0.1, \"größe\", null]}]}");
  EXPECT_EQ(body_of(options(BodyKind::kJson, "{\"names\": $feature_names, \"rows\": $records}", "$features")),
            "{\"names\": [\"age\", \"job \\\"x\\\"\", \"debt\"], \"rows\": [[39, \"cook, \\\"chef\\\"\", -2.5], "
            "[0.1, \"größe\", null]]}");
  EXPECT_EQ(body_of(options(BodyKind::kJson, "$records", "$features_kvp")),
            "[{\"age\": 39, \"job \\\"x\\\"\": \"cook, \\\"chef\\\"\", \"debt\": -2.5}, "
            "{\"age\": 0.1, \"job \\\"x\\\"\": \"größe\", \"debt\": null}]");
  EXPECT_EQ(body_of(options(BodyKind::kJson, "{\"row\": $record}", "{\"a\": \"${debt}\", \"b\": [\"${age}\"]}")),
            "{\"row\": {\"a\": -2.5, \"b\": [39]}}");
}

TEST(HttpBody, ARowThatDoesNotFitIsDropped) {
  Rows const rows;
  BodyWriter writer(options(BodyKind::kJson, "$records", "$features"), false, rows.columns);
  writer.add(rows.view(), 1);
  auto const bytes = writer.bytes();
  writer.add(rows.view(), 0);
  writer.drop_last();
  EXPECT_EQ(writer.bytes(), bytes);
  EXPECT_EQ(writer.finish(), "[[0.1, \"größe\", null]]");
  writer.add(rows.view(), 1);
  EXPECT_EQ(writer.finish(), "[[0.1, \"größe\", null]]");
}

TEST(HttpBody, WrongTemplatesAreRefused) {
  auto const lines = [](char const* text) { return refusal(options(BodyKind::kJsonLines, text)); };
  EXPECT_NE(lines("{\"a\": 1}").find("must hold $features once"), std::string::npos);
  EXPECT_NE(lines("[$features, $features]").find("must hold $features once"), std::string::npos);
  EXPECT_NE(lines("{\"a\": $record}").find("must hold $features once"), std::string::npos);
  EXPECT_NE(lines("{\"a\": $feature}").find("'$feature' is no placeholder"), std::string::npos);
  EXPECT_NE(lines("{\"a\": $features").find("makes a body that is no JSON"), std::string::npos);
  auto const json = [](char const* content, char const* record) {
    return refusal(options(BodyKind::kJson, content, record));
  };
  EXPECT_NE(json("{\"a\": $features}", "").find("$records or $record once"), std::string::npos);
  EXPECT_NE(json("$records", "$records").find("$features once, $features_kvp once"), std::string::npos);
  EXPECT_NE(json("$records", "{\"a\": 1}").find("$features once, $features_kvp once"), std::string::npos);
  EXPECT_NE(json("$records", "[\"${age}\", $features]").find("$features once, $features_kvp once"), std::string::npos);
  EXPECT_NE(json("$records", "{\"a\": \"${agee}\"}").find("no column 'agee'"), std::string::npos);
  EXPECT_NE(json("$records", "{\"a\": \"${age\"}").find("is not closed"), std::string::npos);
  EXPECT_NE(json("{\"a\": \"$records\"}", "$features_kvp").find("no JSON"), std::string::npos);
  EXPECT_NE(refusal(options(BodyKind::kJson, "$records", "$features_kvp"), false).find("does not have"),
            std::string::npos);
  EXPECT_NE(refusal(options(BodyKind::kCsv, "$records")).find("the content type is CSV"), std::string::npos);
  EXPECT_NE(refusal(options(BodyKind::kJsonLines, "", "$features")).find("JSON bodies alone"), std::string::npos);
}

std::vector<double> scores(BodyKind accept, std::string const& score, std::string const& body, std::int64_t rows,
                           bool one_record = false) {
  HttpOptions how;
  how.accept = accept;
  how.score = score;
  return AnswerReader(how).read(body, rows, one_record).scores;
}

using Scores = std::vector<double>;

TEST(HttpAnswer, CsvInEveryForm) {
  auto const csv = [](std::string const& body, std::int64_t rows, std::string const& score = {}) {
    return scores(BodyKind::kCsv, score, body, rows);
  };
  EXPECT_EQ(csv("0.5\n0.25\n", 2), (Scores{0.5, 0.25}));
  EXPECT_EQ(csv("0.5\r\n\r\n1e-3", 2), (Scores{0.5, 0.001}));
  EXPECT_EQ(csv("0.6,0.3", 2), (Scores{0.6, 0.3}));
  EXPECT_EQ(csv("0.1,0.6,0.3\n0.2,0.5,0.3\n", 2), (Scores{0.1, 0.6, 0.3, 0.2, 0.5, 0.3}));
  EXPECT_EQ(csv("0.1,0.6,0.3", 1), (Scores{0.1, 0.6, 0.3}));
  EXPECT_EQ(csv("[0.1, 0.9],[0.8, 0.2]", 2), (Scores{0.1, 0.9, 0.8, 0.2}));
  EXPECT_EQ(csv("[0.1, 0.9]", 1), (Scores{0.1, 0.9}));
  EXPECT_EQ(csv("1,0.6\n0,0.4\n", 2, "1"), (Scores{0.6, 0.4}));
  std::string const autopilot = "\"dog\",0.6,\"['cat', 'dog']\",\"[0.4, 0.6]\"\n";
  EXPECT_EQ(csv(autopilot + autopilot, 2, "3"), (Scores{0.4, 0.6, 0.4, 0.6}));
  EXPECT_EQ(csv(autopilot, 1, "1"), (Scores{0.6}));
}

TEST(HttpAnswer, JsonLinesAndJson) {
  EXPECT_EQ(scores(BodyKind::kJsonLines, "score", "{\"score\": 0.5}\n{\"score\": 1}\n", 2), (Scores{0.5, 1.0}));
  EXPECT_EQ(scores(BodyKind::kJsonLines, "p.*", "{\"p\": {\"z\": 0.5, \"a\": 0.25}}", 1), (Scores{0.5, 0.25}));
  EXPECT_EQ(scores(BodyKind::kJsonLines, "", "0.5\n[0.25]\n", 2), (Scores{0.5, 0.25}));
  EXPECT_EQ(scores(BodyKind::kJsonLines, "1", "[0.5, 0.25]\n[1, 2]\n", 2), (Scores{0.25, 2.0}));
  std::string const body = R"({"predictions": [{"score": 0.5, "p": [1, 2]}, {"score": 0.25, "p": [3, 4]}]})";
  EXPECT_EQ(scores(BodyKind::kJson, "predictions[*].score", body, 2), (Scores{0.5, 0.25}));
  EXPECT_EQ(scores(BodyKind::kJson, "predictions[*].p", body, 2), (Scores{1, 2, 3, 4}));
  EXPECT_EQ(scores(BodyKind::kJson, "1", "[[1, 2], [3, 4]]", 2), (Scores{2, 4}));
  EXPECT_EQ(scores(BodyKind::kJson, "", "[1, 2]", 2), (Scores{1, 2}));
  EXPECT_EQ(scores(BodyKind::kJson, "", "[1, 2]", 1, true), (Scores{1, 2}));
  EXPECT_EQ(scores(BodyKind::kJson, "score", "{\"score\": 0.5}", 1, true), (Scores{0.5}));
  EXPECT_EQ(scores(BodyKind::kJson, "@[*].score", "[{\"score\": 0.5}]", 1, true), (Scores{0.5}));
}

std::string fault(BodyKind accept, std::string const& score, std::string const& body, std::int64_t rows) {
  try {
    static_cast<void>(scores(accept, score, body, rows));
    return "none";
  } catch (AnswerFault const& found) {
    return std::string(found.code) + ": " + found.message;
  }
}

TEST(HttpAnswer, WhatIsWrongIsNamed) {
  EXPECT_EQ(fault(BodyKind::kCsv, "", "0.5\n", 2),
            "endpoint.rows: the answer has scores of 1 row, the request had 2 rows");
  EXPECT_EQ(fault(BodyKind::kCsv, "", "", 1), "endpoint.rows: the answer has scores of 0 rows, the request had 1 row");
  EXPECT_EQ(fault(BodyKind::kCsv, "", "0.5\nnan\n", 2),
            "endpoint.score: row 1 of the request is answered by 'nan': that is no finite number");
  EXPECT_EQ(fault(BodyKind::kCsv, "", "0.5\ndog\n", 2),
            "endpoint.score: row 1 of the request is answered by 'dog': that is no number");
  EXPECT_EQ(fault(BodyKind::kCsv, "", "1,2\n3\n", 2),
            "endpoint.score: row 1 of the request is answered by '3': 1 score, where row 0 has 2");
  EXPECT_EQ(fault(BodyKind::kCsv, "2", "1,2\n3,4\n", 2),
            "endpoint.score: row 0 of the request is answered by '1,2': --score 2, but there are 2 fields");
  EXPECT_EQ(fault(BodyKind::kCsv, "", "\"1\n2\n", 2),
            "endpoint.score: row 0 of the request is answered by '\"1': a quote is not closed");
  EXPECT_EQ(fault(BodyKind::kJsonLines, "p", "{\"q\": 1}\n", 1),
            "endpoint.score: row 0 of the request is answered by {\"q\": 1}: there is no score");
  EXPECT_EQ(fault(BodyKind::kJsonLines, "", "{\"q\": 1}\n", 1),
            "endpoint.score: row 0 of the request is answered by {\"q\": 1}: that is no number, nor a list of numbers");
  EXPECT_EQ(fault(BodyKind::kJsonLines, "", "[]\n", 1),
            "endpoint.score: row 0 of the request is answered by []: there is no score");
  EXPECT_EQ(fault(BodyKind::kJson, "p", "{\"q\": 1}", 2),
            "endpoint.score: --score 'p' finds null in the answer {\"q\": 1}, not a list with scores for each row");
  EXPECT_EQ(fault(BodyKind::kJson, "", "[1, 2, 3]", 2),
            "endpoint.rows: the answer has scores of 3 rows, the request had 2 rows");
  EXPECT_EQ(fault(BodyKind::kJson, "", "[1, \"2\"]", 2),
            "endpoint.score: row 1 of the request is answered by \"2\": that is no number, nor a list of numbers");
  EXPECT_EQ(fault(BodyKind::kJson, "", "[1, true]", 2),
            "endpoint.score: row 1 of the request is answered by true: that is no number, nor a list of numbers");
  EXPECT_EQ(fault(BodyKind::kJson, "2", "[[1, 2]]", 1),
            "endpoint.score: row 0 of the request is answered by [1, 2]: --score 2 needs a list with that index");
  EXPECT_EQ(fault(BodyKind::kJson, "", "<html>", 1).substr(0, 44), "endpoint.response: the answer is no JSON: sy");
}

TEST(HttpAnswer, APathForCsvIsRefused) {
  HttpOptions how;
  how.score = "predictions[*]";
  EXPECT_THROW(AnswerReader{how}, Error);
}

TEST(HttpClient, AddressesAreShownWithoutCredentials) {
  EXPECT_EQ(without_credentials("http://user:pa@ss@host:80/a/b?token=1#x"), "http://host:80/a/b");
  EXPECT_EQ(without_credentials("https://host/a@b"), "https://host/a@b");
  EXPECT_EQ(without_credentials("http://host?user@x"), "http://host");
  EXPECT_EQ(without_credentials("http://host"), "http://host");
}

}  // namespace
}  // namespace limpid
