/// What a LightGBM objective means for predictions: its ConvertOutput.
#pragma once

#include <cstdint>
#include <string>

#include "limpid/ensemble.h"

namespace limpid::model {

struct LightgbmObjective {
  Link link = Link::kIdentity;
  double scale = 1.0;     ///< response = link(scale * margin)
  bool known = true;      ///< false: its response is not known
  bool none = false;      ///< a custom objective, or none: predict gives the raw scores
  bool by_class = false;  ///< one output per class, whose number it states:
  std::int64_t classes = 0;
};

/// `text`: as in the file, "multiclassova num_class:3 sigmoid:1"; empty: no objective. Throws Error model.objective.
[[nodiscard]] LightgbmObjective find_lightgbm_objective(std::string const& text, std::string const& file);

}  // namespace limpid::model
