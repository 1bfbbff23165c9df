#include "cli/http_predictor_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>

#include "blackbox/http_client.h"
#include "cli/data_options.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

constexpr char const* kHttpGroup = "--predictor http://... or https://...";
constexpr double kBytesOfMegabyte = 1e6;
constexpr double kMostSeconds = 86400.0;

/// The kinds of text that go and come.
std::vector<OptionSpec> type_specs() {
  std::map<std::string, std::string> const types{{"text/csv", "csv"},
                                                 {"application/jsonlines", "jsonlines"},
                                                 {"application/json", "json"},
                                                 {"jsonl", "jsonlines"}};
  return {{"content-type",
           "T",
           kHttpGroup,
           "of the requests: csv, jsonlines, json. Other names: text/csv, application/json...",
           "csv",
           {"csv", "jsonlines", "json"},
           types,
           ""},
          {"accept",
           "T",
           kHttpGroup,
           "of the answers, likewise (default: as the requests)",
           "",
           {"csv", "jsonlines", "json"},
           types,
           ""}};
}

/// What is asked, and what is read from the answer.
std::vector<OptionSpec> body_specs() {
  return {
      {"content-template",
       "TEXT",
       kHttpGroup,
       "the body. jsonlines: of each line, with $features (default: {\"features\": $features}); json: with $records "
       "(many "
       "rows) or $record (a request per row) (default: {\"instances\": $records})",
       "",
       {},
       {},
       ""},
      {"record-template",
       "TEXT",
       kHttpGroup,
       "json: of each row, with $features (a list), $features_kvp (an object) or \"${NAME}\" per column; "
       "$feature_names "
       "is their list (default: {\"features\": $features})",
       "",
       {},
       {},
       ""},
      {"score",
       "INDEX|JMESPATH",
       kHttpGroup,
       "where the scores are: the column of a CSV answer; a JMESPath from each line (jsonlines) or from the body to a "
       "list with an item per row (json), as predictions[*].score (default: the whole answer)",
       "",
       {},
       {},
       ""},
      {"header",
       "NAME:VALUE",
       kHttpGroup,
       "sent with every request; may be repeated; @FILE reads them from a file, one a line. Kept out of every output",
       "",
       {},
       {},
       ""}};
}

/// How the requests travel.
std::vector<OptionSpec> transfer_specs() {
  return {
      {"requests-in-flight", "N", kHttpGroup, "at a time; answers keep the order of the rows", "4", {}, {}, ""},
      {"rows-per-request", "N", kHttpGroup, "at most", "4096", {}, {}, ""},
      {"max-payload",
       "MB",
       kHttpGroup,
       "of one request, in millions of bytes; an answer 413 halves it",
       "6",
       {},
       {},
       ""},
      {"connect-timeout", "SECONDS", kHttpGroup, "for a connection", "10", {}, {}, ""},
      {"retries", "N", kHttpGroup, "of a request that is answered 429 or 5xx, or not at all", "5", {}, {}, ""},
      {"retry-wait",
       "SECONDS",
       kHttpGroup,
       "before the first retry, doubled each time; an answer's Retry-After goes first",
       "0.5",
       {},
       {},
       ""},
      {"ca-file", "FILE", kHttpGroup, "https: certificates to trust, PEM, instead of the system's", "", {}, {}, ""}};
}

std::vector<OptionSpec> make_http_specs() {
  std::vector<OptionSpec> out;
  for (auto const& specs : {type_specs(), body_specs(), transfer_specs()})
    out.insert(out.end(), specs.begin(), specs.end());
  return out;
}

std::vector<OptionSpec> const& http_specs() {
  static std::vector<OptionSpec> const specs = make_http_specs();
  return specs;
}

double number_option(Arguments const& arguments, std::string const& name, double low, double high) {
  auto const text = arguments.text(name);
  double value = 0.0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool const good = error == std::errc{} && end == text.data() + text.size() && value >= low && value <= high;
  if (good) return value;
  throw Error("usage.value", fmt::format("--{} '{}': a number from {:g} to {:g} is needed", name, text, low, high));
}

BodyKind kind_option(Arguments const& arguments, std::string const& name) {
  auto const text = arguments.text(name);
  if (text == "json") return BodyKind::kJson;
  return text == "jsonlines" ? BodyKind::kJsonLines : BodyKind::kCsv;
}

/// "NAME: VALUE", as it goes over the wire. Messages never have the value.
std::string header_line(std::string const& text) {
  auto const colon = text.find(':');
  bool const named = colon != std::string::npos && colon > 0 && text.find_first_of(" \t") > colon;
  if (!named || text.find_first_of("\r\n") != std::string::npos) {
    throw Error("usage.value",
                fmt::format("--header '{}...' is not NAME:VALUE",
                            text.substr(0, std::min<std::size_t>(text.find_first_of(" :\r\n"), 20))),
                {}, "for example --header 'Authorization: Bearer ...'");
  }
  auto const value = text.find_first_not_of(" \t", colon + 1);
  // libcurl drops a header without a value, unless it ends with a semicolon
  if (value == std::string::npos) return text.substr(0, colon) + ";";
  return text.substr(0, colon) + ": " + text.substr(value);
}

