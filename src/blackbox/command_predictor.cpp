#include "blackbox/command_predictor.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "blackbox/child_process.h"
#include "blackbox/csv_body.h"
#include "blackbox/score_text.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::int64_t kPreferredRows = 8192;
constexpr int kWaitMs = 50;
constexpr std::size_t kWrittenBytes = std::size_t{64} << 10U;  ///< of rows as text that wait at a time

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

class CommandPredictor final : public Predictor {
 public:
  CommandPredictor(PredictorOptions const& options, PredictorColumns columns)
      : command_(options.address),
        timeout_(options.timeout_seconds),
        header_(options.header),
        columns_(std::move(columns)) {}

  void predict(PredictorRows const& rows, std::vector<double>& scores) override;
  [[nodiscard]] std::int32_t outputs() const noexcept override { return outputs_; }
  [[nodiscard]] std::int64_t preferred_rows() const noexcept override { return kPreferredRows; }
  [[nodiscard]] PredictorCosts costs() const noexcept override { return costs_; }
  [[nodiscard]] PredictorFacts facts() const override { return {"command", command_, ""}; }

 private:
  void start();
  void write_some(PredictorRows const& rows, std::int64_t& next);
  void take_lines(PredictorRows const& rows, std::int64_t& answered, std::vector<double>& scores);
  void take_line(std::string_view line, std::int64_t row, std::vector<double>& scores);
  [[noreturn]] void fail(char const* code, std::string const& message, std::string const& hint);
  [[noreturn]] void fail_ended(std::int64_t answered, std::int64_t asked);

  std::string command_;
  double timeout_;
  bool header_;
  PredictorColumns columns_;
  std::optional<ChildProcess> process_;
  std::string written_;    ///< text of rows that the command has not taken
  std::size_t taken_ = 0;  ///< bytes of it that it has
  std::string answer_;     ///< what it wrote and is not a row's yet
  std::int32_t outputs_ = 0;
  PredictorCosts costs_;
};

void CommandPredictor::start() {
  process_.emplace(command_);
  if (header_) append_csv_header(columns_, written_);
}

[[noreturn]] void CommandPredictor::fail(char const* code, std::string const& message, std::string const& hint) {
  auto const errors = process_->last_errors();
  throw Error(code, errors.empty() ? message : fmt::format("{}; its standard error ends: {}", message, errors),
              fmt::format("--predictor cmd:{}", command_), hint);
}

void CommandPredictor::fail_ended(std::int64_t answered, std::int64_t asked) {
  auto const how = process_->ending();
  fail("endpoint.command",
       fmt::format("the command ended ({}) after {} of {} rows that were sent to it", how, answered, asked),
       "it must answer every row with a line, and read on until its standard input ends");
}

/// Refills the text that waits to be written.
void CommandPredictor::write_some(PredictorRows const& rows, std::int64_t& next) {
  if (taken_ < written_.size()) return;
  if (taken_ > 0) written_.clear();
  taken_ = 0;
  for (; next < rows.rows && written_.size() < kWrittenBytes; ++next) append_csv_row(columns_, rows, next, written_);
}

void CommandPredictor::take_line(std::string_view line, std::int64_t row, std::vector<double>& scores) {
  auto const before = scores.size();
  auto const bad = append_scores(line, scores);
  if (!bad.empty()) {
    fail("endpoint.score",
         fmt::format("the command's answer to row {} of a block is '{}': {}", row, shown_line(line), bad),
         "a line of numbers with commas for each row, and nothing else, on standard output");
  }
  auto const count = static_cast<std::int32_t>(scores.size() - before);
  if (outputs_ == 0) outputs_ = count;
  if (count != outputs_) {
    fail("endpoint.score",
         fmt::format("the command's answer to row {} of a block has {} scores, the first answer had {}", row, count,
                     outputs_),
         "every row needs the same number of scores");
  }
}

void CommandPredictor::take_lines(PredictorRows const& rows, std::int64_t& answered, std::vector<double>& scores) {
  std::size_t begin = 0;
  while (true) {
    auto const end = answer_.find('\n', begin);
    if (end == std::string::npos) break;
    if (answered == rows.rows) {
      fail("endpoint.rows", fmt::format("the command wrote more lines than the {} rows it was sent", rows.rows),
           "one line for each row, and nothing else, on standard output");
    }
    take_line(std::string_view(answer_).substr(begin, end - begin), answered, scores);
    ++answered;
    begin = end + 1;
  }
  answer_.erase(0, begin);
}

void CommandPredictor::predict(PredictorRows const& rows, std::vector<double>& scores) {
  scores.clear();
  if (rows.rows == 0) return;
  if (!process_) start();
  std::int64_t next = 0;
  std::int64_t answered = 0;
  double last_progress = now();
  static_cast<void>(process_->exchange({}, answer_, 0));
  take_lines({}, answered, scores);  // of an earlier block there must be nothing left
  while (answered < rows.rows) {
    if (poll) poll();
    write_some(rows, next);
    auto const waiting = std::string_view(written_).substr(taken_);
    auto const moved = process_->exchange(waiting, answer_, kWaitMs);
    taken_ += moved.written;
    take_lines(rows, answered, scores);
    if (answered == rows.rows) break;
    if (moved.ended || (moved.input_closed && !moved.read)) fail_ended(answered, rows.rows);
    if (moved.written > 0 || moved.read) last_progress = now();
    if (now() - last_progress > timeout_) {
      fail("endpoint.timeout",
           fmt::format("the command has not answered for {:g} s, after {} of {} rows that were sent to it", timeout_,
                       answered, rows.rows),
           "does it flush its output after each answer? --predictor-timeout SECONDS waits longer");
    }
  }
  if (next < rows.rows || taken_ < written_.size()) {
    fail("endpoint.rows", "the command answered rows before it had read them",
         "one line for each row, and nothing else");
  }
  ++costs_.requests;
  costs_.rows += rows.rows;
}

}  // namespace

std::unique_ptr<Predictor> make_command_predictor(PredictorOptions const& options, PredictorColumns columns) {
  return std::make_unique<CommandPredictor>(options, std::move(columns));
}

}  // namespace limpid
