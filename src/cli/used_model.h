/// A model as a command uses it: read, its warnings told, its rounds chosen, its outputs named.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/data_options.h"
#include "explain/engine.h"
#include "io/cell_errors.h"
#include "io/documents.h"
#include "limpid/ensemble.h"

namespace limpid::cli {

struct UsedModel {
  std::vector<Ensemble> members;   ///< several: the response is the mean of theirs
  std::vector<MemberFacts> facts;  ///< [members]
  std::string container;           ///< "tar, gzip"; empty: the file is the model itself
  std::vector<std::string> notes;  ///< warnings, rounds, what was found in an archive: for messages and the manifest
  std::int32_t file_rounds = 0;    ///< of the first member, before the selection
};

/// Rounds as asked, else as XGBoost's scikit-learn interface predicts after early stopping. Throws Error model.*,
/// usage.value.
[[nodiscard]] UsedModel use_model(std::string const& path, LoadOptions const& load, RoundsOption const& rounds,
                                  Console const& console);

/// The margins of several models are not the margin of one: throws Error usage.space. `count`: the members.
void check_space_of_mean(std::size_t count, Space space);

/// "4 of 20 rounds (up to best_iteration; ...)".
[[nodiscard]] std::string rounds_note(Ensemble const& ensemble, std::int32_t file_rounds, RoundsOption const& rounds);

/// A warning per feature whose column had category texts that the model does not know; `suffix` ends the line.
void warn_of_unseen(std::vector<UnseenTexts> const& unseen, Console const& console, std::string const& suffix = {});

/// [G] those given, else the model's own, else label0, label1, ... Throws Error usage.value: another number of names.
[[nodiscard]] std::vector<std::string> output_labels(Ensemble const& ensemble, std::vector<std::string> const& given);

}  // namespace limpid::cli
