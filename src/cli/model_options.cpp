#include "cli/model_options.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "model/format.h"

namespace limpid::cli {

void add_model_options(std::string const& group, std::vector<OptionSpec>& out) {
  auto const formats = model::format_names();
  OptionSpec format;
  format.name = "model-format";
  format.value = "F";
  format.group = group;
  format.help = fmt::format("auto (by its content), {}", fmt::join(formats.begin() + 1, formats.end(), ", "));
  format.fallback = "auto";
  format.choices = formats;
  out.push_back(format);
  OptionSpec entry;
  entry.name = "model-entry";
  entry.value = "NAME";
  entry.group = group;
  entry.help =
      "which file of an archive (tar, tar.gz, zip) is the model; without it the only one, or xgboost-model-0, -1, ..., "
      "whose responses are averaged";
  out.push_back(entry);
  OptionSpec unknown;
  unknown.name = "allow-unknown-version";
  unknown.group = group;
  unknown.help = "read a model of a newer version, or with keys that are not known: a warning instead of an error";
  out.push_back(unknown);
}

LoadOptions load_options(Arguments const& arguments) {
  return {arguments.text("model-format"), arguments.flag("allow-unknown-version"), arguments.text("model-entry")};
}

}  // namespace limpid::cli
