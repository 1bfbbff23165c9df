/// The text of a CSV file as Arrow's reader asks for it, its lines counted on the way. Arrow reads ahead on a thread of
/// its own, so what that thread shares with the caller is under one lock. Names Arrow: for .cpp files of src/io alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "io/line_index.h"
#include "io/pull_stream.h"
#include "io/text_input.h"
#include "limpid/error.h"

namespace limpid {

struct RaggedRow {
  std::int64_t number = 0;  ///< 0-based data row
  std::int32_t fields = 0;
};

/// What happened below Arrow, kept for the message: the first of them is the cause.
struct ReadState {
  std::mutex mutex;
  std::optional<Error> failure;
  std::optional<LineIndex> lines;
  std::optional<RaggedRow> ragged;
};

/// The error of a quote that never closes.
[[nodiscard]] Error open_quote(LineIndex const& lines, std::string const& where);

class CountedText final : public PullStream {
 public:
  CountedText(std::shared_ptr<TextInput> input, std::shared_ptr<ReadState> state);

 protected:
  [[nodiscard]] std::size_t pull(char* out, std::size_t size) override;
  void keep(Error const& error) override;

 private:
  std::shared_ptr<TextInput> input_;
  std::shared_ptr<ReadState> state_;
};

}  // namespace limpid
