/// What belongs to `--predictor http://...`: the words are Amazon SageMaker Clarify's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace limpid {

enum class BodyKind : std::uint8_t { kCsv, kJsonLines, kJson };

struct HttpOptions {
  BodyKind content_type = BodyKind::kCsv;
  BodyKind accept = BodyKind::kCsv;
  std::string content_template;      ///< JSON Lines: $features; JSON: $records or $record; empty: the usual one
  std::string record_template;       ///< JSON: $features, $features_kvp or "${NAME}"; empty: the usual one
  std::string score;                 ///< where the scores are in an answer: index or JMESPath; empty: it is all scores
  std::vector<std::string> headers;  ///< "NAME: VALUE", sent with every request; never written anywhere
  std::int32_t in_flight = 4;        ///< requests at a time
  std::int64_t max_rows = 4096;      ///< of one request
  std::int64_t max_payload_bytes = 6'000'000;
  double connect_timeout_seconds = 10.0;
  std::int32_t retries = 5;         ///< of one request, after an answer 429 or 5xx or none at all
  double retry_wait_seconds = 0.5;  ///< before the first; doubled each time, unless the answer has Retry-After
  std::string ca_file;              ///< certificates to trust, PEM; empty: the system's
};

}  // namespace limpid
