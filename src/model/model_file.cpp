#include "model/model_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "limpid/error.h"

namespace limpid::model {
namespace {

struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) close(value);
  }
};

[[noreturn]] void fail(std::string const& path, std::string const& why, std::string const& hint) {
  throw Error("model.open", fmt::format("cannot read the model '{}': {}", path, why), path, hint);
}

}  // namespace

ModelFile::ModelFile(std::string const& path) {
  Descriptor const file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat status {};
  if (file.value < 0 || fstat(file.value, &status) != 0)
    fail(path, std::strerror(errno), "check the path given to --model");
  if (S_ISDIR(status.st_mode)) fail(path, "it is a directory", "name the model file in it");
  auto const size = static_cast<std::size_t>(status.st_size);
  if (S_ISREG(status.st_mode) && size > 0) {
    void* const mapping = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value, 0);
    if (mapping != MAP_FAILED) {
      mapping_ = mapping;
      bytes_ = {static_cast<char const*>(mapping), size};
      madvise(mapping, size, MADV_SEQUENTIAL);
      return;
    }
  }
  read_all(file.value, path);
}

ModelFile::~ModelFile() {
  if (mapping_ != nullptr) munmap(mapping_, bytes_.size());
}

void ModelFile::read_all(int descriptor, std::string const& path) {
  static constexpr std::size_t kStep = std::size_t{1} << 20;
  while (true) {
    std::size_t const had = owned_.size();
    owned_.resize(had + kStep);
    ssize_t const got = read(descriptor, owned_.data() + had, kStep);
    owned_.resize(had + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, std::strerror(errno), "check the path given to --model");
    if (got == 0) break;
  }
  bytes_ = owned_;
}

void ModelFile::release(std::size_t offset) noexcept {
  static constexpr std::size_t kBlock = std::size_t{16} << 20;  // a multiple of every page size
  std::size_t const whole = offset / kBlock * kBlock;
  if (mapping_ == nullptr || whole <= released_) return;
  madvise(static_cast<char*>(mapping_) + released_, whole - released_, MADV_DONTNEED);
  released_ = whole;
}

}  // namespace limpid::model
