/// What an XGBoost objective means for predictions: its link, and how base_score (in output space) becomes a margin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "limpid/ensemble.h"

namespace limpid::model {

/// How base_score becomes the margin that the trees are added to.
enum class BaseScore : std::uint8_t { kMargin, kLogit, kLog, kExpectile };

struct Objective {
  Link link = Link::kIdentity;
  BaseScore base = BaseScore::kMargin;
  bool known = true;
  bool has_response = true;
};

[[nodiscard]] Objective find_objective(std::string_view name) noexcept;

/// "5E-1", "[5E-1]" or "[a,b,c]" -> [outputs] margins, a single value for all outputs. In float32 with XGBoost's own
/// formulas, since its sums start from these bits. Throws Error model.format.
[[nodiscard]] std::vector<double> parse_base_score(std::string const& text, std::int64_t outputs,
                                                   Objective const& objective, std::string const& file);

}  // namespace limpid::model
