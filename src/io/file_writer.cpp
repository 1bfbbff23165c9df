#include "io/file_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "limpid/error.h"

namespace limpid {

void throw_output_error(int reason, std::string_view action, std::string const& name) {
  bool const full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
  std::string hint;
  if (full) hint = "free some space or choose another --out; nothing was kept";
  if (reason == EACCES || reason == EPERM || reason == EROFS) hint = "choose an --out that can be written";
  throw Error(full ? "output.full" : "output.write",
              fmt::format("cannot {} '{}': {}", action, name, std::strerror(reason)), fmt::format("--out {}", name),
              hint);
}

void write_fully(int descriptor, std::string_view bytes, std::string const& name) {
  while (!bytes.empty()) {
    auto const written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      throw_output_error(errno, "write", name);
    }
  }
}

}  // namespace limpid
