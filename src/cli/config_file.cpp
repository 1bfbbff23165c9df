#include "cli/config_file.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/suggest.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

using Json = nlohmann::ordered_json;

Json parse(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("config.open", fmt::format("cannot read '{}': {}", path, std::strerror(errno)), "--config");
  try {
    return Json::parse(file);
  } catch (Json::exception const& e) {
    throw Error("config.format", fmt::format("'{}' is not JSON: {}", path, e.what()), "--config");
  }
}

std::string scalar(Json const& value, std::string const& key, std::string const& path) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  throw Error("config.value", fmt::format("/{} is {}", key, value.type_name()), path,
              "a value is a string, a number, true, false or an array of those");
}

void add(Arguments& out, OptionSpec const& option, Json const& value, std::string const& key, std::string const& path) {
  auto const add_one = [&](Json const& one) {
    if (!option.bare.empty() && one.is_boolean()) {
      if (one.get<bool>()) out.add(option, option.bare);
      return;
    }
    if (option.value.empty() != one.is_boolean()) {
      throw Error("config.value", fmt::format("/{} is {}", key, one.dump()), path,
                  option.value.empty() ? "true or false is needed"
                                       : fmt::format("a value is needed, as for --{} {}", key, option.value));
    }
    out.add(option, scalar(one, key, path));
  };
  if (!value.is_array()) return add_one(value);
  for (auto const& one : value) add_one(one);
}

}  // namespace

Arguments read_config_file(CommandSpec const& spec, std::string const& path) {
  auto const document = parse(path);
  if (!document.is_object()) {
    throw Error("config.format", fmt::format("'{}' holds {}, not an object", path, document.type_name()), "--config",
                "for example {\"model\": \"model.json\", \"data\": \"rows.csv\"}");
  }
  Arguments out(spec);
  for (auto const& [key, value] : document.items()) {
    auto const* option = spec.find(key);
    if (option == nullptr || option->name == "config" || option->name == "help") {
      auto const near = nearest(key, spec.names());
      throw Error(
          "config.key", fmt::format("/{} is not a known key", key), path,
          near.empty() ? "keys are the names of the options, without dashes" : fmt::format("did you mean '{}'?", near));
    }
    add(out, *option, value, key, path);
  }
  return out;
}

}  // namespace limpid::cli
