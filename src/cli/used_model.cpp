#include "cli/used_model.h"

#include <fmt/core.h>

#include "limpid/error.h"

namespace limpid::cli {

UsedModel use_model(std::string const& path, LoadOptions const& load, RoundsOption const& rounds,
                    Console const& console) {
  UsedModel out{load_model(path, load), 0};
  auto& ensemble = out.ensemble;
  for (auto const& warning : ensemble.warnings) console.warning("model", warning);
  out.file_rounds = ensemble.rounds;
  if (rounds.given && !rounds.all) select_rounds(ensemble, rounds.begin, rounds.end);
  bool const stopped_early = ensemble.best_rounds > 0 && ensemble.best_rounds < ensemble.rounds;
  if (!rounds.given && stopped_early) select_rounds(ensemble, 0, ensemble.best_rounds);
  return out;
}

std::string rounds_note(Ensemble const& ensemble, std::int32_t file_rounds, RoundsOption const& rounds) {
  if (ensemble.rounds == file_rounds && !rounds.given) return fmt::format("{} rounds", file_rounds);
  auto note = fmt::format("{} of {} rounds", ensemble.rounds, file_rounds);
  if (!rounds.given) note += " (up to best_iteration; --iterations all takes every round)";
  return note;
}

void warn_of_unseen(std::vector<UnseenTexts> const& unseen, Console const& console, std::string const& suffix) {
  for (auto const& feature : unseen) console.warning("data.category", describe(feature) + suffix);
}

std::vector<std::string> output_labels(Ensemble const& ensemble, std::vector<std::string> const& given) {
  auto labels = given.empty() ? ensemble.labels : given;
  auto const outputs = static_cast<std::size_t>(ensemble.outputs());
  if (labels.empty()) {
    for (std::size_t g = 0; g < outputs; ++g) labels.push_back(fmt::format("label{}", g));
  }
  if (labels.size() != outputs) {
    throw Error("usage.value",
                fmt::format("--labels gives {} names, the model's outputs are {}", labels.size(), outputs));
  }
  return labels;
}

}  // namespace limpid::cli
