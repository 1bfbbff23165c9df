#include "blackbox/game_operators.h"

#include <algorithm>
#include <limits>
#include <span>

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

GameOperators::Operator GameOperators::of(std::int32_t players, std::int32_t doublings) {
  auto const budget = choice_.pairs(players, doublings);
  if (estimates_ && all_pairs(players, budget + 1) > budget) {
    sampled_.set_doublings(doublings);
    return {sampled_.of(players), false};
  }
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

/// Coalitions are found again by what they are: a design of another kind or an enumeration has them in another order.
GameOperators::Step const& GameOperators::step(std::int32_t players, std::int32_t doublings) {
  auto const [it, is_new] = steps_.try_emplace({players, doublings});
  Step& made = it->second;
  if (!is_new) return made;
  using Coalition = std::span<std::uint64_t const>;
  auto const before = of(players, doublings - 1).coalitions();
  auto const now = of(players, doublings).coalitions();
  auto const pair_of = [](CoalitionList const& list, std::int64_t pair) {
    return Coalition(list.coalitions + pair * list.words, static_cast<std::size_t>(list.words));
  };
  auto const comes_first = [](Coalition a, Coalition b) { return std::ranges::lexicographical_compare(a, b); };
  std::map<Coalition, std::int64_t, decltype(comes_first)> places(comes_first);
  for (std::int64_t pair = 0; pair < before.pairs; ++pair) places.emplace(pair_of(before, pair), pair);
  made.from.reserve(static_cast<std::size_t>(now.pairs));
  for (std::int64_t pair = 0; pair < now.pairs; ++pair) {
    auto const found = places.find(pair_of(now, pair));
    made.from.push_back(found == places.end() ? -1 : found->second);
    if (found != places.end()) continue;
    auto const coalition = pair_of(now, pair);
    made.coalitions.insert(made.coalitions.end(), coalition.begin(), coalition.end());
    ++made.fresh.pairs;
  }
  made.fresh.coalitions = made.coalitions.data();
  made.fresh.words = now.words;
  return made;
}

std::vector<double> GameOperators::Step::merge(std::vector<double> const& known, std::vector<double> const& values,
                                               std::int32_t outputs) const {
  std::int64_t const of_pair = 2 * std::int64_t{outputs};
  std::vector<double> all;
  all.reserve(from.size() * static_cast<std::size_t>(of_pair));
  auto next = values.begin();
  for (auto const place : from) {
    auto const source = place < 0 ? next : known.begin() + place * of_pair;
    all.insert(all.end(), source, source + of_pair);
    if (place < 0) next += of_pair;
  }
  return all;
}

}  // namespace limpid
