/// SHA-256 as the bytes pass by.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace limpid {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  [[nodiscard]] std::string finish();  ///< 64 hex digits; the object is spent

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace limpid
