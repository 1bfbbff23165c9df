#include "explain/design.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <queue>
#include <unordered_map>
#include <utility>

#include "kernels/philox.h"

namespace limpid {
namespace {

constexpr std::int64_t kMany = std::numeric_limits<std::int64_t>::max() / 4;  ///< counts saturate here
/// Sizes of at most so many pairs are shuffled by index; in larger ones subsets are drawn, and repeats (rare there,
/// designs are far smaller) thrown away.
constexpr std::int64_t kMostIndexed = std::int64_t{1} << 22U;

/// C(n, k), or kMany. The product is exact at every step: it is a binomial coefficient itself.
std::int64_t binomial(std::int32_t n, std::int32_t k) noexcept {
  if (k < 0 || k > n) return 0;
  k = std::min(k, n - k);
  std::int64_t value = 1;
  for (std::int32_t i = 1; i <= k; ++i) {
    if (value > kMany / (n - k + i)) return kMany;
    value = value * (n - k + i) / i;
  }
  return value;
}

/// A size class k: pairs of a coalition of k players and one of V - k. Of the middle size only the coalitions without
/// the last player stand, since their complements hold it.
struct SizeClass {
  std::int32_t players;  ///< V
  std::int32_t k;
  [[nodiscard]] bool middle() const noexcept { return 2 * k == players; }
  [[nodiscard]] std::int32_t pool() const noexcept { return middle() ? players - 1 : players; }
  [[nodiscard]] std::int64_t pairs() const noexcept { return binomial(pool(), k); }
  [[nodiscard]] double kernel() const noexcept {  ///< Shapley kernel of the whole class, both sizes, in any unit
    double const one = 1.0 / (static_cast<double>(k) * (players - k));
    return middle() ? one : 2.0 * one;
  }
};

using Coalition = std::vector<std::uint64_t>;

void insert(Coalition& coalition, std::int32_t player) noexcept {
  coalition[static_cast<std::size_t>(player) / 64] |= std::uint64_t{1} << (static_cast<std::uint32_t>(player) % 64U);
}
bool contains(Coalition const& coalition, std::int32_t player) noexcept {
  return (coalition[static_cast<std::size_t>(player) / 64] >> (static_cast<std::uint32_t>(player) % 64U) & 1U) != 0;
}

Coalition empty_coalition(std::int32_t players) { return Coalition(static_cast<std::size_t>(players + 63) / 64, 0); }

/// The coalition of this rank among those of its class (combinatorial number system, largest player first).
Coalition unrank(SizeClass const& size, std::int64_t rank) {
  Coalition coalition = empty_coalition(size.players);
  std::int32_t player = size.pool() - 1;
  for (std::int32_t left = size.k; left > 0; --left) {
    while (binomial(player, left) > rank) --player;
    rank -= binomial(player, left);
    insert(coalition, player);
    --player;
  }
  return coalition;
}

/// A uniform coalition of the class: R. W. Floyd's sampling of k out of n (Bentley, Floyd 1987).
Coalition draw(SizeClass const& size, PhiloxStream& random) {
  Coalition coalition = empty_coalition(size.players);
  std::int32_t const n = size.pool();
  for (std::int32_t j = n - size.k; j < n; ++j) {
    auto const player = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(j) + 1));
    insert(coalition, contains(coalition, player) ? j : player);
  }
  return coalition;
}

/// Different coalitions of one class in an order of their own: the first n are a uniform sample for every n.
class ClassSequence {
 public:
  ClassSequence(SizeClass size, std::uint64_t seed)
      : size_(size),
        capacity_(size.pairs()),
        random_(seed, static_cast<std::uint64_t>(size.players) << 32U | static_cast<std::uint64_t>(size.k)) {}

  /// REQUIRES: called at most size.pairs() times.
  Coalition next() {
    if (capacity_ <= kMostIndexed) return unrank(size_, next_index());
    while (true) {
      Coalition coalition = draw(size_, random_);
      if (seen_.emplace(coalition, true).second) return coalition;
    }
  }

 private:
  /// One step of a Fisher-Yates shuffle of 0, 1, ..., capacity - 1, of which only what has moved is kept.
  std::int64_t next_index() {
    std::int64_t const other =
        at_ + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(capacity_ - at_)));
    std::int64_t const drawn = value_at(other);
    moved_[other] = value_at(at_);
    ++at_;
    return drawn;
  }
  [[nodiscard]] std::int64_t value_at(std::int64_t index) const {
    auto const it = moved_.find(index);
    return it == moved_.end() ? index : it->second;
  }

  SizeClass size_;
  std::int64_t capacity_;
  PhiloxStream random_;
  std::int64_t at_ = 0;
  std::unordered_map<std::int64_t, std::int64_t> moved_;
  std::map<Coalition, bool> seen_;
};

std::vector<SizeClass> size_classes(std::int32_t players) {
  std::vector<SizeClass> classes;
  for (std::int32_t k = 1; 2 * k <= players; ++k) classes.push_back({players, k});
  return classes;
}

