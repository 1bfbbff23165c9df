#include "io/pull_stream.h"

#include <optional>

namespace limpid {

arrow::Result<std::shared_ptr<arrow::Buffer>> PullStream::Read(std::int64_t size) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(size));
  ARROW_ASSIGN_OR_RAISE(std::int64_t const got, Read(size, buffer->mutable_data()));
  ARROW_RETURN_NOT_OK(buffer->Resize(got, false));
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

arrow::Result<std::int64_t> PullStream::Read(std::int64_t size, void* out) {
  std::optional<Error> failure;
  try {
    auto const got = static_cast<std::int64_t>(pull(static_cast<char*>(out), static_cast<std::size_t>(size)));
    position_ += got;
    return got;
  } catch (Error const& error) {
    failure = error;  // Arrow is no place for exceptions
  }
  keep(*failure);
  return arrow::Status::IOError(failure->what());
}

}  // namespace limpid
