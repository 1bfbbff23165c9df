/// The bytes of a model file: mapped where the system can, read otherwise (a pipe).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace limpid::model {

class ModelFile {
 public:
  /// Throws Error model.open.
  explicit ModelFile(std::string const& path);
  ModelFile(ModelFile const&) = delete;
  ModelFile& operator=(ModelFile const&) = delete;
  ~ModelFile();

  [[nodiscard]] std::span<char const> bytes() const noexcept { return bytes_; }

  /// The bytes before `offset` are not needed soon: keeps the memory of a large model small.
  void release(std::size_t offset) noexcept;

 private:
  void read_all(int descriptor, std::string const& path);

  std::span<char const> bytes_;
  std::vector<char> owned_;
  void* mapping_ = nullptr;
  std::size_t released_ = 0;
};

}  // namespace limpid::model