void append(CoalitionDesign& design, SizeClass const& size, Coalition const& coalition, double weight,
            double inclusion) {
  design.coalitions.insert(design.coalitions.end(), coalition.begin(), coalition.end());
  design.size.push_back(size.k);
  design.weight.push_back(weight);
  design.inclusion.push_back(inclusion);
}

void append_all(CoalitionDesign& design, SizeClass const& size) {
  std::int64_t const count = size.pairs();
  double const weight = size.kernel() / static_cast<double>(count);
  for (std::int64_t rank = 0; rank < count; ++rank) append(design, size, unrank(size, rank), weight, 1.0);
}

/// Pairs of each class for a budget: the next pair always goes to the class that has the fewest for its share (the
/// middle class has half a share: both halves of its pairs are of its size), so that a larger budget takes from none.
std::vector<std::int64_t> share_pairs(std::vector<SizeClass> const& classes, std::int64_t pairs) {
  using Turn = std::pair<std::int64_t, std::size_t>;  // twice (n + 1/2) / share, class
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns;
  std::vector<std::int64_t> taken(classes.size(), 0);
  auto const enter = [&](std::size_t c) {
    if (taken[c] < classes[c].pairs()) turns.emplace((2 * taken[c] + 1) * (classes[c].middle() ? 2 : 1), c);
  };
  for (std::size_t c = 0; c < classes.size(); ++c) enter(c);
  for (; pairs > 0 && !turns.empty(); --pairs) {
    std::size_t const c = turns.top().second;
    turns.pop();
    ++taken[c];
    enter(c);
  }
  return taken;
}

void fill_leverage(CoalitionDesign& design, std::int64_t pairs, std::uint64_t seed) {
  auto const classes = size_classes(design.players);
  auto const taken = share_pairs(classes, pairs);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    auto const inclusion = static_cast<double>(taken[c]) / static_cast<double>(classes[c].pairs());
    double const weight = classes[c].kernel() / static_cast<double>(taken[c]);  // = 2 / (s (V - s) n_s)
    ClassSequence sequence(classes[c], seed);
    for (std::int64_t i = 0; i < taken[c]; ++i) append(design, classes[c], sequence.next(), weight, inclusion);
  }
}

/// Draws pairs of the classes from `first` on by the kernel until `pairs` different ones are there.
void sample_kernel(CoalitionDesign& design, std::vector<SizeClass> const& classes, std::size_t first,
                   std::int64_t pairs, std::uint64_t seed) {
  std::vector<double> cumulative;
  double left = 0.0;
  for (std::size_t c = first; c < classes.size(); ++c) cumulative.push_back(left += classes[c].kernel());
  PhiloxStream random(seed, static_cast<std::uint64_t>(design.players) << 32U);
  std::map<std::pair<std::size_t, Coalition>, std::int64_t> counts;
  std::int64_t draws = 0;
  for (; static_cast<std::int64_t>(counts.size()) < pairs; ++draws) {
    double const at = left * static_cast<double>(random.next() >> 11U) * 0x1p-53;
    auto const c =
        static_cast<std::size_t>(std::upper_bound(cumulative.begin(), cumulative.end(), at) - cumulative.begin());
    std::size_t const chosen = std::min(first + c, classes.size() - 1);
    ++counts[{chosen, draw(classes[chosen], random)}];
  }
  for (auto const& [pair, count] : counts) {
    append(design, classes[pair.first], pair.second, left * static_cast<double>(count) / static_cast<double>(draws),
           0.0);
  }
}

void fill_kernel(CoalitionDesign& design, std::int64_t pairs, std::uint64_t seed) {
  auto const classes = size_classes(design.players);
  double left = std::accumulate(classes.begin(), classes.end(), 0.0,
                                [](double sum, SizeClass const& size) { return sum + size.kernel(); });
  std::size_t c = 0;
  for (; c < classes.size(); ++c) {
    auto const count = static_cast<double>(classes[c].pairs());
    if (static_cast<double>(pairs) * classes[c].kernel() / left < count * (1.0 - 1e-8)) break;  // as shap has it
    append_all(design, classes[c]);
    pairs -= classes[c].pairs();
    left -= classes[c].kernel();
  }
  if (c < classes.size() && pairs > 0) sample_kernel(design, classes, c, pairs, seed);
}

}  // namespace

std::int64_t all_pairs(std::int32_t players, std::int64_t most) noexcept {
  if (players > 62) return most;
  return std::min(most, (std::int64_t{1} << (players - 1)) - 1);
}

CoalitionDesign make_design(DesignKind kind, std::int32_t players, std::int64_t pairs, std::uint64_t seed) {
  CoalitionDesign design;
  design.players = players;
  design.words = (players + 63) / 64;
  design.complete = all_pairs(players, pairs + 1) <= pairs;
  if (design.complete) {
    for (auto const& size : size_classes(players)) append_all(design, size);
  } else if (kind == DesignKind::kLeverage) {
    fill_leverage(design, pairs, seed);
  } else {
    fill_kernel(design, pairs, seed);
  }
  return design;
}

}  // namespace limpid
