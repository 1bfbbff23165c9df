#include "blackbox/http_predictor.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "blackbox/http_answer.h"
#include "blackbox/http_batches.h"
#include "blackbox/http_body.h"
#include "blackbox/http_client.h"
#include "blackbox/http_status.h"
#include "io/utf8.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::int64_t kFewRows = 256;  ///< not worth a request beside others
constexpr int kWaitMs = 50;
constexpr std::int32_t kTimeoutRetries = 1;
constexpr double kLongestWaitSeconds = 300.0;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

char const* type_name(BodyKind kind) noexcept {
  if (kind == BodyKind::kCsv) return "text/csv";
  return kind == BodyKind::kJson ? "application/json" : "application/jsonlines";
}

/// The first characters of a body, on one line.
std::string excerpt(std::string_view body) {
  static constexpr std::size_t kLongest = 200;
  if (body.empty()) return "an empty body";
  std::string out;
  for (std::size_t characters = 0; !body.empty() && characters < kLongest; ++characters) {
    auto const length = utf8_length(body);
    bool const plain = length > 0 && static_cast<unsigned char>(body[0]) >= 0x20U;
    out += plain ? std::string(body.substr(0, length)) : std::string(length == 0 ? "?" : " ");
    body.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return fmt::format("'{}'{}", out, body.empty() ? "" : "...");
}

HttpClient::Settings client_settings(PredictorOptions const& options) {
  HttpClient::Settings out;
  out.url = options.address;
  out.headers = {fmt::format("Content-Type: {}", type_name(options.http.content_type)),
                 fmt::format("Accept: {}", type_name(options.http.accept))};
  out.headers.insert(out.headers.end(), options.http.headers.begin(), options.http.headers.end());
  out.slots = static_cast<std::size_t>(options.http.in_flight);
  out.connect_timeout_seconds = options.http.connect_timeout_seconds;
  out.timeout_seconds = options.timeout_seconds;
  out.ca_file = options.http.ca_file;
  return out;
}

class HttpPredictor final : public Predictor {
 public:
  HttpPredictor(PredictorOptions const& options, PredictorColumns columns)
      : options_(options.http),
        url_(without_credentials(options.address)),
        timeout_seconds_(options.timeout_seconds),
        writer_(options.http, options.header, std::move(columns)),
        reader_(options.http),
        client_(client_settings(options)),
        most_rows_(writer_.one_row_each() ? 1 : options.http.max_rows),
        most_bytes_(static_cast<std::size_t>(options.http.max_payload_bytes)),
        in_flight_(static_cast<std::size_t>(options.http.in_flight)) {}

  void predict(PredictorRows const& rows, std::vector<double>& scores) override;
  [[nodiscard]] std::int32_t outputs() const noexcept override { return outputs_; }
  [[nodiscard]] std::int64_t preferred_rows() const noexcept override {
    return std::max(most_rows_, kFewRows) * static_cast<std::int64_t>(in_flight_.size());
  }
  [[nodiscard]] PredictorCosts costs() const noexcept override { return costs_; }
  [[nodiscard]] PredictorFacts facts() const override { return {"http", url_, ""}; }
  [[nodiscard]] std::string remark() const override;

 private:
  void send(std::size_t slot, RowBatch batch, PredictorRows const& rows, RowBatches& batches);
  [[nodiscard]] bool take(HttpAnswer const& answer, RowBatch batch, RowBatches& batches, std::vector<double>& scores,
                          std::int64_t rows);
  void take_scores(HttpAnswer const& answer, RowBatch const& batch, std::vector<double>& scores, std::int64_t rows);
  void halve(HttpAnswer const& answer, RowBatch const& batch, RowBatches& batches);
  void try_again(HttpAnswer const& answer, RowBatch batch, RowBatches& batches);
  [[nodiscard]] bool goes_on_row_by_row(HttpAnswer const& answer, RowBatch batch, RowBatches& batches);
  [[noreturn]] void fail(char const* code, std::string const& message, std::string hint) const;
  [[noreturn]] void give_up(HttpAnswer const& answer, RowBatch const& batch) const;

  HttpOptions options_;
  std::string url_;
  double timeout_seconds_;
  BodyWriter writer_;
  AnswerReader reader_;
  HttpClient client_;
  std::int64_t most_rows_;  ///< of a request; less after 413
  std::size_t most_bytes_;
  std::vector<RowBatch> in_flight_;  ///< [slots] rows 0: nothing
  std::int32_t outputs_ = 0;
  PredictorCosts costs_;
  std::int32_t refusal_ = 0;       ///< status that a request of several rows got, for which rows are sent one by one
  std::int64_t refused_rows_ = 0;  ///< in that request
};

void HttpPredictor::fail(char const* code, std::string const& message, std::string hint) const {
  throw Error(code, message, fmt::format("--predictor {}", url_), std::move(hint));
}

void HttpPredictor::give_up(HttpAnswer const& answer, RowBatch const& batch) const {
  auto const tries = batch.tries == 1 ? std::string() : fmt::format(" after {} tries", batch.tries);
  if (answer.outcome == HttpAnswer::Outcome::kTimedOut) {
    fail("endpoint.timeout",
         fmt::format("no answer to a request of {} rows within {:g} s{}: {}", batch.rows, timeout_seconds_, tries,
                     answer.failure),
         "--predictor-timeout SECONDS waits longer, --rows-per-request N asks for less at a time");
  }
  if (answer.outcome == HttpAnswer::Outcome::kFailed) {
    fail("endpoint.connect", fmt::format("no answer{}: {}", tries, answer.failure),
         "is the endpoint running at this address?");
  }
  auto const before =
      refusal_ == 0 ? std::string()
                    : fmt::format("; this was one row, after {} to {} rows in one request", refusal_, refused_rows_);
  fail("endpoint.status",
       fmt::format("the endpoint answered {}{}: {}{}", answer.status, tries, excerpt(answer.body), before),
       answer.status == 401 || answer.status == 403 ? "--header 'Authorization: ...' sends credentials"
       : answer.status < 400                        ? "redirections are not followed: give the address itself"
                                                    : "");
}

/// Builds the body of as many of the batch's rows as fit, and sends it; the rest goes back.
void HttpPredictor::send(std::size_t slot, RowBatch batch, PredictorRows const& rows, RowBatches& batches) {
  std::int64_t fitted = 0;
  while (fitted < batch.rows) {
    writer_.add(rows, batch.first + fitted);
    if (writer_.bytes() > most_bytes_ && fitted > 0) {
      writer_.drop_last();
      break;
    }
    ++fitted;
  }
  if (fitted < batch.rows) {
    auto rest = batch;
    rest.first += fitted;
    rest.rows -= fitted;
    batches.put_back(rest);
    batch.rows = fitted;
  }
  auto body = writer_.finish();
  ++costs_.requests;
  costs_.rows += batch.rows;
  costs_.bytes += static_cast<std::int64_t>(body.size());
  in_flight_[slot] = batch;
  client_.start(slot, std::move(body));
}

void HttpPredictor::take_scores(HttpAnswer const& answer, RowBatch const& batch, std::vector<double>& scores,
                                std::int64_t rows) {
  RowScores found;
  try {
    found = reader_.read(answer.body, batch.rows, writer_.one_row_each());
  } catch (AnswerFault const& fault) {
    fail(fault.code, fmt::format("{}; the answer ({}) is {}", fault.message, answer.status, excerpt(answer.body)),
         fault.hint);
  }
  if (outputs_ == 0) outputs_ = found.outputs;
  if (found.outputs != outputs_) {
    fail("endpoint.score",
         fmt::format("{} scores per row, where the first answer had {}; the answer ({}) is {}", found.outputs, outputs_,
                     answer.status, excerpt(answer.body)),
         "every row needs the same number of scores");
  }
  scores.resize(static_cast<std::size_t>(rows * outputs_));
  std::copy(found.scores.begin(), found.scores.end(), scores.begin() + batch.first * outputs_);
}

/// The request (or its answer) was too large: from now on, requests are half as large.
void HttpPredictor::halve(HttpAnswer const& answer, RowBatch const& batch, RowBatches& batches) {
  auto const bytes = client_.body(answer.slot).size();
  if (batch.rows == 1) {
    if (answer.outcome == HttpAnswer::Outcome::kTooLarge) {
      fail("endpoint.response",
           fmt::format("the answer to one row is larger than {} bytes", HttpClient::kMostAnswerBytes), "");
    }
    fail("endpoint.payload",
         fmt::format("the endpoint answered 413 to a single row of {} bytes: {}", bytes, excerpt(answer.body)), "");
  }
  auto const half = batch.rows / 2;
  most_rows_ = std::min(most_rows_, batch.rows - half);
  most_bytes_ = std::min(most_bytes_, std::max<std::size_t>(bytes / 2, 1));
  batches.limit(most_rows_);
  auto rest = batch;
  rest.first += half;
  rest.rows -= half;
  batches.put_back(rest);
  rest.first = batch.first;
  rest.rows = half;
  batches.put_back(rest);
}

void HttpPredictor::try_again(HttpAnswer const& answer, RowBatch batch, RowBatches& batches) {
  ++batch.tries;
  if (answer.outcome == HttpAnswer::Outcome::kTimedOut) ++batch.timeouts;
  if (batch.tries > options_.retries || batch.timeouts > kTimeoutRetries) {
    if (goes_on_row_by_row(answer, batch, batches)) return;
    give_up(answer, batch);
  }
  double wait = options_.retry_wait_seconds;
  for (std::int32_t i = 1; i < batch.tries; ++i) wait = std::min(2.0 * wait, kLongestWaitSeconds);
  if (answer.retry_after_seconds > 0.0) wait = std::min(answer.retry_after_seconds, kLongestWaitSeconds);
  batch.not_before = now() + wait;
  batches.retry(batch, true);
}

/// As Clarify does ("Fallback to per-record prediction because of model error."): a model that fails on several rows is
/// sent one at a time from here on. It fails on a single row as well: that is the error.
bool HttpPredictor::goes_on_row_by_row(HttpAnswer const& answer, RowBatch batch, RowBatches& batches) {
  bool const answered = answer.outcome == HttpAnswer::Outcome::kAnswered;
  if (!answered || !is_model_error(answer.status) || batch.rows == 1) return false;
  if (refusal_ == 0) {
    refusal_ = answer.status;
    refused_rows_ = batch.rows;
  }
  most_rows_ = 1;
  batches.limit(1);
  batch.tries = batch.timeouts = 0;
  batch.not_before = 0.0;
  batches.put_back(batch);
  return true;
}

std::string HttpPredictor::remark() const {
  if (refusal_ == 0) return {};
  return fmt::format(
      "the endpoint answered {} to {} rows in one request and took them one by one: from there on every request had "
      "one row",
      refusal_, refused_rows_);
}

/// Whether the batch has its scores; otherwise it was put back.
bool HttpPredictor::take(HttpAnswer const& answer, RowBatch batch, RowBatches& batches, std::vector<double>& scores,
                         std::int64_t rows) {
  bool const answered = answer.outcome == HttpAnswer::Outcome::kAnswered;
  if (answered && is_success(answer.status)) {
    take_scores(answer, batch, scores, rows);
    return true;
  }
  bool const too_large =
      answered ? answer.status == kPayloadTooLarge : answer.outcome == HttpAnswer::Outcome::kTooLarge;
  if (too_large) {
    halve(answer, batch, batches);
  } else if (!answered || is_transient(answer.status)) {
    try_again(answer, batch, batches);
  } else {
    ++batch.tries;
    if (!goes_on_row_by_row(answer, batch, batches)) give_up(answer, batch);
  }
  return false;
}

void HttpPredictor::predict(PredictorRows const& rows, std::vector<double>& scores) {
  struct Cancel {
    HttpClient& client;
    ~Cancel() { client.cancel(); }
  } const cancel{client_};
  scores.clear();
  auto const slots = static_cast<std::int64_t>(in_flight_.size());
  RowBatches batches(rows.rows, std::min(most_rows_, std::max((rows.rows + slots - 1) / slots, kFewRows)));
  std::fill(in_flight_.begin(), in_flight_.end(), RowBatch{});
  writer_.start();
  for (std::int64_t answered = 0; answered < rows.rows;) {
    if (poll) poll();
    for (std::size_t slot = 0; slot < in_flight_.size(); ++slot) {
      if (in_flight_[slot].rows > 0) continue;
      auto const batch = batches.take(now());
      if (!batch) break;
      send(slot, *batch, rows, batches);
    }
    for (auto const& answer : client_.wait(kWaitMs)) {
      auto const batch = std::exchange(in_flight_[answer.slot], RowBatch{});
      if (take(answer, batch, batches, scores, rows.rows)) answered += batch.rows;
    }
  }
}

}  // namespace

std::unique_ptr<Predictor> make_http_predictor(PredictorOptions const& options, PredictorColumns columns) {
  return std::make_unique<HttpPredictor>(options, std::move(columns));
}

}  // namespace limpid
