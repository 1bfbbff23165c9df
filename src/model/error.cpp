#include "limpid/error.h"

#include <array>
#include <utility>

namespace limpid {

Error::Error(std::string code, std::string const& message, std::string where, std::string hint)
    : std::runtime_error(message), code_(std::move(code)), where_(std::move(where)), hint_(std::move(hint)) {}

int Error::exit_code() const noexcept { return exit_code_of(code_); }

int exit_code_of(std::string_view code) noexcept {
  struct Prefix {
    std::string_view name;
    int exit_code;
  };
  static constexpr int kInternal = 70;
  static constexpr std::array<Prefix, 8> kPrefixes{{{"usage.", 2},
                                                    {"config.", 2},
                                                    {"data.", 3},
                                                    {"model.", 4},
                                                    {"check.", 5},
                                                    {"device.", 6},
                                                    {"output.", 7},
                                                    {"endpoint.", 8}}};
  for (auto const& prefix : kPrefixes) {
    if (code.substr(0, prefix.name.size()) == prefix.name) return prefix.exit_code;
  }
  return kInternal;
}

}  // namespace limpid
