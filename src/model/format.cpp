#include "model/format.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "limpid/error.h"

namespace limpid::model {
namespace {

constexpr std::array<Format, 6> kFormats{{
    {"xgboost-json", read_xgboost_json, Content::kXgboostJson},
    {"xgboost-ubjson", read_xgboost_ubjson, Content::kUbjson},
    {"xgboost-binary", read_xgboost_legacy, Content::kXgboostLegacy, Content::kXgboostHeaderless},
    {"lightgbm", read_lightgbm, Content::kLightgbm},
    {"catboost", read_catboost_json, Content::kCatboostJson},
    {"limpid", read_limpid, Content::kLimpidJson},
}};

}  // namespace

Format const* format_of(Content content) noexcept {
  if (content == Content::kUnknown) return nullptr;
  for (auto const& format : kFormats)
    if (format.content == content || format.other == content) return &format;
  return nullptr;
}

Format const* find_format(std::string_view name) {
  if (name == "auto") return nullptr;
  for (auto const& format : kFormats)
    if (format.name == name) return &format;
  throw Error("usage.value", fmt::format("--model-format '{}' is not known", name), "",
              fmt::format("use {}", fmt::join(format_names(), ", ")));
}

std::vector<std::string> format_names() {
  std::vector<std::string> names{"auto"};
  for (auto const& format : kFormats) names.emplace_back(format.name);
  return names;
}

}  // namespace limpid::model
