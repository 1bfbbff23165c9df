#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "limpid/ensemble.h"
#include "limpid/error.h"
#include "model/content.h"
#include "model/document_reader.h"
#include "model/format.h"
#include "model/members.h"
#include "model/model_file.h"
#include "model/read_model.h"

namespace limpid {
namespace model {
namespace {

/// What the file is: by its first bytes, JSON by its keys.
Format const& choose_format(ModelBytes const& file) {
  Content content = find_content(file.bytes);
  if (content == Content::kJson) {
    auto const document = find_document(file.bytes);
    if (document.error) fail_to_read(*document.error, "", file);
    if (document.content == Content::kJson) refuse_document(document.keys, file.name);
    content = document.content;
  }
  auto const* const format = format_of(content);
  if (format == nullptr) refuse_content(content, file.name);
  return *format;
}

Ensemble read_one(ModelBytes const& file, Format const* asked) {
  if (asked == nullptr) return choose_format(file).read(file);
  if (auto const content = find_content(file.bytes); is_certain(content)) refuse_content(content, file.name);
  return asked->read(file);
}

Model read_packed(ModelBytes const& file, LoadOptions const& options, Format const* asked) {
  auto contents = unpack(file, [&](std::string const& name) { return asked != nullptr || name == options.entry; });
  Model out;
  out.container = contents.kind;
  auto members = choose_members(std::move(contents), options, asked, file.name);
  out.ignored = std::move(members.ignored);
  for (auto& entry : members.chosen) {
    auto const name = entry.name.empty() ? file.name : fmt::format("{}: {}", file.name, entry.name);
    out.members.push_back(read_one({entry.bytes, name, file.allow_unknown_version}, asked));
    entry.bytes = {};  // a series is read one after the other
    if (!entry.name.empty()) out.entries.push_back(std::move(entry.name));
  }
  check_alike(out, file.name);
  return out;
}

Ensemble take_one(Model&& model, std::string const& name) {
  if (model.members.size() == 1) return std::move(model.members.front());
  throw Error("model.format", fmt::format("the file holds {} models, one is needed", model.members.size()), name,
              fmt::format("choose one: --model-entry '{}'", model.entries.front()));
}

}  // namespace

Model read_models(std::span<char const> bytes, std::string const& name, LoadOptions const& options,
                  std::function<void(std::size_t)> const& consumed) {
  ModelBytes const file{bytes, name, options.allow_unknown_version, consumed};
  auto const* const asked = find_format(options.format);
  if (is_packed(find_content(bytes))) return read_packed(file, options, asked);
  if (!options.entry.empty())
    throw Error("usage.value", fmt::format("--model-entry '{}', but the file is no archive", options.entry), name,
                "leave out --model-entry");
  Model out;
  out.members.push_back(read_one(file, asked));
  return out;
}

Ensemble read_model(std::span<char const> bytes, std::string const& name, LoadOptions const& options,
                    std::function<void(std::size_t)> const& consumed) {
  return take_one(read_models(bytes, name, options, consumed), name);
}

}  // namespace model

Model load_models(std::string const& path, LoadOptions const& options) {
  model::ModelFile file(path);
  return model::read_models(file.bytes(), path, options, [&file](std::size_t offset) { file.release(offset); });
}

Ensemble load_model(std::string const& path, LoadOptions const& options) {
  return model::take_one(load_models(path, options), path);
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
    case Link::kSignedSquare:
      return "signed-square";
    case Link::kSoftplus:
      return "softplus";
    default:
      return "identity";
  }
}

}  // namespace limpid
