#include "model/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>

#include "limpid/error.h"
#include "model/document_reader.h"
#include "model/format.h"

namespace limpid::model {
namespace {

struct Close {
  void operator()(archive* handle) const noexcept { archive_read_free(handle); }
};

/// One filter, chosen by the first bytes: libarchive by itself would stack them, and each can multiply the size.
int filter_of(std::string_view start) noexcept {
  if (start.starts_with("\x1f\x8b")) return ARCHIVE_FILTER_GZIP;
  if (start.starts_with("BZh")) return ARCHIVE_FILTER_BZIP2;
  if (start.starts_with("\xfd"
                        "7zXZ"))
    return ARCHIVE_FILTER_XZ;
  if (start.starts_with("\x28\xb5\x2f\xfd")) return ARCHIVE_FILTER_ZSTD;
  return ARCHIVE_FILTER_NONE;
}

/// How much a gzip file says that it unpacks to (modulo 2^32); 0: unknown.
std::size_t gzip_size(std::span<char const> bytes) noexcept {
  std::array<unsigned char, 4> last{};
  if (bytes.size() < last.size()) return 0;
  std::memcpy(last.data(), bytes.data() + bytes.size() - last.size(), last.size());
  return last[0] | static_cast<std::size_t>(last[1]) << 8 | static_cast<std::size_t>(last[2]) << 16 |
         static_cast<std::size_t>(last[3]) << 24;
}

class Unpacker {
 public:
  Unpacker(ModelBytes const& file, std::function<bool(std::string const&)> const& keep)
      : file_(file), keep_(keep), limit_(kUnpackedFloor + kUnpackedRatio * file.bytes.size()), left_(limit_) {}

  ArchiveContents unpack() {
    open();
    archive_entry* entry = nullptr;
    while (next(&entry)) {
      bool const is_raw = archive_format(handle_.get()) == ARCHIVE_FORMAT_RAW;
      describe_kind(is_raw);
      if (!is_raw && archive_entry_filetype(entry) != AE_IFREG) continue;
      if (contents_.entries.size() == kMaxEntries) fail(fmt::format("it holds more than {} files", kMaxEntries));
      auto& out = contents_.entries.emplace_back();
      if (!is_raw) out.name = name_of(entry);
      read(out, size_of(entry, is_raw));
    }
    return std::move(contents_);
  }

 private:
  [[noreturn]] void fail(std::string const& why) const {
    throw Error("model.format", fmt::format("cannot unpack the model: {}", why), file_.name,
                "copy or pack the file again, or unpack it and give the model alone");
  }
  [[noreturn]] void fail_to_unpack() const {
    char const* const why = archive_error_string(handle_.get());
    fail(why == nullptr ? "the file is damaged" : why);
  }

  void open() {
    auto const filter = filter_of({file_.bytes.data(), file_.bytes.size()});
    archive_read_support_format_tar(handle_.get());
    archive_read_support_format_zip(handle_.get());
    archive_read_support_format_raw(handle_.get());
    if (filter != ARCHIVE_FILTER_NONE && archive_read_append_filter(handle_.get(), filter) < ARCHIVE_WARN)
      fail_to_unpack();
    if (archive_read_open_memory(handle_.get(), file_.bytes.data(), file_.bytes.size()) != ARCHIVE_OK) fail_to_unpack();
  }

  /// A header costs time too: it counts as a block of tar.
  bool next(archive_entry** entry) {
    int const status = archive_read_next_header(handle_.get(), entry);
    if (status == ARCHIVE_EOF) return false;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) fail_to_unpack();
    spend(kHeader);
    return true;
  }

  void describe_kind(bool is_raw) {
    if (!contents_.kind.empty()) return;
    bool const tar = (archive_format(handle_.get()) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
    if (!is_raw) contents_.kind = tar ? "tar" : "zip";
    if (archive_filter_code(handle_.get(), 0) == ARCHIVE_FILTER_NONE) return;
    if (!is_raw) contents_.kind += ", ";
    contents_.kind += archive_filter_name(handle_.get(), 0);
  }

  static std::string name_of(archive_entry* entry) {
    char const* path = archive_entry_pathname_utf8(entry);
    if (path == nullptr) path = archive_entry_pathname(entry);  // bytes that are no UTF-8
    std::string_view text = path == nullptr ? "?" : path;
    while (text.starts_with("./")) text.remove_prefix(2);
    return std::string(text);
  }

  /// What is expected, for one allocation; it may be wrong.
  std::size_t size_of(archive_entry* entry, bool is_raw) const {
    if (is_raw) return gzip_size(file_.bytes);
    auto const size = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : 0;
    return size > 0 ? static_cast<std::size_t>(size) : 0;
  }

  void spend(std::size_t bytes) {
    if (bytes > left_)
      fail(fmt::format("it unpacks to more than {} MiB, the limit for a file of {} bytes", limit_ >> 20,
                       file_.bytes.size()));
    left_ -= bytes;
  }

  std::size_t read_block(std::span<char> block) {
    la_ssize_t const got = archive_read_data(handle_.get(), block.data(), block.size());
    if (got < 0) fail_to_unpack();
    spend(static_cast<std::size_t>(got));
    return static_cast<std::size_t>(got);
  }

  /// Whole where it can be a model by its first block, else read to its end without being kept.
  void read(ArchiveEntry& out, std::size_t expected) {
    std::array<char, kBlock> block;
    std::size_t got = read_block(block);
    out.content = find_content({block.data(), got});
    bool const keep =
        format_of(out.content) != nullptr || out.content == Content::kJson || out.name.empty() || keep_(out.name);
    if (keep) out.bytes.reserve(std::min(expected, left_ + got));
    while (got > 0) {
      if (keep) out.bytes.insert(out.bytes.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got));
      got = read_block(block);
    }
  }

  static constexpr std::size_t kBlock = std::size_t{64} << 10;
  static constexpr std::size_t kHeader = 512;

  ModelBytes const& file_;
  std::function<bool(std::string const&)> const& keep_;
  std::size_t limit_;
  std::size_t left_;
  std::unique_ptr<archive, Close> handle_{archive_read_new()};
  ArchiveContents contents_;
};

}  // namespace

ArchiveContents unpack(ModelBytes const& file, std::function<bool(std::string const&)> const& keep) {
  return Unpacker(file, keep).unpack();
}

}  // namespace limpid::model
