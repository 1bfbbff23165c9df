#include "cli/used_model.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "limpid/error.h"

namespace limpid::cli {
namespace {

void choose_rounds(Ensemble& ensemble, RoundsOption const& rounds) {
  if (rounds.given && !rounds.all) select_rounds(ensemble, rounds.begin, rounds.end);
  bool const stopped_early = ensemble.best_rounds > 0 && ensemble.best_rounds < ensemble.rounds;
  if (!rounds.given && stopped_early) select_rounds(ensemble, 0, ensemble.best_rounds);
}

std::string archive_note(Model const& model) {
  auto note = model.entries.size() == 1
                  ? fmt::format("the archive ({}) holds '{}'", model.container, model.entries.front())
                  : fmt::format("the archive ({}) holds {} models, '{}' to '{}': the response is the mean of theirs",
                                model.container, model.entries.size(), model.entries.front(), model.entries.back());
  static constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < std::min(kShown, model.ignored.size()); ++i)
    note += fmt::format("{} '{}'", i == 0 ? "; ignored:" : ",", model.ignored[i]);
  if (model.ignored.size() > kShown) note += fmt::format(" and {} more", model.ignored.size() - kShown);
  return note;
}

}  // namespace

UsedModel use_model(std::string const& path, LoadOptions const& load, RoundsOption const& rounds,
                    Console const& console) {
  auto model = load_models(path, load);
  UsedModel out;
  out.container = model.container;
  out.file_rounds = model.members.front().rounds;
  bool const several = model.members.size() > 1;
  if (!model.entries.empty()) out.notes.push_back(archive_note(model));
  for (std::size_t m = 0; m < model.members.size(); ++m) {
    auto& ensemble = model.members[m];
    auto const entry = m < model.entries.size() ? model.entries[m] : "";
    auto const prefix = several ? entry + ": " : "";
    for (auto const& warning : ensemble.warnings) {
      console.warning("model", prefix + warning);
      out.notes.push_back(prefix + warning);
    }
    auto const file_rounds = ensemble.rounds;
    choose_rounds(ensemble, rounds);
    out.notes.push_back(prefix + rounds_note(ensemble, file_rounds, rounds));
    out.facts.push_back({entry, ensemble.version, ensemble.base_score, static_cast<std::int64_t>(ensemble.trees.size()),
                         rounds.begin, rounds.begin + ensemble.rounds, file_rounds});
  }
  out.members = std::move(model.members);
  return out;
}

void check_space_of_mean(std::size_t count, Space space) {
  if (count == 1 || space == Space::kResponse) return;
  throw Error("usage.space",
              fmt::format("the file holds {} models whose responses are averaged: their mean has no margin", count), {},
              "use --space response with --method interventional, or choose one model with --model-entry");
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
