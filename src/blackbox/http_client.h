/// POST requests to one address, several at a time over connections that are kept. libcurl stays behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "blackbox/http_options.h"

namespace limpid {

struct HttpAnswer {
  std::size_t slot = 0;
  /// kFailed: no whole answer; kTooLarge: more than kMostAnswerBytes.
  enum class Outcome : std::uint8_t { kAnswered, kFailed, kTimedOut, kTooLarge } outcome = Outcome::kAnswered;
  std::int32_t status = 0;           ///< of HTTP, kAnswered
  double retry_after_seconds = 0.0;  ///< as the answer has it; 0: it does not say
  std::string body;
  std::string failure;  ///< in libcurl's words
};

/// An address for people: without user, password, query and fragment.
[[nodiscard]] std::string without_credentials(std::string const& url);

/// Thread safety: one thread at a time. Moves bytes only in wait().
class HttpClient {
 public:
  static constexpr std::size_t kMostAnswerBytes = std::size_t{16} << 20U;

  struct Settings {
    std::string url;
    std::vector<std::string> headers;  ///< "NAME: VALUE"
    std::size_t slots = 1;             ///< requests at a time
    double connect_timeout_seconds = 10.0;
    double timeout_seconds = 60.0;
    std::string ca_file;
  };

  /// Throws Error usage.predictor: an address that cannot be.
  explicit HttpClient(Settings const& settings);
  ~HttpClient();
  HttpClient(HttpClient const&) = delete;
  HttpClient& operator=(HttpClient const&) = delete;

  /// REQUIRES: the slot has no request in flight.
  void start(std::size_t slot, std::string body);
  /// Answers that are complete, after at most `wait_ms`.
  [[nodiscard]] std::vector<HttpAnswer> wait(int wait_ms);
  /// Ends all requests, unanswered.
  void cancel() noexcept;
  [[nodiscard]] std::string const& body(std::size_t slot) const noexcept;  ///< of the last request
  [[nodiscard]] std::int64_t connections() const noexcept;                 ///< made so far

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace limpid
