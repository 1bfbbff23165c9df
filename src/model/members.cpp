#include "model/members.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "limpid/error.h"

namespace limpid::model {
namespace {

std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text.substr(0, 100);
}

/// "'readme.txt' (text), 'xgboost-model' (a Python pickle) and 3 more"
std::string list(std::vector<ArchiveEntry> const& entries) {
  static constexpr std::size_t kMost = 20;
  std::string out;
  for (std::size_t i = 0; i < std::min(entries.size(), kMost); ++i) {
    if (i > 0) out += ", ";
    out += fmt::format("'{}' ({})", printable(entries[i].name), describe(entries[i].content));
  }
  if (entries.size() > kMost) out += fmt::format(" and {} more", entries.size() - kMost);
  return out;
}

/// N of "xgboost-model-N", as SageMaker names the models of a k-fold training.
std::optional<std::uint32_t> series_number(std::string_view name) {
  static constexpr std::string_view kSeries = "xgboost-model-";
  auto const slash = name.rfind('/');
  std::string_view const base = slash == std::string_view::npos ? name : name.substr(slash + 1);
  if (!base.starts_with(kSeries)) return std::nullopt;
  std::string_view const digits = base.substr(kSeries.size());
  std::uint32_t number = 0;
  auto const [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  bool const plain = digits.size() == 1 || !digits.starts_with('0');
  if (error != std::errc() || last != digits.data() + digits.size() || !plain) return std::nullopt;
  return number;
}

class Choice {
 public:
  Choice(ArchiveContents&& contents, Format const* asked, std::string const& file)
      : contents_(std::move(contents)), asked_(asked), file_(file) {
    for (auto& entry : contents_.entries)
      if (entry.content == Content::kJson) entry.content = find_document(entry.bytes).content;
  }

  Members choose(std::string const& name) {
    auto& entries = contents_.entries;
    if (entries.empty()) fail("it holds no files", "give the model to --model");
    std::vector<std::size_t> found = name.empty() ? candidates() : std::vector{named(name)};
    if (found.size() > 1) sort_series(found);
    Members out;
    for (auto& entry : entries) entry.name = printable(std::move(entry.name));
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (std::find(found.begin(), found.end(), i) == found.end()) out.ignored.push_back(entries[i].name);
    for (auto const i : found) out.chosen.push_back(std::move(entries[i]));
    return out;
  }

 private:
  [[noreturn]] void fail(std::string const& what, std::string const& hint) const {
    throw Error("model.format", fmt::format("the file is an archive ({}), and {}", contents_.kind, what), file_, hint);
  }

  std::size_t named(std::string const& name) const {
    auto const& entries = contents_.entries;
    auto const at = std::find_if(entries.begin(), entries.end(), [&](auto const& e) { return e.name == name; });
    if (at == entries.end())
      throw Error("usage.value", fmt::format("--model-entry '{}' is not in the archive", name), file_,
                  fmt::format("it holds {}", list(entries)));
    return static_cast<std::size_t>(at - entries.begin());
  }

  /// The files that a loader reads; the only file, whatever it is.
  std::vector<std::size_t> candidates() const {
    auto const& entries = contents_.entries;
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      auto const* const format = format_of(entries[i].content);
      if (format != nullptr && (asked_ == nullptr || format == asked_)) found.push_back(i);
    }
    bool const only =
        entries.size() == 1 && (entries[0].name.empty() || asked_ != nullptr || entries[0].content == Content::kJson);
    if (found.empty() && only) found.push_back(0);
    if (found.empty()) fail_without_model();
    return found;
  }

  [[noreturn]] void fail_without_model() const {
    auto const is_clue = [](ArchiveEntry const& entry) {
      auto const content = entry.content;
      return content == Content::kLightgbmJson || content == Content::kXgboostDump ||
             (is_certain(content) && content != Content::kEmpty && content != Content::kXml);
    };
    auto const& entries = contents_.entries;
    auto const clue = std::find_if(entries.begin(), entries.end(), is_clue);
    fail(fmt::format("no file in it is a model that can be read; it holds {}", list(entries)),
         clue == entries.end() ? advise(Content::kUnknown) : fmt::format("unpack it; then {}", advise(clue->content)));
  }

  /// In the order of their numbers, which must be 0, 1, 2, ...
  void sort_series(std::vector<std::size_t>& found) const {
    std::vector<std::pair<std::uint32_t, std::size_t>> series;
    for (auto const i : found)
      if (auto const number = series_number(contents_.entries[i].name)) series.emplace_back(*number, i);
    std::sort(series.begin(), series.end());
    bool whole = series.size() == found.size();
    for (std::size_t n = 0; n < series.size(); ++n) whole = whole && series[n].first == n;
    if (!whole) fail_with_several(found);
    std::transform(series.begin(), series.end(), found.begin(), [](auto const& one) { return one.second; });
  }

  [[noreturn]] void fail_with_several(std::vector<std::size_t> const& found) const {
    std::vector<ArchiveEntry> models;
    models.reserve(found.size());
    for (auto const i : found) models.push_back({contents_.entries[i].name, contents_.entries[i].content, {}});
    fail(fmt::format("it holds {} models that are no series xgboost-model-0, xgboost-model-1, ...: {}", found.size(),
                     list(models)),
         fmt::format("choose one: --model-entry '{}'", printable(models[0].name)));
  }

  ArchiveContents contents_;
  Format const* asked_;
  std::string const& file_;
};

std::string shape_of(Ensemble const& model) {
  return fmt::format("{} features, {} outputs, {} link, objective {}", model.features.size(), model.outputs(),
                     name_of(model.link), model.objective.substr(0, 80));
}

bool same_features(Ensemble const& a, Ensemble const& b) {
  return a.named_features == b.named_features && std::equal(a.features.begin(), a.features.end(), b.features.begin(),
                                                            b.features.end(), [](Feature const& x, Feature const& y) {
                                                              return x.name == y.name && x.kind == y.kind &&
                                                                     x.categories == y.categories &&
                                                                     x.numeric_categories == y.numeric_categories;
                                                            });
}

/// The rules by which values are read, too: all members are given the same rows.
bool same_shape(Ensemble const& a, Ensemble const& b) {
  return a.outputs() == b.outputs() && a.link == b.link && a.has_response == b.has_response && a.labels == b.labels &&
         a.objective == b.objective && a.input_cast == b.input_cast && a.category_cut == b.category_cut &&
         a.unseen_category == b.unseen_category;
}

}  // namespace

Members choose_members(ArchiveContents&& contents, LoadOptions const& options, Format const* asked,
                       std::string const& file) {
  return Choice(std::move(contents), asked, file).choose(options.entry);
}

void check_alike(Model const& model, std::string const& file) {
  auto const& first = model.members.front();
  for (std::size_t m = 1; m < model.members.size(); ++m) {
    auto const& other = model.members[m];
    bool const features = same_features(first, other);
    if (features && same_shape(first, other)) continue;
    std::string what = features || first.features.size() != other.features.size()
                           ? fmt::format("'{}' has {}, '{}' has {}", model.entries[0], shape_of(first),
                                         model.entries[m], shape_of(other))
                           : fmt::format("'{}' and '{}' differ in the names or kinds of their features",
                                         model.entries[0], model.entries[m]);
    throw Error("model.format", fmt::format("the models of the archive cannot be averaged: {}", what), file,
                fmt::format("choose one: --model-entry '{}'", model.entries[0]));
  }
}

}  // namespace limpid::model
