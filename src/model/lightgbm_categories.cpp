/// Which column has which of pandas' category lists.
///
/// LightGBM's Python package appends the lists of all columns of dtype category, in column order, without their names
/// (python-package/lightgbm/basic.py, _data_from_pandas). Such a column need not be categorical in the model: ordered
/// ones are numbers there, and so are all of them where `categorical_feature` names others; one that was constant is
/// "none". In the usual case (`categorical_feature='auto'`) every column in the parameter categorical_feature has a
/// list. So a list may belong to a column whose codes in feature_infos are below its length, and the lists are given
/// out where that can be done in one way only.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "limpid/error.h"
#include "model/json_reader.h"
#include "model/lightgbm_document.h"

namespace limpid::model {
namespace {

struct CategoryList {
  std::vector<std::string> texts;
  bool numbers = true;
};

class ListReader {
 public:
  ListReader(std::string_view json, std::string const& file)
      : json_(json), file_(file), in_(std::span<char const>(json.data(), json.size())) {}

  std::vector<CategoryList> read() {
    std::vector<CategoryList> lists;
    try {
      if (in_.peek() == DocumentReader::Kind::kLiteral) {  // null: no pandas
        in_.skip();
      } else {
        for (in_.open_array(); in_.next_element();) lists.push_back(read_list());
      }
      in_.finish();
    } catch (ReadError const& error) {
      throw Error("model.format", fmt::format("pandas_categorical: {}", error.message), file_,
                  error.truncated ? "the file is truncated: copy or save it again"
                                  : "the file is damaged or was changed: save the model again");
    }
    return lists;
  }

 private:
  CategoryList read_list() {
    CategoryList list;
    for (in_.open_array(); in_.next_element();) list.texts.push_back(read_category(list));
    return list;
  }

  /// A number keeps the digits that it has in the file.
  std::string read_category(CategoryList& list) {
    std::string text;
    auto const kind = in_.peek();
    if (kind == DocumentReader::Kind::kString) {
      list.numbers = false;
      in_.read_string(text);
      return text;
    }
    std::size_t const begin = in_.offset();
    in_.skip();
    text = json_.substr(begin, in_.offset() - begin);
    list.numbers = list.numbers && kind == DocumentReader::Kind::kNumber;
    return text;
  }

  std::string_view json_;
  std::string const& file_;
  JsonReader in_;
};

/// A column as feature_infos has it.
struct Column {
  bool may_have_list = true;    ///< its values may be codes
  std::int64_t codes = 0;       ///< the largest code and 1
  bool is_categorical = false;  ///< as the training's parameters say
};

/// "2:0:1" -> 3 codes, "[0:3]" -> 4, "none" -> 0; no codes: "[-1.5:3]".
Column read_column(std::string_view info) {
  Column column;
  if (info == "none") return column;
  bool const is_range = info.starts_with('[') && info.ends_with(']');
  if (is_range) info = info.substr(1, info.size() - 2);
  while (column.may_have_list && !info.empty()) {
    std::size_t const colon = std::min(info.find(':'), info.size());
    double code = 0.0;
    column.may_have_list = parse_number(info.substr(0, colon), code) && code >= -1.0 && code < 0x1p31 &&
                           code == std::floor(code) && !(is_range && code < 0.0);
    if (column.may_have_list) column.codes = std::max(column.codes, static_cast<std::int64_t>(code) + 1);
    info.remove_prefix(std::min(colon + 1, info.size()));
  }
  return column;
}

bool fits(Column const& column, CategoryList const& list) noexcept {
  return column.may_have_list && column.codes <= static_cast<std::int64_t>(list.texts.size());
}

/// Lists to columns, both in order; a column that is_categorical gets one if `all_categorical`. [lists] columns, if
/// there is exactly one way.
std::optional<std::vector<std::size_t>> match(std::vector<Column> const& columns,
                                              std::vector<CategoryList> const& lists, bool all_categorical) {
  constexpr std::size_t kMostSteps = std::size_t{1} << 26;
  std::size_t const width = lists.size() + 1;
  if (lists.size() > columns.size() || width > kMostSteps / (columns.size() + 1)) return std::nullopt;
  // ways[c * width + l]: of giving lists l... to columns c...; 0, 1 or 2 for more
  std::vector<std::uint8_t> ways((columns.size() + 1) * width, 0);
  ways[columns.size() * width + lists.size()] = 1;
  auto const at = [&](std::size_t c, std::size_t l) -> std::uint8_t& { return ways[c * width + l]; };
  auto const given = [&](std::size_t c, std::size_t l) {
    return l < lists.size() && fits(columns[c], lists[l]) ? at(c + 1, l + 1) : std::uint8_t{0};
  };
  auto const left_out = [&](std::size_t c, std::size_t l) {
    return all_categorical && columns[c].is_categorical ? std::uint8_t{0} : at(c + 1, l);
  };
  for (std::size_t c = columns.size(); c-- > 0;)
    for (std::size_t l = 0; l < width; ++l)
      at(c, l) = static_cast<std::uint8_t>(std::min(2, given(c, l) + left_out(c, l)));
  if (at(0, 0) != 1) return std::nullopt;
  std::vector<std::size_t> found;
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (given(c, found.size()) == 1) found.push_back(c);
  return found;
}

std::vector<Column> read_columns(LightgbmDocument const& document) {
  std::vector<Column> columns;
  for (auto const info : document.feature_infos) columns.push_back(read_column(info));
  std::string_view rest = document.categorical_features;
  while (!rest.empty()) {
    std::size_t const comma = std::min(rest.find(','), rest.size());
    std::int64_t index = 0;
    if (parse_number(rest.substr(0, comma), index) && index >= 0 && index < static_cast<std::int64_t>(columns.size()))
      columns[static_cast<std::size_t>(index)].is_categorical = true;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return columns;
}

}  // namespace

void set_pandas_categories(LightgbmDocument const& document, std::string const& file, Ensemble& ensemble) {
  if (document.pandas_categorical.empty()) return;
  auto lists = ListReader(document.pandas_categorical, file).read();
  if (lists.empty()) return;
  auto const columns = read_columns(document);
  auto found = match(columns, lists, true);
  if (!found) found = match(columns, lists, false);
  if (!found) {
    ensemble.warnings.push_back(
        fmt::format("the file has category texts of {} columns, but does not say of which: the data must hold the "
                    "codes of these columns, or --categories the texts",
                    lists.size()));
    return;
  }
  for (std::size_t l = 0; l < lists.size(); ++l) {
    auto& feature = ensemble.features[(*found)[l]];
    feature.categories = std::move(lists[l].texts);
    feature.numeric_categories = lists[l].numbers;
    if (document.feature_infos[(*found)[l]] == "none") feature.kind = FeatureKind::kCategorical;
  }
}

}  // namespace limpid::model
