// Which columns a JSON Lines file has, and which of them are features.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "io/byte_source.h"
#include "io/json_row_source.h"
#include "io/json_text.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr char const* kUsualFeatures = "features";
JsonValue const kNothing;

}  // namespace

JsonRowSource::JsonRowSource(ReadOptions options, std::vector<std::string> const& text_columns)
    : options_(std::move(options)),
      parser_(options_.missing, InputCast::kFloat64),
      lines_(options_.path, options_.role, options_.stop),
      found_(kNothing) {
  read_first_line();
  for (std::size_t c = 0; c < column_names_.size(); ++c) {
    if (!left_out_[c]) columns_.push_back(c);
  }
  if (columns_.empty()) fail_columns("no column is left for a feature", "--exclude fewer columns");
  finish_schema();
  choose_kinds(text_columns);
}

JsonRowSource::JsonRowSource(ReadOptions options, Ensemble const& features)
    : options_(std::move(options)),
      parser_(options_.missing, InputCast::kFloat64),
      lines_(options_.path, options_.role, options_.stop),
      found_(kNothing) {
  read_first_line();
  match(features);
  finish_schema();
  for (auto const& feature : features.features) schema_.kinds.push_back(feature.kind);
  lines_.read_again();
}

/// Columns and options by the first line; lines_ may be read again.
void JsonRowSource::read_first_line() {
  lines_.remember(static_cast<std::size_t>(std::max<std::int64_t>(options_.block_bytes, 1)));
  if (!lines_.next(line_)) {
    throw Error("data.empty", "there are no rows", fmt::format("{} {}", options_.role, options_.path));
  }
  bool const usual = options_.features.empty();
  if (!usual || find_member(line_, kUsualFeatures) != nullptr) {
    path_.emplace("--features", usual ? kUsualFeatures : options_.features);
  }
  auto const features = features_of_line(line_);
  by_name_ = features->object() != nullptr;
  if (!by_name_ && features->array() == nullptr) {
    fail_columns(fmt::format("the features of the line are {}, neither a list nor an object", shown_json(*features)),
                 "--features is the JMESPath from a line to its features; without it 'features', or the line itself");
  }
  name_columns(*features);
  left_out_.resize(column_names_.size(), false);
  if (options_.label) leave_out(*options_.label, "--label", line_);
  for (auto const& spec : options_.exclude) leave_out(spec, "--exclude", line_);
  if (!options_.id) return;
  id_column_ = find_column(*options_.id);
  if (id_column_) {
    left_out_[*id_column_] = true;
  } else {
    std::string quoted;  // a name that lies beside the features may hold blanks
    append_json_string(*options_.id, quoted);
    id_path_.emplace("--id", find_member(line_, *options_.id) != nullptr ? quoted : *options_.id);
  }
  schema_.id_name = *options_.id;
}

void JsonRowSource::name_columns(JsonValue const& features) {
  named_ = by_name_ || !options_.headers.empty();
  if (by_name_) {
    for (auto const& member : *features.object()) column_names_.push_back(member.name);
  } else if (named_) {
    column_names_ = options_.headers;
    if (column_names_.size() != features.array()->size()) {
      fail_columns(
          fmt::format("the line has {} features, --headers has {}", features.array()->size(), column_names_.size()),
          "--headers names every column of the list");
    }
  } else {
    for (std::size_t c = 0; c < features.array()->size(); ++c) column_names_.push_back(fmt::format("f{}", c));
  }
  auto sorted = column_names_;
  std::sort(sorted.begin(), sorted.end());
  auto const twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) fail_columns(fmt::format("two columns are named '{}'", *twice), {});
  cells_.resize(column_names_.size());
}

std::optional<std::size_t> JsonRowSource::find_column(std::string const& spec) const {
  auto const found = std::find(column_names_.begin(), column_names_.end(), spec);
  if (found != column_names_.end()) return static_cast<std::size_t>(found - column_names_.begin());
  std::size_t index = 0;
  auto const [end, error] = std::from_chars(spec.data(), spec.data() + spec.size(), index);
  bool const good = error == std::errc{} && end == spec.data() + spec.size() && index < column_names_.size();
  return good ? std::optional(index) : std::nullopt;
}

