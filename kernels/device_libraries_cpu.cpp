// What opening a library is on every device: where it is looked for is the device's affair.
#include <dlfcn.h>

#include "kernels/device_libraries.h"

namespace limpid::device {

Library::~Library() {
  if (handle_ != nullptr) dlclose(handle_);
}

void* Library::symbol(char const* name) const {
  void* const found = dlsym(handle_, name);
  if (found == nullptr) throw Error("device.library", std::string("a library lacks ") + name, dlerror());
  return found;
}

std::optional<Library> open_library(LibraryPlaces const& places, std::string const& name,
                                    std::initializer_list<char const*> versions, std::string& reason) {
  std::string tried;
  auto const open = [&](std::string const& path) -> std::optional<Library> {
    void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle != nullptr) return Library(handle);
    tried += (tried.empty() ? "" : ", ") + path;
    return std::nullopt;
  };
  for (auto const& folder : places.folders) {
    for (char const* const version : versions) {
      if (auto library = open(folder + "/" + name + "." + version)) return library;
    }
  }
  for (char const* const version : versions) {
    if (!places.loader_path) break;
    if (auto library = open(name + "." + version)) return library;
  }
  reason = name + " was not found" + (tried.empty() ? "" : ", tried " + tried);
  return std::nullopt;
}

}  // namespace limpid::device
