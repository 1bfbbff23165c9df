#include "io/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "io/near_names.h"
#include "io/output_directory.h"
#include "limpid/error.h"

namespace limpid {
namespace {

/// "s3" of "s3://bucket/key"; empty for a path.
std::string_view scheme_of(std::string_view path) {
  auto const colon = path.find("://");
  if (colon == std::string_view::npos || colon == 0 || path.find('/') < colon) return {};
  return path.substr(0, colon);
}

void refuse_addresses(std::string const& path, std::string const& role) {
  auto const scheme = scheme_of(path);
  if (scheme.empty()) return;
  std::string hint = "download it first and pass the file's path";
  if (scheme == "s3") hint = fmt::format("pipe it in: aws s3 cp {} - | limpid ... {} -", path, role);
  if (scheme == "gs") hint = fmt::format("pipe it in: gcloud storage cat {} | limpid ... {} -", path, role);
  if (scheme == "http" || scheme == "https") hint = fmt::format("pipe it in: curl -L {} | limpid ... {} -", path, role);
  if (scheme == "file") hint = fmt::format("pass the path: {}", path.substr(path.find("://") + 3));
  throw Error("data.format", fmt::format("{}:// addresses are not read, only files and standard input", scheme),
              fmt::format("{} {}", role, path), hint);
}

std::string hint_for_missing(std::string const& path) {
  namespace fs = std::filesystem;
  fs::path const wanted(path);
  fs::path const folder = wanted.has_parent_path() ? wanted.parent_path() : fs::path(".");
  std::error_code error;
  if (!fs::is_directory(folder, error)) return fmt::format("the folder '{}' does not exist", folder.string());
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  auto const near = nearest_name(wanted.filename().string(), names);
  if (near.empty()) return "check the path; '-' reads standard input";
  return fmt::format("did you mean '{}'?", (wanted.parent_path() / near).string());
}

}  // namespace

std::string display_name(std::string const& path) { return path == "-" ? "standard input" : path; }

ByteSource::ByteSource(std::string const& path, std::string const& role, std::function<bool()> stop)
    : name_(display_name(path)), where_(fmt::format("{} {}", role, path)), stop_(std::move(stop)) {
  refuse_addresses(path, role);
  if (path == "-") {
    descriptor_ = STDIN_FILENO;
    return;
  }
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) {
    int const reason = errno;
    throw Error("data.open", fmt::format("cannot open '{}': {}", path, std::strerror(reason)), where_,
                reason == ENOENT ? hint_for_missing(path) : std::string{});
  }
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(descriptor_);
    throw Error("data.open", fmt::format("'{}' is a directory, a CSV file is needed", path), where_,
                "name one file; several files can be piped in: cat (one header only) into '-'");
  }
}

ByteSource::~ByteSource() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

std::size_t ByteSource::read(char* buffer, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    if (stop_ && stop_()) throw Error("data.interrupted", fmt::format("reading {} was interrupted", name_), where_);
    auto const got = ::read(descriptor_, buffer + done, size - done);
    if (got == 0) break;
    if (got > 0) {
      sha_.update({buffer + done, static_cast<std::size_t>(got)});
      done += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      throw Error("data.open", fmt::format("cannot read {}: {}", name_, std::strerror(errno)), where_);
    }
  }
  return done;
}

std::string ByteSource::sha256() {
  static constexpr std::size_t kBufferBytes = 1 << 18;
  if (!digest_.empty()) return digest_;
  std::vector<char> buffer(kBufferBytes);
  while (read(buffer.data(), buffer.size()) > 0) {
  }
  digest_ = sha_.finish();
  return digest_;
}

std::string sha256_of_file(std::string const& path) { return ByteSource(path, "file").sha256(); }

}  // namespace limpid
