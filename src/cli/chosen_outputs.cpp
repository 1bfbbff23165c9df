#include "cli/chosen_outputs.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "io/near_names.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

std::int32_t output_of(std::string const& name, std::vector<std::string> const& labels) {
  auto const found = std::find(labels.begin(), labels.end(), name);
  if (found != labels.end()) return static_cast<std::int32_t>(found - labels.begin());
  static constexpr std::ptrdiff_t kShown = 5;
  auto const near = nearest_name(name, labels);
  auto const shown = std::min<std::ptrdiff_t>(kShown, std::ssize(labels));
  throw Error("usage.value", fmt::format("--outputs '{}' is not an output of the model", name), {},
              !near.empty() ? fmt::format("did you mean '{}'?", near)
                            : fmt::format("the outputs are {}{}; or all, predicted",
                                          fmt::join(labels.begin(), labels.begin() + shown, ", "),
                                          shown < std::ssize(labels) ? ", ..." : ""));
}

}  // namespace

ChosenOutputs choose_outputs(std::vector<std::string> const& wanted, std::vector<std::string> const& labels,
                             Ensemble const& ensemble, Space space) {
  ChosenOutputs out;
  bool const all = wanted.empty() || wanted == std::vector<std::string>{"all"};
  bool const predicted = wanted == std::vector<std::string>{"predicted"};
  out.predicted = predicted && labels.size() > 1;
  if (all || predicted) {
    out.written.resize(labels.size());
    std::iota(out.written.begin(), out.written.end(), 0);
    return out;
  }
  for (auto const& name : wanted) out.written.push_back(output_of(name, labels));
  std::sort(out.written.begin(), out.written.end());
  out.written.erase(std::unique(out.written.begin(), out.written.end()), out.written.end());
  bool const mixes = space == Space::kResponse && ensemble.link == Link::kSoftmax;
  if (!mixes && out.written.size() < labels.size()) out.computed = out.written;
  return out;
}

std::vector<std::int32_t> places_of(ChosenOutputs const& outputs) {
  if (outputs.computed.empty()) return outputs.written;
  std::vector<std::int32_t> places(outputs.written.size());
  std::iota(places.begin(), places.end(), 0);
  return places;
}

std::vector<std::string> labels_of(std::vector<std::int32_t> const& outputs, std::vector<std::string> const& labels) {
  std::vector<std::string> names;
  names.reserve(outputs.size());
  for (auto const g : outputs) names.push_back(labels[static_cast<std::size_t>(g)]);
  return names;
}

}  // namespace limpid::cli
