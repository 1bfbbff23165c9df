// What the first bytes of an input say it is, when it is not CSV.
#include <fmt/format.h>

#include <array>

#include "io/byte_source.h"
#include "limpid/error.h"

namespace limpid {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  std::string_view name;
  std::string_view hint;
};

constexpr std::array<Magic, 13> kMagics{{
    {"PAR1"sv, "a Parquet file",
     "convert it: python -c \"import pandas as p; p.read_parquet('{}').to_csv('data.csv', "
     "index=False)\""},
    {"ARROW1"sv, "an Arrow (Feather) file",
     "convert it: python -c \"import pandas as p; "
     "p.read_feather('{}').to_csv('data.csv', index=False)\""},
    {"\x28\xB5\x2F\xFD"sv, "compressed with zstd", "decompress it, or pipe it in: zstdcat '{}' | limpid ..."},
    {"BZh"sv, "compressed with bzip2", "decompress it, or pipe it in: bzcat '{}' | limpid ..."},
    {"\xFD"
     "7zXZ"sv,
     "compressed with xz", "decompress it, or pipe it in: xzcat '{}' | limpid ..."},
    {"\x04\x22\x4D\x18"sv, "compressed with lz4", "decompress it, or pipe it in: lz4cat '{}' | limpid ..."},
    {"PK\x03\x04"sv, "a zip archive (or an Excel workbook)", "unpack '{}', or save the sheet as CSV"},
    {"\x93NUMPY"sv, "a NumPy file",
     "convert it: python -c \"import numpy as n; n.savetxt('data.csv', n.load('{}'), "
     "delimiter=',')\" and use --no-header"},
    {"\x89HDF\r\n"sv, "an HDF5 file", "convert '{}' to CSV"},
    {"SQLite format 3"sv, "an SQLite data base", "export the table of '{}' as CSV"},
    {"Obj\x01"sv, "an Avro file", "convert '{}' to CSV"},
    {"\xFF\xFE"sv, "UTF-16 text", "convert it: iconv -f UTF-16 -t UTF-8 '{}'"},
    {"\xFE\xFF"sv, "UTF-16 text", "convert it: iconv -f UTF-16 -t UTF-8 '{}'"},
}};

bool is_tar(std::string_view head) {
  static constexpr std::size_t kMagicOffset = 257;
  return head.size() > kMagicOffset + 5 && head.substr(kMagicOffset, 5) == "ustar";
}

[[noreturn]] void refuse(std::string const& path, std::string const& role, std::string_view name, std::string hint) {
  throw Error("data.format", fmt::format("{} is {}, a CSV file is needed", display_name(path), name),
              fmt::format("{} {}", role, path), std::move(hint));
}

}  // namespace

bool looks_like_json(std::string_view head) noexcept {
  static constexpr std::string_view kSpace = " \t\r\n";
  auto const first = head.find_first_not_of(kSpace);
  if (first == std::string_view::npos || (head[first] != '{' && head[first] != '[')) return false;
  auto const second = head.find_first_not_of(kSpace, first + 1);
  if (second == std::string_view::npos) return false;
  if (head[first] == '{') return head[second] == '"' || head[second] == '}';
  return head[second] == '{' || head[second] == '[';
}

bool is_gzip(std::string_view head) noexcept { return head.starts_with("\x1F\x8B"); }

void refuse_other_formats(std::string_view head, std::string const& path, std::string const& role, bool json) {
  for (auto const& magic : kMagics) {
    if (head.starts_with(magic.bytes)) refuse(path, role, magic.name, fmt::format(fmt::runtime(magic.hint), path));
  }
  if (is_tar(head)) refuse(path, role, "a tar archive", fmt::format("unpack it: tar -xf '{}'", path));
  if (!json && looks_like_json(head)) {
    refuse(path, role, "JSON (Lines)",
           fmt::format("convert it: python -c \"import pandas as p; p.read_json('{}', "
                       "lines=True).to_csv('data.csv', index=False)\"",
                       path));
  }
  if (head.find('\0') != std::string_view::npos) {
    refuse(path, role, "a binary file (it holds a zero byte)", "export the data as CSV text in UTF-8");
  }
}

}  // namespace limpid