std::vector<std::string> header_lines(Arguments const& arguments) {
  std::vector<std::string> out;
  for (auto const& given : arguments.all("header")) {
    if (!given.starts_with('@')) {
      out.push_back(header_line(given));
      continue;
    }
    std::ifstream file(given.substr(1));
    if (!file) throw Error("usage.value", fmt::format("--header '{}': cannot read the file", given));
    for (std::string line; std::getline(file, line);) {
      if (line.ends_with('\r')) line.pop_back();
      if (!line.empty()) out.push_back(header_line(line));
    }
  }
  return out;
}

}  // namespace

void add_http_options(std::vector<OptionSpec>& out) { out.insert(out.end(), http_specs().begin(), http_specs().end()); }

void refuse_http_options(Arguments const& arguments) {
  static_cast<void>(http_options(arguments, false));
  for (auto const* const name : {"data-format", "features", "headers"}) {
    if (!arguments.given(name)) continue;
    throw Error("usage.predictor", fmt::format("--{} belongs to --predictor, which is not given", name), {},
                "the data of a model file is CSV");
  }
}

HttpOptions http_options(Arguments const& arguments, bool http) {
  for (auto const& spec : http_specs()) {
    if (http || !arguments.given(spec.name)) continue;
    throw Error("usage.predictor", fmt::format("--{} belongs to --predictor http://...", spec.name), {},
                "leave it out, or give the address of an endpoint");
  }
  HttpOptions out;
  out.content_type = kind_option(arguments, "content-type");
  out.accept = kind_option(arguments, arguments.given("accept") ? "accept" : "content-type");
  out.content_template = arguments.text("content-template");
  out.record_template = arguments.text("record-template");
  out.score = arguments.text("score");
  out.headers = header_lines(arguments);
  out.in_flight = static_cast<std::int32_t>(arguments.integer("requests-in-flight", 1, 256));
  out.max_rows = arguments.integer("rows-per-request", 1, 1'000'000);
  out.max_payload_bytes = std::llround(number_option(arguments, "max-payload", 0.001, 1000.0) * kBytesOfMegabyte);
  out.connect_timeout_seconds = number_option(arguments, "connect-timeout", 0.001, kMostSeconds);
  out.retries = static_cast<std::int32_t>(arguments.integer("retries", 0, 1000));
  out.retry_wait_seconds = number_option(arguments, "retry-wait", 0.0, kMostSeconds);
  out.ca_file = arguments.text("ca-file");
  return out;
}

void add_json_data_options(std::vector<OptionSpec>& out) {
  out.push_back({"data-format",
                 "F",
                 kColumnsGroup,
                 "with --predictor: csv, or jsonl (JSON Lines); auto: by the file's first bytes",
                 "auto",
                 {"auto", "csv", "jsonl"},
                 {{"jsonlines", "jsonl"}, {"application/jsonlines", "jsonl"}, {"text/csv", "csv"}},
                 ""});
  out.push_back({"features",
                 "JMESPATH",
                 kColumnsGroup,
                 "JSON Lines: from a line to its features, a list or an object by name (default: features, or the line "
                 "itself where it has none)",
                 "",
                 {},
                 {},
                 ""});
  out.push_back(
      {"headers", "NAMES", kColumnsGroup, "JSON Lines: names of the features in a list, with commas", "", {}, {}, ""});
}

void read_json_data_options(Arguments const& arguments, ReadOptions& out) {
  auto const format = arguments.text("data-format");
  out.format = format == "csv" ? DataFormat::kCsv : format == "jsonl" ? DataFormat::kJsonLines : DataFormat::kAuto;
  out.features = arguments.text("features");
  out.headers = arguments.list("headers");
}

std::vector<std::string> without_secrets(std::vector<std::string> const& arguments) {
  std::vector<std::string> out;
  std::string option;
  for (auto const& word : arguments) {
    auto const equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    auto const name = word.substr(0, equals);
    auto const value = equals != std::string::npos ? word.substr(equals + 1) : word;
    auto const of = equals != std::string::npos ? name : option;
    std::string safe = value;
    if (of == "--header" && !value.starts_with('@')) safe = value.substr(0, value.find(':')) + ": ...";
    if (of == "--predictor") safe = without_credentials(value);
    out.push_back(equals != std::string::npos ? name + "=" + safe : safe);
    option = equals == std::string::npos ? word : "";
  }
  return out;
}

}  // namespace limpid::cli
