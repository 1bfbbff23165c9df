// Knows Arrow for its CompressedInputStream alone.
#include "io/text_input.h"

#include <arrow/io/compressed.h>
#include <arrow/util/compression.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "io/byte_source.h"
#include "io/pull_stream.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::size_t kPeekBytes = 64 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// The stored bytes as Arrow's decompressor asks for them: the first ones were looked at already.
class StoredBytes final : public PullStream {
 public:
  StoredBytes(std::string head, ByteSource& rest) : head_(std::move(head)), rest_(rest) {}
  [[nodiscard]] std::optional<Error> const& failure() const noexcept { return failure_; }

 protected:
  [[nodiscard]] std::size_t pull(char* out, std::size_t size) override {
    auto const from_head = std::min(size, head_.size() - used_);
    std::memcpy(out, head_.data() + used_, from_head);
    used_ += from_head;
    return from_head + rest_.read(out + from_head, size - from_head);
  }
  void keep(Error const& error) override { failure_ = error; }

 private:
  std::string head_;
  std::size_t used_ = 0;
  ByteSource& rest_;
  std::optional<Error> failure_;
};

}  // namespace

struct TextInput::Impl {
  Impl(std::string path_in, std::string role_in, std::function<bool()> stop)
      : path(std::move(path_in)), role(std::move(role_in)), source(path, role, std::move(stop)) {}

  std::string path;
  std::string role;
  ByteSource source;
  std::unique_ptr<arrow::util::Codec> codec;  // outlives the stream that uses it
  std::shared_ptr<StoredBytes> stored;
  std::shared_ptr<arrow::io::CompressedInputStream> gzip;
  std::string peeked;
  std::size_t used = 0;  ///< bytes of `peeked` that were handed out
  bool at_end = false;

  [[nodiscard]] std::string where() const { return fmt::format("{} {}", role, path); }
  void open_gzip(std::string head);
  [[nodiscard]] std::size_t read_on(char* buffer, std::size_t size);
  [[noreturn]] void fail_gzip() const;
};

void TextInput::Impl::fail_gzip() const {
  if (stored && stored->failure()) throw Error(*stored->failure());
  throw Error("data.format", fmt::format("the gzip data of {} is damaged or ends too soon", display_name(path)),
              where(), path == "-" ? std::string() : fmt::format("test it with: gzip -t '{}'", path));
}

void TextInput::Impl::open_gzip(std::string head) {
  auto made_codec = arrow::util::Codec::Create(arrow::Compression::GZIP);
  if (!made_codec.ok()) fail_gzip();
  codec = std::move(*made_codec);
  stored = std::make_shared<StoredBytes>(std::move(head), source);
  auto stream = arrow::io::CompressedInputStream::Make(codec.get(), stored);
  if (!stream.ok()) fail_gzip();
  gzip = *stream;
}

/// Past what was looked at.
std::size_t TextInput::Impl::read_on(char* buffer, std::size_t size) {
  if (!gzip) return source.read(buffer, size);
  std::size_t done = 0;
  while (done < size) {
    auto const got = gzip->Read(static_cast<std::int64_t>(size - done), buffer + done);
    if (!got.ok()) fail_gzip();
    if (*got == 0) break;
    done += static_cast<std::size_t>(*got);
  }
  return done;
}

TextInput::TextInput(std::string path, std::string role, std::function<bool()> stop, Json json)
    : impl_(std::make_unique<Impl>(std::move(path), std::move(role), std::move(stop))) {
  std::string head(kPeekBytes, '\0');
  head.resize(impl_->source.read(head.data(), head.size()));
  if (is_gzip(head)) {
    impl_->open_gzip(std::move(head));
    peek_more();
  } else {
    impl_->at_end = head.size() < kPeekBytes;
    impl_->peeked = std::move(head);
  }
  if (impl_->peeked.starts_with(kByteOrderMark)) impl_->peeked.erase(0, kByteOrderMark.size());
  refuse_other_formats(impl_->peeked, impl_->path, impl_->role, json == Json::kTaken);
  if (impl_->peeked.empty()) {
    throw Error("data.empty", fmt::format("{} is empty", display_name(impl_->path)), impl_->where());
  }
}

TextInput::~TextInput() = default;

std::string_view TextInput::peeked() const noexcept { return std::string_view(impl_->peeked).substr(impl_->used); }

bool TextInput::peeked_all() const noexcept { return impl_->at_end; }

void TextInput::peek_more() {
  std::size_t const old_size = impl_->peeked.size();
  std::size_t const more = std::max(kPeekBytes, old_size);
  impl_->peeked.resize(old_size + more);
  std::size_t const got = impl_->read_on(impl_->peeked.data() + old_size, more);
  impl_->peeked.resize(old_size + got);
  impl_->at_end = got < more;
}

void TextInput::skip_peeked(std::size_t size) { impl_->used += size; }

std::size_t TextInput::read(char* buffer, std::size_t size) {
  auto const ahead = peeked().substr(0, size);
  std::memcpy(buffer, ahead.data(), ahead.size());
  impl_->used += ahead.size();
  if (impl_->used == impl_->peeked.size()) impl_->peeked = std::string();
  if (impl_->peeked.empty()) impl_->used = 0;
  if (ahead.size() == size) return size;
  return ahead.size() + impl_->read_on(buffer + ahead.size(), size - ahead.size());
}

std::string TextInput::where() const { return impl_->where(); }

std::string TextInput::sha256() { return impl_->source.sha256(); }

}  // namespace limpid
