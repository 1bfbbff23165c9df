#include "cli/arguments.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cxxopts.hpp>
#include <sstream>
#include <utility>

#include "cli/suggest.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

std::string did_you_mean(std::string const& found, std::string const& prefix) {
  return found.empty() ? std::string() : fmt::format("did you mean '{}{}'?", prefix, found);
}

[[noreturn]] void throw_unknown_option(CommandSpec const& spec, std::string option) {
  option = option.substr(0, option.find('='));
  auto const bare = option.substr(std::min(option.find_first_not_of('-'), option.size()));
  auto hint = did_you_mean(nearest(bare, spec.names()), "--");
  if (!hint.empty()) hint += ' ';
  throw Error("usage.option", fmt::format("unknown option '{}' of limpid {}", option, spec.name), {},
              hint + fmt::format("`limpid {} --help` lists all options", spec.name));
}

/// Where a bare argument may belong.
std::string place_hint(CommandSpec const& spec, std::vector<std::string> const& args, std::string const& word) {
  auto const at = std::find(args.begin(), args.end(), word);
  if (at != args.begin() && at != args.end() && (at - 1)->starts_with("--")) {
    auto const* const option = spec.find((at - 1)->substr(2));
    if (option != nullptr && !option->bare.empty()) return fmt::format("did you mean '--{}={}'?", option->name, word);
  }
  return fmt::format("values follow their option, as in `{}`", spec.usage);
}

/// The bare arguments that cxxopts could not place: one that looks like an option is unknown, others are values.
void place_unmatched(CommandSpec const& spec, std::vector<std::string> const& args,
                     std::vector<std::string> const& unmatched, Arguments& out) {
  for (auto const& word : unmatched) {
    if (word.size() > 1 && word[0] == '-') {
      // cxxopts splits `-data` into letters: name the whole word.
      auto const whole = std::find_if(args.begin(), args.end(), [&](auto const& arg) { return arg.starts_with(word); });
      throw_unknown_option(spec, whole == args.end() ? word : *whole);
    }
    if (spec.positional.empty() || out.given(spec.positional)) {
      throw Error("usage.argument", fmt::format("unexpected argument '{}'", word), {}, place_hint(spec, args, word));
    }
    out.add(*spec.find(spec.positional), word);
  }
}

void declare(cxxopts::Options& options, OptionSpec const& spec, std::string const& name) {
  if (spec.value.empty()) {
    options.add_options()(name, "", cxxopts::value<bool>());
  } else if (!spec.bare.empty()) {
    options.add_options()(name, "", cxxopts::value<std::string>()->implicit_value(spec.bare));
  } else {
    options.add_options()(name, "", cxxopts::value<std::string>());
  }
}

void append_wrapped(std::string& out, std::string const& text, std::size_t indent) {
  static constexpr std::size_t kWidth = 110;
  std::istringstream words(text);
  std::size_t column = indent;
  for (std::string word; words >> word;) {
    if (column > indent && column + 1 + word.size() > kWidth) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  out += '\n';
}

}  // namespace

OptionSpec const* CommandSpec::find(std::string_view wanted) const {
  auto const found = std::find_if(options.begin(), options.end(), [&](OptionSpec const& option) {
    return option.name == wanted || (!option.alias.empty() && option.alias == wanted);
  });
  return found == options.end() ? nullptr : &*found;
}

std::vector<std::string> CommandSpec::names() const {
  std::vector<std::string> all;
  for (auto const& option : options) {
    all.push_back(option.name);
    if (!option.alias.empty()) all.push_back(option.alias);
  }
  return all;
}

bool parse_integer(std::string const& text, std::int64_t low, std::int64_t high, std::int64_t& out) {
  auto const* const end = text.data() + text.size();
  auto const [stop, status] = std::from_chars(text.data(), end, out);
  return status == std::errc() && stop == end && out >= low && out <= high;
}

void throw_bad_value(OptionSpec const& option, std::string const& value) {
  auto known = option.choices;
  for (auto const& [synonym, choice] : option.synonyms) known.push_back(synonym);
  auto hint = did_you_mean(nearest(value, known), "");
  if (!option.choices.empty()) {
    if (!hint.empty()) hint += ' ';
    hint += fmt::format("--{} takes {}", option.name, fmt::join(option.choices, ", "));
  } else {
    hint = fmt::format("--{} takes {}", option.name, option.value);
  }
  throw Error("usage.value", fmt::format("--{} '{}' is not a known value", option.name, value), {}, hint);
}

