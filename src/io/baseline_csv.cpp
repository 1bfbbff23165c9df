// baseline.csv: the background as it was used, in the form that reads back as one.
#include <algorithm>
#include <cmath>
#include <map>

#include "io/csv_record.h"
#include "io/documents.h"
#include "io/number_text.h"

namespace limpid {
namespace {

bool has_texts(DataSchema const& schema, std::size_t feature) {
  return feature < schema.category_texts.size() && !schema.category_texts[feature].empty();
}

/// What reads back as the category.
std::string category_text(std::map<std::int32_t, std::string> const& texts, double value) {
  if (std::isnan(value)) {
    bool const empty_is_known = std::any_of(texts.begin(), texts.end(), [](auto const& t) { return t.second.empty(); });
    return empty_is_known ? "NaN" : "";
  }
  auto const it = texts.find(static_cast<std::int32_t>(value));
  return it == texts.end() ? "(unseen)" : it->second;
}

}  // namespace

std::string baseline_header(DataSchema const& schema, bool weighted) {
  std::string out;
  for (auto const feature : schema.feature_order) {
    if (!out.empty()) out += ',';
    append_csv_field(schema.feature_names[static_cast<std::size_t>(feature)], ',', out);
  }
  if (weighted) {
    std::string name = "background_weight";
    auto const& names = schema.feature_names;
    while (std::find(names.begin(), names.end(), name) != names.end()) name += '_';
    out += "," + name;
  }
  return out + "\n";
}

void append_baseline(DataSchema const& schema, Background const& background, std::string& out) {
  char text[kNumberBytes];
  RowsView const rows = background.rows;
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    bool first = true;
    for (auto const feature : schema.feature_order) {
      if (!first) out += ',';
      first = false;
      double const value = rows.data[feature * rows.stride + r];
      if (auto const f = static_cast<std::size_t>(feature); has_texts(schema, f)) {
        append_csv_field(category_text(schema.category_texts[f], value), ',', out);
        continue;
      }
      char const* const end = write_number(value, true, "", text);
      out.append(text, static_cast<std::size_t>(end - text));
    }
    if (!background.weights.empty()) {
      out += ',';
      append_number(background.weights[static_cast<std::size_t>(r)], true, out);
    }
    out += '\n';
  }
}

}  // namespace limpid
