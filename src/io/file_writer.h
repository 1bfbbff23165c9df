/// Bytes to a file descriptor, whole or an Error: shared by output files and standard output.
#pragma once

#include <string>
#include <string_view>

namespace limpid {

/// Writes all of `bytes`. `name`: for messages. Throws Error output.full (no space, quota), output.write.
void write_fully(int descriptor, std::string_view bytes, std::string const& name);

/// The Error for a failed call: output.full when `reason` (an errno) says that the device or the quota is full, else
/// output.write.
[[noreturn]] void throw_output_error(int reason, std::string_view action, std::string const& name);

}  // namespace limpid
