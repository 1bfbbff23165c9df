#include "blackbox/game_operators.h"

#include <limits>

namespace limpid {
namespace {

/// (s-1)! (V-s)! / V!: the weight of v(S), |S| = s, in the value of a member.
std::vector<double> member_weights(std::int32_t players) {
  std::vector<double> weights(static_cast<std::size_t>(players) + 1, 0.0);
  double binomial = 1.0;  // C(V-1, s-1)
  for (std::int32_t s = 1; s <= players; ++s) {
    weights[static_cast<std::size_t>(s)] = 1.0 / (static_cast<double>(players) * binomial);
    binomial = binomial * (players - s) / s;
  }
  return weights;
}

}  // namespace

/// phi_i = sum over S of v(S) times member_weights(s) for i in S, else -member_weights(s + 1); of S and its complement
/// these are each other's negatives, so that twice the weight meets the odd half.
GameOperators::Enumerated const& GameOperators::enumerated(std::int32_t players) {
  auto const [it, fresh] = enumerated_.try_emplace(players);
  Enumerated& made = it->second;
  if (!fresh) return made;
  auto const all = all_pairs(players, std::numeric_limits<std::int64_t>::max());
  made.design = make_design(DesignKind::kLeverage, players, all, choice_.seed);
  auto const weights = member_weights(players);
  for (std::int64_t p = 0; p < made.design.pairs(); ++p) {
    auto const s = static_cast<std::size_t>(made.design.size[static_cast<std::size_t>(p)]);
    for (std::int32_t i = 0; i < players; ++i) {
      made.weights.push_back(2.0 * (made.design.holds(p, i) ? weights[s] : -weights[s + 1]));
    }
  }
  made.share.assign(static_cast<std::size_t>(players), 1.0 / players);
  return made;
}

GameOperators::Operator GameOperators::of(std::int32_t players) {
  auto const budget = choice_.pairs(players);
  if (estimates_ && all_pairs(players, budget + 1) > budget) return {sampled_.of(players), false};
  Enumerated const& all = enumerated(players);
  EstimatorView view;
  view.players = players;
  view.words = all.design.words;
  view.pairs = all.design.pairs();
  view.coalitions = all.design.coalitions.data();
  view.weights = all.weights.data();
  view.share = all.share.data();
  return {view, true};
}

}  // namespace limpid
