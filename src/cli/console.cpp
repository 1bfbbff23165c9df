#include "cli/console.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace limpid::cli {

bool Console::terminal() const noexcept { return isatty(STDERR_FILENO) == 1; }

void Console::set_color(std::string const& color) {
  auto const* const term = std::getenv("TERM");
  bool const able =
      terminal() && std::getenv("NO_COLOR") == nullptr && term != nullptr && std::string_view(term) != "dumb";
  color_ = color == "always" || (color == "auto" && able);
}

std::string Console::paint(char const* color, std::string const& text) const {
  return color_ ? fmt::format("\x1b[{}m{}\x1b[0m", color, text) : text;
}

void Console::error(Error const& error) const {
  raw(fmt::format("{}: {}\n", paint("1;31", fmt::format("error[{}]", error.code())), error.what()));
  if (!error.where().empty()) raw(fmt::format("  where: {}\n", error.where()));
  if (!error.hint().empty()) raw(fmt::format("  {}: {}\n", paint("1", "hint"), error.hint()));
}

void Console::warning(std::string const& code, std::string const& line) const {
  if (silent_) return;
  raw(fmt::format("{}: {}\n", paint("1;33", fmt::format("warning[{}]", code)), line));
}

void Console::note(std::string const& line) const {
  if (!quiet_) raw(line + '\n');
}

void Console::detail(std::string const& line) const {
  if (verbose_) raw(line + '\n');
}

void Console::raw(std::string const& text) const {
  std::fwrite(text.data(), 1, text.size(), stderr);  // one call: lines of several programs do not mix
}

}  // namespace limpid::cli