std::string Arguments::text(std::string const& name) const {
  auto const found = values_.find(name);
  return found == values_.end() ? spec_->find(name)->fallback : found->second.back();
}

std::vector<std::string> Arguments::all(std::string const& name) const {
  auto const found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::vector<std::string> Arguments::list(std::string const& name) const {
  std::vector<std::string> parts;
  for (auto const& value : all(name)) {
    std::istringstream stream(value);
    for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  }
  return parts;
}

bool Arguments::flag(std::string const& name) const { return text(name) == "true"; }

std::int64_t Arguments::integer(std::string const& name, std::int64_t low, std::int64_t high) const {
  auto const value = text(name);
  std::int64_t number = 0;
  if (parse_integer(value, low, high, number)) return number;
  throw Error("usage.value",
              high == std::numeric_limits<std::int64_t>::max()
                  ? fmt::format("--{} '{}': a whole number of at least {} is needed", name, value, low)
                  : fmt::format("--{} '{}': a whole number from {} to {} is needed", name, value, low, high));
}

void Arguments::add(OptionSpec const& option, std::string value) {
  if (option.value.empty()) value = value == "true" || value == "True" || value == "1" ? "true" : "false";
  if (auto const synonym = option.synonyms.find(value); synonym != option.synonyms.end()) value = synonym->second;
  auto const& choices = option.choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end()) {
    throw_bad_value(option, value);
  }
  values_[option.name].push_back(std::move(value));
}

void Arguments::add_missing_from(Arguments const& other) {
  for (auto const& [name, values] : other.values_) values_.try_emplace(name, values);
}

void Arguments::check_required() const {
  for (auto const& name : spec_->required) {
    if (given(name)) continue;
    throw Error("usage.missing", fmt::format("limpid {} needs --{} {}", spec_->name, name, spec_->find(name)->value),
                {}, fmt::format("usage: {}", spec_->usage));
  }
}

Arguments parse_arguments(CommandSpec const& spec, std::vector<std::string> const& args) {
  cxxopts::Options options("limpid " + spec.name);
  options.allow_unrecognised_options();
  for (auto const& option : spec.options) {
    declare(options, option, option.name == "help" ? "h,help" : option.name);
    if (!option.alias.empty()) declare(options, option, option.alias);
  }
  std::vector<char const*> argv{"limpid"};
  for (auto const& arg : args) argv.push_back(arg.c_str());
  Arguments out(spec);
  try {
    auto const parsed = options.parse(static_cast<int>(argv.size()), argv.data());
    for (auto const& pair : parsed.arguments()) out.add(*spec.find(pair.key()), pair.value());
    place_unmatched(spec, args, parsed.unmatched(), out);
  } catch (cxxopts::exceptions::missing_argument const&) {
    throw Error("usage.value", fmt::format("'{}' needs a value", args.back()), {},
                fmt::format("`limpid {} --help` lists all options", spec.name));
  } catch (cxxopts::exceptions::exception const& e) {
    throw Error("usage.option", e.what(), {}, fmt::format("`limpid {} --help` lists all options", spec.name));
  }
  return out;
}

std::string help_text(CommandSpec const& spec) {
  static constexpr std::size_t kIndent = 30;
  auto out = fmt::format("{}\n\nusage: {}\n", spec.summary, spec.usage);
  std::string group;
  for (auto const& option : spec.options) {
    if (option.group != group) {
      group = option.group;
      out += fmt::format("\n{}:\n", group);
    }
    auto const value = option.bare.empty() ? " " + option.value : fmt::format("[={}]", option.value);
    auto const left = fmt::format("  --{}{}", option.name, option.value.empty() ? "" : value);
    out += fmt::format("{:<{}}", left, kIndent);
    if (left.size() + 1 > kIndent) out += '\n' + std::string(kIndent, ' ');
    auto help = option.help;
    if (!option.fallback.empty()) help += fmt::format(" [default: {}]", option.fallback);
    append_wrapped(out, help, kIndent);
  }
  if (!spec.examples.empty()) out += "\nexamples:\n" + spec.examples;
  return out;
}

}  // namespace limpid::cli
