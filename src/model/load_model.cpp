#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "limpid/ensemble.h"
#include "limpid/error.h"
#include "model/content.h"
#include "model/json_reader.h"
#include "model/model_file.h"
#include "model/read_model.h"
#include "model/ubjson_reader.h"
#include "model/xgboost_document.h"

namespace limpid {
namespace model {
namespace {

Content choose_content(std::span<char const> bytes, std::string const& format) {
  Content const found = find_content(bytes);
  if (format == "auto" || (found != Content::kJson && found != Content::kUbjson)) return found;
  return format == "xgboost-json" ? Content::kJson : Content::kUbjson;
}

void check_format(std::string const& format) {
  if (format != "auto" && format != "xgboost-json" && format != "xgboost-ubjson")
    throw Error("usage.value", fmt::format("--model-format '{}' is not known", format), "",
                "use auto, xgboost-json or xgboost-ubjson");
}

[[noreturn]] void fail_to_read(ReadError const& error, Place const& place, std::string const& name, std::size_t size) {
  std::string const inside = place.text().empty() ? "" : fmt::format(", in {}", place.text());
  if (error.truncated)
    throw Error("model.format", fmt::format("the model is truncated: it ends at byte {}{}", size, inside), name,
                "copy or save the file again");
  throw Error("model.format", error.message, fmt::format("{}, byte {}{}", name, error.offset, inside),
              "the file is damaged or is no XGBoost model: save it again with booster.save_model(\"model.json\")");
}

}  // namespace

Ensemble read_model(std::span<char const> bytes, std::string const& name, std::string const& format,
                    std::function<void(std::size_t)> const& consumed) {
  check_format(format);
  Content const content = choose_content(bytes, format);
  if (content != Content::kJson && content != Content::kUbjson) refuse_content(content, bytes, name);
  bool const json = content == Content::kJson;
  std::unique_ptr<DocumentReader> reader;
  if (json)
    reader = std::make_unique<JsonReader>(bytes);
  else
    reader = std::make_unique<UbjsonReader>(bytes);
  XgboostDocument document;
  Place place;
  try {
    read_xgboost_document(*reader, document, place, name, consumed);
  } catch (ReadError const& error) {
    fail_to_read(error, place, name, bytes.size());
  }
  if (!document.has_learner) refuse_document(document.other_keys, name);
  return assemble_xgboost(std::move(document), name, json ? "json" : "ubjson");
}

}  // namespace model

Ensemble load_model(std::string const& path, std::string const& format) {
  model::ModelFile file(path);
  return model::read_model(file.bytes(), path, format, [&file](std::size_t offset) { file.release(offset); });
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
