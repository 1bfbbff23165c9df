/// Libraries of CUDA that are opened at run time. Where they lie and what a stream is to them is the device's affair:
/// kernels/device_cuda.cu, or tests/simt.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/device.h"
#include "limpid/error.h"

namespace limpid::device {

/// An open shared library. Move-only.
class Library {
 public:
  explicit Library(void* handle) noexcept : handle_(handle) {}
  Library(Library&& o) noexcept : handle_(std::exchange(o.handle_, nullptr)) {}
  Library& operator=(Library&& o) noexcept {
    std::swap(handle_, o.handle_);
    return *this;
  }
  ~Library();

  /// Throws Error device.library where the library lacks it.
  template <class Function>
  [[nodiscard]] Function function(char const* name) const {
    return reinterpret_cast<Function>(symbol(name));
  }

 private:
  [[nodiscard]] void* symbol(char const* name) const;

  void* handle_;
};

/// What a library takes as the stream of `exec`: a cudaStream_t.
[[nodiscard]] void* stream_handle(Exec const& exec) noexcept;
/// Folders to look in, in order, and whether the loader's path comes after them.
struct LibraryPlaces {
  std::vector<std::string> folders;
  bool loader_path = true;
};
[[nodiscard]] LibraryPlaces library_places();

/// Opens `name`.`version`, the first version of the first place that has one; none: nothing, and `reason` lists what
/// was tried.
[[nodiscard]] std::optional<Library> open_library(LibraryPlaces const& places, std::string const& name,
                                                  std::initializer_list<char const*> versions, std::string& reason);

}  // namespace limpid::device
