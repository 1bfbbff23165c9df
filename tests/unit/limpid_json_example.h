/// The example of docs/model_json.md, which the tests of limpid's own JSON start from.
#pragma once

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

namespace limpid::limpid_json {

/// The first block of JSON in the page.
inline std::string example() {
  std::ifstream in(std::string(LIMPID_FIXTURES) + "/../../docs/model_json.md");
  std::string const page{std::istreambuf_iterator<char>(in), {}};
  auto const begin = page.find("```json\n") + 8;
  return page.substr(begin, page.find("```\n", begin) - begin);
}

inline nlohmann::json good() { return nlohmann::json::parse(example()); }
inline nlohmann::json& tree_of(nlohmann::json& document) { return document["trees"][0]; }

}  // namespace limpid::limpid_json
