#include "pipeline/over_limit.h"

#include <fmt/core.h>

#include <string>

#include "limpid/error.h"

namespace limpid {

void throw_over_limit(OverLimit const& found, PipelineOptions const& options) {
  auto const limit = options.max_exact_players;
  auto const more =
      found.largest <= kMaxExactPlayers
          ? fmt::format("--max-exact-players {} (time and memory double with every player), ", found.largest)
          : fmt::format("(--max-exact-players goes up to {}) ", kMaxExactPlayers);
  auto const* const what = options.interactions ? "interactions" : "values";
  auto const first = options.interactions ? fmt::format(" (the first is row {})", found.first) : "";
  auto const* const instead =
      options.interactions ? "--space margin (no limit)" : "--estimator auto (with standard errors), --space margin";
  throw Error("usage.players",
              fmt::format("{} of {} rows{} differ from {} in more than {} {} that matter together "
                          "(up to {}): too many for exact {} in response space",
                          found.rows, found.of_rows, first, options.differ_from, limit, options.players_are,
                          found.largest, what),
              {},
              fmt::format("{}{}, groups of features as players (--group), or a background that is smaller or closer to "
                          "the rows",
                          more, instead));
}

}  // namespace limpid
