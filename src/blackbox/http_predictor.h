/// `--predictor http://...` or https://...: rows are POSTed, scores come back. Several requests are in flight, each of
/// as many rows as the payload allows; answers are put in the order of the rows. An answer 429 or 5xx, or none, is
/// asked for again after a wait that doubles (or as Retry-After says); 413 halves the request, and all after it.
#pragma once

#include <memory>

#include "blackbox/predictor.h"

namespace limpid {

/// Throws Error usage.predictor, usage.template, usage.value, usage.jmespath. Sends nothing.
[[nodiscard]] std::unique_ptr<Predictor> make_http_predictor(PredictorOptions const& options, PredictorColumns columns);

}  // namespace limpid
