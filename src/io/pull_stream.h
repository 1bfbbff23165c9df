/// A source of bytes as Arrow asks for one: a subclass says how bytes are read, and what to do with an Error, for which
/// Arrow has no place. Names Arrow: for .cpp files of src/io alone.
#pragma once

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "limpid/error.h"

namespace limpid {

class PullStream : public arrow::io::InputStream {
 public:
  arrow::Status Close() final { return arrow::Status::OK(); }
  [[nodiscard]] bool closed() const final { return false; }
  [[nodiscard]] arrow::Result<std::int64_t> Tell() const final { return position_; }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size) final;
  arrow::Result<std::int64_t> Read(std::int64_t size, void* out) final;

 protected:
  /// Fills `out` but at the end; returns the bytes read. May throw Error.
  [[nodiscard]] virtual std::size_t pull(char* out, std::size_t size) = 0;
  /// Keeps what pull() threw, to be thrown again behind Arrow.
  virtual void keep(Error const& error) = 0;
  [[nodiscard]] std::size_t position() const noexcept { return static_cast<std::size_t>(position_); }

 private:
  std::int64_t position_ = 0;
};

}  // namespace limpid
