/// Options of a command, declared once: parsing, --help, --config and suggestions all read the same list.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace limpid::cli {

struct OptionSpec {
  std::string name;   ///< without dashes
  std::string value;  ///< what stands for the value in --help; empty: a flag
  std::string group;
  std::string help;
  std::string fallback;                         ///< the default, when there is one
  std::vector<std::string> choices;             ///< allowed values; empty: any
  std::map<std::string, std::string> synonyms;  ///< other spellings of a choice
  std::string alias;                            ///< another name of the option
  std::string bare = {};                        ///< its value when none follows it by `=`; empty: one is needed
};

struct CommandSpec {
  std::string name;
  std::string usage;
  std::string summary;
  std::string positional;  ///< name of the option that a bare argument gives; empty: none may be given
  std::vector<OptionSpec> options;
  std::vector<std::string> required;
  std::string examples;

  [[nodiscard]] OptionSpec const* find(std::string_view wanted) const;  ///< by name or alias
  [[nodiscard]] std::vector<std::string> names() const;                 ///< all names and aliases
};

/// What was given. Values were checked against the choices, synonyms replaced.
class Arguments {
 public:
  explicit Arguments(CommandSpec const& spec) : spec_(&spec) {}

  [[nodiscard]] bool given(std::string const& name) const { return values_.contains(name); }
  [[nodiscard]] std::string text(std::string const& name) const;               ///< the last value, or the default
  [[nodiscard]] std::vector<std::string> all(std::string const& name) const;   ///< every value, in order
  [[nodiscard]] std::vector<std::string> list(std::string const& name) const;  ///< every value, split at commas
  [[nodiscard]] bool flag(std::string const& name) const;
  /// Throws Error usage.value when it is no number in [low, high].
  [[nodiscard]] std::int64_t integer(std::string const& name, std::int64_t low, std::int64_t high) const;

  void add(OptionSpec const& option, std::string value);  ///< throws Error usage.value
  void add_missing_from(Arguments const& other);          ///< options that were not given here
  void check_required() const;                            ///< throws Error usage.missing

 private:
  CommandSpec const* spec_;
  std::map<std::string, std::vector<std::string>> values_;
};

/// Parses a command's arguments (without the program's and the command's name); the spec must outlive the result.
/// Throws Error usage.option, usage.value, usage.argument.
[[nodiscard]] Arguments parse_arguments(CommandSpec const& spec, std::vector<std::string> const& args);

[[nodiscard]] std::string help_text(CommandSpec const& spec);

/// The error of a value that an option does not know.
[[noreturn]] void throw_bad_value(OptionSpec const& option, std::string const& value);

/// A whole number in [low, high], or false.
[[nodiscard]] bool parse_integer(std::string const& text, std::int64_t low, std::int64_t high, std::int64_t& out);

}  // namespace limpid::cli
