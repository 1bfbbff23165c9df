/// Compressed files and archives, unpacked in memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "model/content.h"
#include "model/loaders.h"

namespace limpid::model {

/// A file may unpack to this and to 32 times its own size more. Models in text are 4 to 12 times smaller when packed;
/// what unpacks to more is no model but a bomb.
inline constexpr std::size_t kUnpackedFloor = std::size_t{64} << 20;
inline constexpr std::size_t kUnpackedRatio = 32;
inline constexpr std::size_t kMaxEntries = 10000;

struct ArchiveEntry {
  std::string name;  ///< its path, without "./"; empty: a file that is only compressed
  Content content = Content::kUnknown;
  std::vector<char> bytes;  ///< empty where the file can be no model
};

struct ArchiveContents {
  std::string kind;                   ///< "tar, gzip", "zip", "gzip"
  std::vector<ArchiveEntry> entries;  ///< in order, folders left out
};

[[nodiscard]] constexpr bool is_packed(Content content) noexcept {
  return content == Content::kGzip || content == Content::kArchive;
}

/// Archives in archives stay packed. Entries that can be models by their first bytes are kept, and those that `keep`
/// takes by name. Throws Error model.format (damaged, truncated, beyond the limits).
[[nodiscard]] ArchiveContents unpack(ModelBytes const& file, std::function<bool(std::string const&)> const& keep);

}  // namespace limpid::model
