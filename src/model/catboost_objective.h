/// What CatBoost's predict makes of the raw value, by the loss that the model was trained with.
#pragma once

#include <string_view>

#include "limpid/ensemble.h"

namespace limpid::model {

struct CatboostObjective {
  Link link = Link::kIdentity;
  bool known = false;
  bool has_response = false;
};

[[nodiscard]] CatboostObjective find_catboost_objective(std::string_view loss) noexcept;

}  // namespace limpid::model
