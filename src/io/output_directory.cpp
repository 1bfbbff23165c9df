#include "io/output_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "io/file_writer.h"
#include "io/sha256.h"
#include "limpid/error.h"

namespace limpid {
namespace {

namespace fs = std::filesystem;

/// Files that are limpid's own: only these are replaced by --overwrite. manifest.json goes first: without it the
/// directory does not count as complete.
constexpr std::array<std::string_view, 9> kOwnFiles{"manifest.json",
                                                    "run.json",
                                                    "analysis.json",
                                                    "interactions.json",
                                                    "explanations_shap/interactions.jsonl",
                                                    "explanations_shap/interactions.npy",
                                                    "explanations_shap/out.jsonl",
                                                    "explanations_shap/out.csv",
                                                    "explanations_shap/baseline.csv"};
constexpr std::string_view kTemporaryPrefix = ".limpid-";
constexpr std::size_t kBufferBytes = 1 << 18;

/// Makes names durable too. Some file systems cannot sync a directory: that is not an error.
void sync_directory(std::string const& path) noexcept {
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

struct OutputFile::Impl {
  std::string temporary;
  std::string name;
  int descriptor = -1;
  bool regular = false;  ///< only a regular file is removed again: `temporary` may be a device in tests
  std::string buffer;
  std::uint64_t bytes = 0;
  Sha256 sha;

  void flush() {
    write_fully(descriptor, buffer, name);
    buffer.clear();
  }
};

OutputFile::OutputFile(std::string temporary, std::string name) : impl_(std::make_unique<Impl>()) {
  static constexpr ::mode_t kMode = 0666;
  impl_->temporary = std::move(temporary);
  impl_->name = std::move(name);
  impl_->descriptor = ::open(impl_->temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
  if (impl_->descriptor < 0) throw_output_error(errno, "create", impl_->temporary);
  struct stat status {};
  impl_->regular = ::fstat(impl_->descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

OutputFile::~OutputFile() {
  if (impl_->descriptor < 0) return;
  ::close(impl_->descriptor);
  if (impl_->regular) ::unlink(impl_->temporary.c_str());
}

void OutputFile::write(std::string_view bytes) {
  impl_->sha.update(bytes);
  impl_->bytes += bytes.size();
  impl_->buffer += bytes;
  if (impl_->buffer.size() >= kBufferBytes) impl_->flush();
}

/// The bytes' hash began with others: it is taken anew.
void OutputFile::rewrite_begin(std::string_view bytes) {
  impl_->flush();
  if (::lseek(impl_->descriptor, 0, SEEK_SET) < 0) throw_output_error(errno, "write", impl_->name);
  write_fully(impl_->descriptor, bytes, impl_->name);
  impl_->sha = Sha256();
  impl_->sha.update(bytes);
  std::string part(kBufferBytes, '\0');
  for (;;) {
    auto const got = ::read(impl_->descriptor, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_output_error(errno, "read", impl_->name);
    if (got == 0) return;
    impl_->sha.update({part.data(), static_cast<std::size_t>(got)});
  }
}

WrittenFile OutputFile::close() {
  impl_->flush();
  // Delayed allocation and network file systems report a full disk only here. EINVAL: a device that cannot sync.
  if (::fsync(impl_->descriptor) != 0 && errno != EINVAL && errno != ENOTSUP) {
    throw_output_error(errno, "write", impl_->name);
  }
  if (::close(std::exchange(impl_->descriptor, -1)) != 0 && errno != EINTR) {
    int const reason = errno;
    if (impl_->regular) ::unlink(impl_->temporary.c_str());
    throw_output_error(reason, "close", impl_->name);
  }
  return {impl_->name, impl_->bytes, impl_->sha.finish()};
}

struct OutputDirectory::Impl {
  struct Pending {
    std::string name;
    std::string temporary;
  };
  std::string path;
  bool committed = false;
  std::vector<Pending> created;
  std::vector<WrittenFile> files;

  [[nodiscard]] std::string in(std::string_view name) const { return (fs::path(path) / name).string(); }
  [[nodiscard]] Pending const* find(std::string const& name) const {
    auto const it = std::find_if(created.begin(), created.end(), [&](Pending const& p) { return p.name == name; });
    return it == created.end() ? nullptr : &*it;
  }
  void check_target(bool overwrite) const;
  void remove_old_results() const;
  void publish(WrittenFile const& file) const;
};

void OutputDirectory::Impl::check_target(bool overwrite) const {
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_directory(path, error)) {
    throw Error("output.write", fmt::format("'{}' is a file, a directory is needed", path),
                fmt::format("--out {}", path), "name a directory; '--out -' writes to standard output");
  }
  fs::create_directories(path, error);
  if (error) throw_output_error(error.value(), "create", path);
  if (::access(path.c_str(), W_OK | X_OK) != 0) throw_output_error(errno, "write into", path);
  bool const empty = fs::is_empty(path, error);
  if (error) throw_output_error(error.value(), "read", path);
  if (!empty && !overwrite) {
    throw Error("output.exists", fmt::format("'{}' is not empty", path), fmt::format("--out {}", path),
                "--overwrite replaces earlier results in it; or choose another directory");
  }
}

/// Earlier results, and temporary files that a killed run left.
void OutputDirectory::Impl::remove_old_results() const {
  std::error_code error;
  for (auto const name : kOwnFiles) fs::remove(in(name), error);
  std::vector<fs::path> stale;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    auto const name = it->path().filename().string();
    bool const pending = std::any_of(created.begin(), created.end(),
                                     [&](Pending const& p) { return fs::path(p.temporary).filename() == name; });
    if (name.starts_with(kTemporaryPrefix) && name.ends_with(".tmp") && !pending) stale.push_back(it->path());
  }
  for (auto const& file : stale) fs::remove(file, error);
}

void OutputDirectory::Impl::publish(WrittenFile const& file) const {
  auto const* const pending = find(file.name);
  if (pending == nullptr) throw Error("internal.output", fmt::format("'{}' was added but never created", file.name));
  auto const target = in(file.name);
  std::error_code error;
  fs::create_directories(fs::path(target).parent_path(), error);
  if (error) throw_output_error(error.value(), "create", fs::path(target).parent_path().string());
  fs::rename(pending->temporary, target, error);
  if (error) throw_output_error(error.value(), "write", target);
}

void remove_results(std::string const& path) noexcept {
  std::error_code error;
  for (auto const name : kOwnFiles) fs::remove(fs::path(path) / name, error);
  fs::remove(fs::path(path) / "explanations_shap", error);  // only if it is empty
  fs::remove(path, error);
}

OutputDirectory::OutputDirectory(std::string path, bool overwrite) : impl_(std::make_unique<Impl>()) {
  impl_->path = std::move(path);
  impl_->check_target(overwrite);
}

OutputDirectory::~OutputDirectory() {
  if (impl_->committed) return;
  std::error_code error;
  for (auto const& pending : impl_->created) fs::remove(pending.temporary, error);
}

std::string const& OutputDirectory::path() const noexcept { return impl_->path; }

std::unique_ptr<OutputFile> OutputDirectory::create(std::string const& name) {
  auto temporary = impl_->in(fmt::format("{}{}-{}.tmp", kTemporaryPrefix, ::getpid(), impl_->created.size()));
  impl_->created.push_back({name, temporary});
  return std::make_unique<OutputFile>(std::move(temporary), name);
}

void OutputDirectory::add(WrittenFile file) { impl_->files.push_back(std::move(file)); }

std::vector<WrittenFile> const& OutputDirectory::files() const noexcept { return impl_->files; }

void OutputDirectory::commit() {
  impl_->remove_old_results();
  std::vector<std::string> published;
  try {
    for (auto const& file : impl_->files) {
      impl_->publish(file);
      published.push_back(impl_->in(file.name));
    }
  } catch (...) {
    std::error_code error;
    for (auto const& file : published) fs::remove(file, error);
    fs::remove(impl_->in("explanations_shap"), error);  // only if it is empty
    throw;
  }
  impl_->committed = true;
  sync_directory(impl_->in("explanations_shap"));
  sync_directory(impl_->path);
}

}  // namespace limpid
