/// The options of `--predictor http://...`, and those of data that is no CSV.
#pragma once

#include <string>
#include <vector>

#include "blackbox/http_options.h"
#include "cli/arguments.h"
#include "io/row_source.h"

namespace limpid::cli {

/// content-type, accept, content-template, record-template, score, header, requests-in-flight, rows-per-request,
/// max-payload, connect-timeout, retries, retry-wait, ca-file; under their own heading of --help.
void add_http_options(std::vector<OptionSpec>& out);
/// Throws Error usage.value; usage.predictor where one is given and `http` is false: the predictor is another one.
[[nodiscard]] HttpOptions http_options(Arguments const& arguments, bool http);
/// Throws Error usage.predictor where one of them, or of those of JSON Lines, is given: there is no predictor.
void refuse_http_options(Arguments const& arguments);

/// data-format, features, headers.
void add_json_data_options(std::vector<OptionSpec>& out);
void read_json_data_options(Arguments const& arguments, ReadOptions& out);

/// The arguments as run.json has them: values of --header, and what of --predictor's address is secret, left out.
[[nodiscard]] std::vector<std::string> without_secrets(std::vector<std::string> const& arguments);

}  // namespace limpid::cli
