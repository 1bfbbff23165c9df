/// CatBoost's one-hot splits compare hashes of texts; limpid compares codes of a list of texts.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "limpid/ensemble.h"

namespace limpid::model {

/// The texts belong to all features together and each feature gets a copy. Above this many bytes a feature gets only
/// the texts that its splits test; the texts that it then takes for unseen go the same way.
inline constexpr std::size_t kMaxCategoryBytes = std::size_t{64} << 20;

/// Gives the categorical features their texts and turns the one hash of each set into the codes of its texts. `texts`:
/// 32-bit hash and text, of all features together. Throws Error model.format where a split's hash has no text.
void set_categories(Ensemble& ensemble, std::vector<std::pair<std::int64_t, std::string>> texts,
                    std::string const& file);

}  // namespace limpid::model
