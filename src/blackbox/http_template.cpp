// Templates, cut at their placeholders.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "blackbox/http_body.h"
#include "limpid/error.h"

namespace limpid {
namespace {

using Part = BodyTemplate::Part;

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

class TemplateReader {
 public:
  TemplateReader(std::string const& option, std::string_view text, PredictorColumns const& columns)
      : option_(option), text_(text), columns_(columns) {}

  BodyTemplate run() {
    while (at_ < text_.size()) {
      if (take("$$")) {
        add_text('$');
      } else if (take("\"${")) {
        column();
      } else if (take("$")) {
        word();
      } else {
        char const c = text_[at_++];
        add_text(c == '\n' || c == '\r' ? ' ' : c);  // blanks in JSON; a body of lines has one of them per row
      }
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(std::string const& message, std::string hint) const {
    throw Error("usage.template", fmt::format("{} '{}': {}", option_, text_, message), {}, std::move(hint));
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void add_text(char c) {
    if (out_.pieces.empty() || out_.pieces.back().part != Part::kText) out_.pieces.push_back({Part::kText, "", 0});
    out_.pieces.back().text += c;
  }
  void need_names(std::string_view what) const {
    if (columns_.named) return;
    fail(fmt::format("{} needs the names of the columns, which the data does not have", what),
         "give the data a header, or use $features");
  }

  /// After "${ of "${NAME}".
  void column() {
    auto const end = text_.find("}\"", at_);
    if (end == std::string_view::npos) fail("a \"${ is not closed by }\"", "for example {\"age\": \"${age}\"}");
    auto const name = text_.substr(at_, end - at_);
    need_names(fmt::format("\"${{{}}}\"", name));
    auto const& all = columns_.columns;
    auto const found = std::find_if(all.begin(), all.end(), [&](auto const& each) { return each.name == name; });
    if (found == all.end()) {
      fail(fmt::format("the data has no column '{}' that is sent", name),
           "columns of --id, --label and --exclude are not sent");
    }
    out_.pieces.push_back({Part::kColumn, "", static_cast<std::int32_t>(found - all.begin())});
    at_ = end + 2;
  }

  /// After the $ of a placeholder.
  void word() {
    static constexpr std::array<std::pair<std::string_view, Part>, 5> kWords{{{"features", Part::kFeatures},
                                                                              {"features_kvp", Part::kPairs},
                                                                              {"feature_names", Part::kNames},
                                                                              {"record", Part::kRecord},
                                                                              {"records", Part::kRecords}}};
    auto const begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    auto const name = text_.substr(begin, at_ - begin);
    auto const* const found =
        std::find_if(kWords.begin(), kWords.end(), [&](auto const& each) { return each.first == name; });
    if (found == kWords.end()) {
      fail(fmt::format("'${}' is no placeholder", name),
           "known: $features, $features_kvp, $feature_names, $record, $records, \"${NAME}\"; $$ is a dollar sign");
    }
    if (found->second == Part::kPairs || found->second == Part::kNames) need_names(fmt::format("${}", name));
    out_.pieces.push_back({found->second, "", 0});
  }

  std::string const& option_;
  std::string_view text_;
  PredictorColumns const& columns_;
  std::size_t at_ = 0;
  BodyTemplate out_;
};

}  // namespace

std::int64_t BodyTemplate::count(Part part) const noexcept {
  return std::count_if(pieces.begin(), pieces.end(), [part](Piece const& piece) { return piece.part == part; });
}

BodyTemplate parse_template(std::string const& option, std::string_view text, PredictorColumns const& columns) {
  return TemplateReader(option, text, columns).run();
}

}  // namespace limpid