/// A column, or what lies beside the features in the line and needs no leaving out.
void JsonRowSource::leave_out(std::string const& spec, char const* option, JsonValue const& line) {
  if (auto const column = find_column(spec)) {
    left_out_[*column] = true;
    return;
  }
  if (find_member(line, spec) != nullptr || !Jmespath(option, spec).search(line)->is_null()) return;
  if (options_.role == "--background") return;  // it may hold the features alone
  throw Error("usage.column", fmt::format("{} '{}' is no column", option, spec), lines_.where(),
              fmt::format("columns: {}", fmt::join(column_names_, ", ")));
}

void JsonRowSource::match(Ensemble const& features) {
  std::vector<std::size_t> left;
  for (std::size_t c = 0; c < column_names_.size(); ++c) {
    if (!left_out_[c]) left.push_back(c);
  }
  auto const wanted = features.features.size();
  if (!named_ || !features.named_features) {
    if (left.size() != wanted) {
      fail_columns(fmt::format("the line has {} features, the data has {}", left.size(), wanted), {});
    }
    columns_ = left;
    return;
  }
  for (auto const& feature : features.features) {
    auto const found =
        std::find_if(left.begin(), left.end(), [&](std::size_t c) { return column_names_[c] == feature.name; });
    if (found == left.end()) fail_columns(fmt::format("column '{}' of the data is missing here", feature.name), {});
    columns_.push_back(*found);
    left.erase(found);
  }
  if (left.empty()) return;
  fail_columns(fmt::format("the data has no column '{}'", column_names_[left[0]]),
               fmt::format("--exclude {} leaves it out", column_names_[left[0]]));
}

void JsonRowSource::finish_schema() {
  schema_.named = named_;
  for (std::size_t f = 0; f < columns_.size(); ++f) {
    schema_.feature_order.push_back(static_cast<std::int32_t>(f));
    schema_.feature_names.push_back(column_names_[columns_[f]]);
    schema_.feature_columns.push_back(static_cast<std::int32_t>(columns_[f]));
  }
  schema_.category_texts.resize(columns_.size());
  texts_.resize(columns_.size());
}

/// A column is text by the options, or when the first block has a string in it that does not say that it is missing.
void JsonRowSource::choose_kinds(std::vector<std::string> const& text_columns) {
  schema_.kinds.assign(columns_.size(), FeatureKind::kNumeric);
  auto const make_text = [&](std::size_t column) {
    auto const feature = std::find(columns_.begin(), columns_.end(), column);
    if (feature != columns_.end()) {
      schema_.kinds[static_cast<std::size_t>(feature - columns_.begin())] = FeatureKind::kText;
    }
  };
  for (auto const& spec : text_columns) {
    auto const column = find_column(spec);
    if (!column) {
      throw Error("usage.column", fmt::format("--text-columns '{}' is no column", spec), lines_.where(),
                  fmt::format("columns: {}", fmt::join(column_names_, ", ")));
    }
    make_text(*column);
  }
  lines_.rewind();
  while (next_cells()) {
    for (auto const column : columns_) {
      auto const* const text = cells_[column]->string();
      if (text != nullptr && parser_.parse(*text).kind != CellKind::kMissing) make_text(column);
    }
  }
  lines_.read_again();
}

bool is_json_lines(ReadOptions const& options) {
  auto const format = options.role == "--background" ? DataFormat::kAuto : options.format;
  std::error_code ignored;
  if (format != DataFormat::kAuto) return format == DataFormat::kJsonLines;
  if (!std::filesystem::is_regular_file(options.path, ignored)) return false;
  return looks_like_json(TextInput(options.path, options.role, options.stop, TextInput::Json::kTaken).peeked());
}

}  // namespace limpid
