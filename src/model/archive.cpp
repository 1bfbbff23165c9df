/// Looks into a compressed file or an archive far enough to say what it holds. The work is bounded: a few entries,
/// 64 MiB unpacked.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "model/content.h"

namespace limpid::model {
namespace {

constexpr int kMaxEntries = 20;
constexpr std::size_t kMaxUnpacked = std::size_t{64} << 20;

struct Close {
  void operator()(archive* handle) const noexcept { archive_read_free(handle); }
};
using Archive = std::unique_ptr<archive, Close>;

Archive open_archive(std::span<char const> bytes) {
  Archive handle(archive_read_new());
  if (handle == nullptr) return nullptr;
  archive_read_support_filter_gzip(handle.get());
  archive_read_support_filter_bzip2(handle.get());
  archive_read_support_filter_xz(handle.get());
  archive_read_support_filter_zstd(handle.get());
  archive_read_support_format_tar(handle.get());
  archive_read_support_format_zip(handle.get());
  archive_read_support_format_raw(handle.get());
  if (archive_read_open_memory(handle.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return nullptr;
  return handle;
}

/// The entry's first bytes; the rest is unpacked too, within the budget, since the next entry lies behind it.
std::string read_start(archive* handle, std::size_t& budget) {
  static constexpr std::size_t kStart = 4096;
  std::string start;
  std::array<char, 65536> block{};
  while (budget > 0) {
    la_ssize_t const got = archive_read_data(handle, block.data(), block.size());
    if (got <= 0) break;
    auto const size = static_cast<std::size_t>(got);
    if (start.size() < kStart) start.append(block.data(), std::min(size, kStart - start.size()));
    budget -= std::min(size, budget);
  }
  return start;
}

std::string printable(char const* path) {
  std::string text = path == nullptr ? "?" : path;
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = '?';
  return text.substr(0, 100);
}

bool is_more_likely(Content found, Content so_far) noexcept {
  auto const is_model = [](Content content) {
    return content != Content::kUnknown && content != Content::kText && content != Content::kCsv &&
           content != Content::kEmpty;
  };
  return is_model(found) && !is_model(so_far);
}

}  // namespace

ArchiveContents look_into_archive(std::span<char const> bytes) {
  ArchiveContents contents;
  Archive const handle = open_archive(bytes);
  if (handle == nullptr) return contents;
  std::size_t budget = kMaxUnpacked;
  archive_entry* entry = nullptr;
  for (int n = 0; n < kMaxEntries && budget > 0; ++n) {
    int const status = archive_read_next_header(handle.get(), &entry);
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) break;
    bool const is_raw = archive_format(handle.get()) == ARCHIVE_FORMAT_RAW;
    contents.is_tar = (archive_format(handle.get()) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
    if (!is_raw && archive_entry_filetype(entry) == AE_IFDIR) continue;
    std::string const start = read_start(handle.get(), budget);
    Content const found = find_content(start);
    if (is_more_likely(found, contents.model)) contents.model = found;
    if (!contents.listing.empty()) contents.listing += ", ";
    contents.listing += is_raw ? fmt::format("one file ({})", describe(found))
                               : fmt::format("'{}' ({})", printable(archive_entry_pathname(entry)), describe(found));
  }
  return contents;
}

}  // namespace limpid::model
