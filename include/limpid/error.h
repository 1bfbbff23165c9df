/// The one exception that bad input throws. `code` is `<prefix>.<what>`; the prefix decides the exit code
/// (docs/contract.md, Errors and exit codes).
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace limpid {

class Error : public std::runtime_error {
 public:
  /// `message`: one sentence, lower case, what was found and what was expected, values quoted.
  /// `where`: file, line, column (may be empty). `hint`: what to do, with the option that fixes it (may be empty).
  Error(std::string code, std::string const& message, std::string where = {}, std::string hint = {});

  [[nodiscard]] std::string const& code() const noexcept { return code_; }
  [[nodiscard]] std::string const& where() const noexcept { return where_; }
  [[nodiscard]] std::string const& hint() const noexcept { return hint_; }
  [[nodiscard]] int exit_code() const noexcept;

 private:
  std::string code_;
  std::string where_;
  std::string hint_;
};

/// Exit code of an error code by its prefix: usage/config 2, data 3, model 4, check 5, device 6, output 7, endpoint 8,
/// anything else 70.
[[nodiscard]] int exit_code_of(std::string_view code) noexcept;

}  // namespace limpid
