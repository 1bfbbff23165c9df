// --predictor cmd: against small shell commands: what they are sent, what is taken of their answers, and every way to
// fail.
#include "blackbox/command_predictor.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <thread>

#include "limpid/error.h"

namespace limpid {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<Predictor> command(std::string const& text, PredictorColumns columns, double timeout = 20.0,
                                   bool header = false) {
  auto options = parse_predictor("cmd:" + text);
  options.timeout_seconds = timeout;
  options.header = header;
  return make_predictor(options, std::move(columns));
}

PredictorColumns numbers(std::size_t count) {
  PredictorColumns out;
  for (std::size_t i = 0; i < count; ++i) out.columns.push_back({"f" + std::to_string(i), false});
  return out;
}

PredictorRows rows_of(std::vector<double> const& values, std::int32_t columns) {
  return {values.data(), static_cast<std::int64_t>(values.size()) / columns, columns};
}

/// The error of predicting `rows` rows of one number.
Error error_of(std::string const& text, double timeout = 20.0, std::size_t rows = 3) {
  std::vector<double> const values(rows, 1.5);
  std::vector<double> scores;
  try {
    command(text, numbers(1), timeout)->predict(rows_of(values, 1), scores);
  } catch (Error const& e) {
    return e;
  }
  throw std::logic_error("no error");
}

void expect_error(Error const& error, std::string const& code, std::string const& part) {
  EXPECT_EQ(error.code(), code) << error.what();
  EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  EXPECT_EQ(error.exit_code(), 8);
}

TEST(CommandPredictor, SendsRowsAsCsvAndReadsALineOfScoresForEach) {
  auto const predictor = command("while IFS=, read a b; do echo \"$((a + b)), $((a * 2))\"; done", numbers(2));
  EXPECT_EQ(predictor->outputs(), 0);
  std::vector<double> const values{1, 2, 5, kMissing, -3, 4};
  std::vector<double> scores;
  predictor->predict(rows_of(values, 2), scores);
  EXPECT_EQ(scores, (std::vector<double>{3, 2, 5, 10, 1, -6}));
  EXPECT_EQ(predictor->outputs(), 2);
  predictor->predict(rows_of(values, 2), scores);  // the same process, kept alive
  EXPECT_EQ(scores.size(), 6U);
  EXPECT_EQ(predictor->costs().requests, 2);
  EXPECT_EQ(predictor->costs().rows, 6);
}

TEST(CommandPredictor, KeepsOneProcessOverCalls) {
  auto const predictor = command("n=0; while read x; do n=$((n + 1)); echo $n; done", numbers(1));
  std::vector<double> const values{5, 5};
  std::vector<double> scores;
  predictor->predict(rows_of(values, 1), scores);
  predictor->predict(rows_of(values, 1), scores);
  EXPECT_EQ(scores, (std::vector<double>{3, 4}));
}

TEST(CommandPredictor, WritesTextsByteForByteAndNumbersWithAllDigits) {
  std::string const copy = testing::TempDir() + "command_predictor_rows.csv";
  PredictorColumns columns{{{"n", false}, {"a,b", true}}, true};
  std::vector<std::vector<std::string>> const texts{{}, {" plain ", "a \"quoted\", one", ""}};
  std::vector<double> const values{0.1, 0, 1.0 / 3.0, 1, kMissing, 2, 1e300, 0};
  auto rows = rows_of(values, 2);
  rows.texts = texts;
  std::vector<double> scores;
  {
    auto const predictor =
        command("tee '" + copy + "' | (read names; while read x; do echo 1; done)", columns, 20.0, true);
    predictor->predict(rows, scores);
  }
  EXPECT_EQ(scores.size(), 4U);
  FILE* const file = std::fopen(copy.c_str(), "rb");
  ASSERT_NE(file, nullptr);
  std::string text(1000, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  EXPECT_EQ(text, "n,\"a,b\"\n0.1, plain \n0.3333333333333333,\"a \"\"quoted\"\", one\"\n,\n1e+300, plain \n");
}

TEST(CommandPredictor, ARowOfOneMissingNumberIsNoBlankLine) {
  auto const predictor = command("while read x; do echo ${#x}; done", numbers(1));
  std::vector<double> const values{kMissing};
  std::vector<double> scores;
  predictor->predict(rows_of(values, 1), scores);
  EXPECT_EQ(scores, (std::vector<double>{2}));
}

TEST(CommandPredictor, DoesNotBlockWhenBothPipesAreFull) {
  // 8,000 rows of 10 numbers are 320 kB, answers are 400 kB, standard error is 400 kB: a pipe holds 64 KiB.
  auto const predictor = command(
      "n=0; while read x; do n=$((n + 1)); printf '%050d\\n' $n; printf '%050d\\n' $n >&2; done", numbers(10), 60.0);
  std::vector<double> const values(80000, 0.25);
  std::vector<double> scores;
  predictor->predict(rows_of(values, 10), scores);
  ASSERT_EQ(scores.size(), 8000U);
  EXPECT_EQ(scores[7999], 8000);
}

TEST(CommandPredictor, NamesADeadCommandWithItsLastWords) {
  expect_error(error_of("read x; echo 1; echo oh dear >&2; exit 3"), "endpoint.command",
               "exit status 3) after 1 of 3 rows");
  expect_error(error_of("read x; echo 1; echo oh dear >&2; exit 3"), "endpoint.command", "oh dear");
  expect_error(error_of("no-such-program-of-limpid"), "endpoint.command", "exit status 127");
  expect_error(error_of("kill -9 $$"), "endpoint.command", "signal 9");
  expect_error(error_of("exit 0", 20.0, 500000), "endpoint.command", "exit status 0");
}

TEST(CommandPredictor, RefusesAnswersThatAreNoScores) {
  expect_error(error_of("while read x; do echo abc; done"), "endpoint.score", "'abc': that is no number");
  expect_error(error_of("while read x; do echo nan; done"), "endpoint.score", "no finite number");
  expect_error(error_of("while read x; do echo 1e999; done"), "endpoint.score", "no finite number");
  expect_error(error_of("while read x; do echo; done"), "endpoint.score", "a score is missing");
  expect_error(error_of("while read x; do echo 1,; done"), "endpoint.score", "a score is missing");
  expect_error(error_of("while read x; do echo 1 2; done"), "endpoint.score", "that is no number");
  expect_error(error_of("read x; echo 1; while read x; do echo 1,2; done"), "endpoint.score",
               "has 2 scores, the first answer had 1");
}

TEST(CommandPredictor, RefusesMoreLinesThanRows) {
  expect_error(error_of("read a; read b; read c; printf '1\\n2\\n3\\n4\\n'; cat > /dev/null"), "endpoint.rows",
               "more lines than the 3 rows");
}

TEST(CommandPredictor, RefusesALateLineOfAnEarlierBlock) {
  auto const predictor = command("read a; echo 1; sleep 0.2; echo 2; cat > /dev/null", numbers(1));
  std::vector<double> const values{1};
  std::vector<double> scores;
  predictor->predict(rows_of(values, 1), scores);
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  EXPECT_THROW(predictor->predict(rows_of(values, 1), scores), Error);
}

TEST(CommandPredictor, TimesOutWithAHintToFlush) {
  auto const error = error_of("cat > /dev/null", 0.2);
  expect_error(error, "endpoint.timeout", "after 0 of 3 rows");
  EXPECT_NE(error.hint().find("flush"), std::string::npos);
}

TEST(CommandPredictor, IsEndedByItsPoll) {
  auto const predictor = command("cat > /dev/null", numbers(1));
  predictor->poll = [] { throw std::runtime_error("stop"); };
  std::vector<double> const values{1};
  std::vector<double> scores;
  EXPECT_THROW(predictor->predict(rows_of(values, 1), scores), std::runtime_error);
}

TEST(ParsePredictor, NamesWhatThereIs) {
  EXPECT_EQ(parse_predictor("cmd:wc").address, "wc");
  EXPECT_EQ(parse_predictor("https://host/x").kind, PredictorKind::kHttp);
  EXPECT_EQ(parse_predictor("xgboost").kind, PredictorKind::kXgboost);
  for (auto const* bad : {"", "cmd:", "cmd: ", "ftp://host", "python"}) {
    try {
      static_cast<void>(parse_predictor(bad));
      ADD_FAILURE() << bad;
    } catch (Error const& e) {
      EXPECT_EQ(e.code(), "usage.predictor");
    }
  }
}

}  // namespace
}  // namespace limpid
