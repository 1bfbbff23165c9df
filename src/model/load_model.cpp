#include <fmt/core.h>

#include <algorithm>

#include "limpid/ensemble.h"
#include "limpid/error.h"
#include "model/content.h"
#include "model/document_reader.h"
#include "model/format.h"
#include "model/model_file.h"
#include "model/read_model.h"

namespace limpid {
namespace model {
namespace {

/// What the file is: by its first bytes, JSON by its keys.
Format const& choose_format(ModelBytes const& model) {
  Content content = find_content(model.bytes);
  std::vector<std::string> keys;
  if (content == Content::kJson) {
    try {
      content = find_document(model.bytes, keys);
    } catch (ReadError const& error) {
      fail_to_read(error, "", model);
    }
    if (content == Content::kJson) refuse_document(keys, model.name);
  }
  auto const* const format = format_of(content);
  if (format == nullptr) refuse_content(content, model.bytes, model.name);
  return *format;
}

}  // namespace

Ensemble read_model(std::span<char const> bytes, std::string const& name, LoadOptions const& options,
                    std::function<void(std::size_t)> const& consumed) {
  ModelBytes const model{bytes, name, options.allow_unknown_version, consumed};
  auto const* const asked = find_format(options.format);
  if (asked == nullptr) return choose_format(model).read(model);
  if (auto const content = find_content(bytes); is_certain(content)) refuse_content(content, bytes, name);
  return asked->read(model);
}

}  // namespace model

Ensemble load_model(std::string const& path, LoadOptions const& options) {
  model::ModelFile file(path);
  return model::read_model(file.bytes(), path, options, [&file](std::size_t offset) { file.release(offset); });
}

void select_rounds(Ensemble& ensemble, std::int32_t begin, std::int32_t end) {
  if (begin < 0 || begin >= end || end > ensemble.rounds)
    throw Error("usage.value",
                fmt::format("--iterations {}:{} is not a range of the model's {} rounds", begin, end, ensemble.rounds),
                "", fmt::format("use all, N or A:B with 0 <= A < B <= {}", ensemble.rounds));
  std::erase_if(ensemble.trees, [=](Tree const& tree) { return tree.round < begin || tree.round >= end; });
  ensemble.rounds = end - begin;
}

char const* name_of(Link link) noexcept {
  switch (link) {
    case Link::kSigmoid:
      return "sigmoid";
    case Link::kSoftmax:
      return "softmax";
    case Link::kExp:
      return "exp";
    default:
      return "identity";
  }
}

}  // namespace limpid
