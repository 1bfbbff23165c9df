/// Messages on standard error: errors, warnings, notes. Standard output carries results only.
#pragma once

#include <string>

#include "limpid/error.h"

namespace limpid::cli {

class Console {
 public:
  /// `color`: auto, always, never.
  void set_color(std::string const& color);
  void set_quiet(bool quiet) noexcept { quiet_ = quiet; }
  void set_silent(bool silent) noexcept { silent_ = silent; }  ///< no warnings either
  void set_verbose(bool verbose) noexcept { verbose_ = verbose; }

  [[nodiscard]] bool quiet() const noexcept { return quiet_; }
  [[nodiscard]] bool terminal() const noexcept;  ///< standard error is one

  void error(Error const& error) const;
  void warning(std::string const& code, std::string const& line) const;
  void note(std::string const& line) const;    ///< unless --quiet
  void detail(std::string const& line) const;  ///< with --verbose
  void raw(std::string const& text) const;     ///< the progress bar

 private:
  [[nodiscard]] std::string paint(char const* color, std::string const& text) const;
  bool quiet_ = false;
  bool silent_ = false;
  bool verbose_ = false;
  bool color_ = false;
};

}  // namespace limpid::cli
