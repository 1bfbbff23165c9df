#include "compile/fold_leaves.h"

#include <algorithm>
#include <iterator>

namespace limpid {
namespace {

/// Clocks of one look-up for 64 rows by bits N, and of one test, estimated for AVX-512: up to 32 entries are one
/// permutation and the store is the limit, and every further bit doubles the permutations. Part of the compiled form:
/// other constants fold other leaves, which changes last bits.
constexpr std::array<double, kMaxShortPlayers + 1> kLookUpCost = {8, 8, 8, 8, 8, 8, 11, 20, 40};
constexpr double kTestCost = 3;

/// An interval test or its complement: the smaller of the two codes.
struct Bit {
  std::uint64_t code = 0;  ///< column, lo, width
  Test test;
  bool operator<(Bit const& other) const noexcept { return code < other.code; }
  bool operator==(Bit const& other) const noexcept { return code == other.code; }
};

std::uint64_t code_of(Test const& test) {
  return (std::uint64_t{test.column} << 16U) | (std::uint64_t{test.lo} << 8U) | test.width;
}

Test complement_of(Test test) {
  test.lo = static_cast<std::uint8_t>(test.lo + test.width + 1);
  test.width = static_cast<std::uint8_t>(254 - test.width);
  return test;
}

struct ReadBit {
  Bit bit;
  bool flip;
};

ReadBit read_bit(Test test) {
  test.player = 0;
  if (test.width == 255) return {{code_of(test), test}, false};  // passes always: no complement
  Test const other = complement_of(test);
  if (code_of(other) < code_of(test)) return {{code_of(other), other}, true};
  return {{code_of(test), test}, false};
}

struct Fold {
  std::vector<Bit> bits;               ///< sorted
  std::vector<std::uint32_t> players;  ///< sorted
  std::vector<std::uint64_t> pairs;    ///< sorted; kPairs: of players that are on a path together
  std::vector<std::uint32_t> leaves;   ///< in order
  std::uint64_t signature = 0;         ///< a hash bit per bit: rejects most pairs
  bool alone = false;                  ///< a player with several tests: not folded
};

double cost_of(std::size_t look_ups, std::size_t bits) {
  return static_cast<double>(look_ups) * kLookUpCost[bits] + static_cast<double>(bits) * kTestCost;
}

double cost_of(Fold const& fold, FoldFor what) {
  return cost_of(what == FoldFor::kPairs ? fold.pairs.size() : fold.players.size(), fold.bits.size());
}

std::uint64_t hash_bit(std::uint64_t code) { return std::uint64_t{1} << ((code * 0x9e3779b97f4a7c15U) >> 58U); }

Fold fold_of(LeafPaths const& paths, std::uint32_t leaf, FoldFor what) {
  Fold fold;
  fold.leaves = {leaf};
  fold.players.assign(paths.players.begin() + paths.player_begin[leaf],
                      paths.players.begin() + paths.player_begin[leaf + 1]);
  fold.alone = paths.test_begin[leaf + 1] - paths.test_begin[leaf] != fold.players.size();
  std::sort(fold.players.begin(), fold.players.end());
  if (fold.alone) return fold;
  for (std::size_t q = 0; what == FoldFor::kPairs && q < fold.players.size(); ++q) {
    for (std::size_t r = q + 1; r < fold.players.size(); ++r) {
      fold.pairs.push_back(std::uint64_t{fold.players[q]} << 32U | fold.players[r]);
    }
  }
  for (std::uint32_t t = paths.test_begin[leaf]; t < paths.test_begin[leaf + 1]; ++t) {
    fold.bits.push_back(read_bit(paths.tests[t]).bit);
    fold.signature |= hash_bit(fold.bits.back().code);
  }
  std::sort(fold.bits.begin(), fold.bits.end());
  return fold;
}

template <class T>
std::size_t union_size(std::vector<T> const& a, std::vector<T> const& b) {
  std::size_t both = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      ++both, ++i, ++j;
    } else if (a[i] < b[j]) {
      ++i;
    } else {
      ++j;
    }
  }
  return a.size() + b.size() - both;
}

/// At most two bits set.
bool few_bits(std::uint64_t v) {
  for (int i = 0; i < 2; ++i) v &= v - 1;
  return v == 0;
}

/// What folding the two saves, in clocks; 0 when it cannot be or saves nothing.
double gain(Fold const& a, Fold const& b, FoldFor what) {
  if (a.alone || b.alone || !few_bits(a.signature & ~b.signature) || !few_bits(b.signature & ~a.signature)) return 0.0;
  std::size_t const bits = union_size(a.bits, b.bits);
  if (bits > static_cast<std::size_t>(kMaxShortPlayers)) return 0.0;
  std::size_t const look_ups =
      what == FoldFor::kPairs ? union_size(a.pairs, b.pairs) : union_size(a.players, b.players);
  return std::max(0.0, cost_of(a, what) + cost_of(b, what) - cost_of(look_ups, bits));
}

template <class T>
void merge_sorted(std::vector<T>& into, std::vector<T> const& from) {
  std::vector<T> result;
  std::set_union(into.begin(), into.end(), from.begin(), from.end(), std::back_inserter(result));
  into = std::move(result);
}

void merge(Fold& into, Fold const& from) {
  merge_sorted(into.bits, from.bits);
  merge_sorted(into.players, from.players);
  merge_sorted(into.pairs, from.pairs);
  merge_sorted(into.leaves, from.leaves);
  into.signature |= from.signature;
}

/// Each fold in turn takes in the later fold that saves most; rounds until nothing saves.
void fold_window(std::vector<Fold>& folds, FoldFor what) {
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < folds.size(); ++i) {
      std::size_t best = 0;
      double best_gain = 0.0;
      for (std::size_t j = i + 1; j < folds.size(); ++j) {
        double const found = gain(folds[i], folds[j], what);
        if (found > best_gain) best = j, best_gain = found;
      }
      if (best_gain == 0.0) continue;
      merge(folds[i], folds[best]);
      folds.erase(folds.begin() + static_cast<std::ptrdiff_t>(best));
      changed = true;
    }
  }
}

std::uint8_t index_of(std::vector<std::uint32_t> const& sorted, std::uint32_t value) {
  return static_cast<std::uint8_t>(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
}

class Writer {
 public:
  Writer(LeafPaths const& from, FoldedLeaves& to) : from_(from), to_(to) {}

  void add(Fold&& fold, std::uint32_t output) {
    if (!folds_.empty() && (output != output_ || folds_.size() == static_cast<std::size_t>(kBlockLeaves))) flush();
    output_ = output;
    folds_.push_back(std::move(fold));
  }

  void flush() {
    if (folds_.empty()) return;
    std::stable_sort(folds_.begin(), folds_.end(), [&](Fold const& a, Fold const& b) { return bits(a) < bits(b); });
    LeafPaths& paths = to_.paths;
    LeafBlock block;
    block.begin = static_cast<std::uint32_t>(paths.leaves());
    block.output = output_;
    block.player_begin = static_cast<std::uint32_t>(paths.block_players.size());
    std::vector<std::uint32_t> players;
    for (Fold const& fold : folds_) {
      append(fold);
      players.insert(players.end(), fold.players.begin(), fold.players.end());
    }
    std::sort(players.begin(), players.end());
    players.erase(std::unique(players.begin(), players.end()), players.end());
    paths.block_players.insert(paths.block_players.end(), players.begin(), players.end());
    block.end = static_cast<std::uint32_t>(paths.leaves());
    block.player_end = static_cast<std::uint32_t>(paths.block_players.size());
    paths.blocks.push_back(block);
    folds_.clear();
  }

 private:
  static std::size_t bits(Fold const& fold) { return fold.alone ? fold.players.size() : fold.bits.size(); }

  void append(Fold const& fold) {
    LeafPaths& paths = to_.paths;
    if (fold.alone) {
      std::uint32_t const leaf = fold.leaves.front();
      paths.tests.insert(paths.tests.end(), from_.tests.begin() + from_.test_begin[leaf],
                         from_.tests.begin() + from_.test_begin[leaf + 1]);
    }
    for (std::size_t n = 0; n < fold.bits.size(); ++n) {
      paths.tests.push_back(fold.bits[n].test);
      paths.tests.back().player = static_cast<std::uint8_t>(n);
    }
    paths.players.insert(paths.players.end(), fold.players.begin(), fold.players.end());
    paths.test_begin.push_back(static_cast<std::uint32_t>(paths.tests.size()));
    paths.player_begin.push_back(static_cast<std::uint32_t>(paths.players.size()));
    paths.table_begin.push_back(paths.table_begin.back() + (fold.players.size() << bits(fold)));
    paths.value.push_back(0.0);
    paths.fixed.push_back(0);
    paths.output.push_back(output_);
    for (std::uint32_t const leaf : fold.leaves) to_.parts.push_back(part_of(fold, leaf));
    to_.part_begin.push_back(static_cast<std::uint32_t>(to_.parts.size()));
  }

  [[nodiscard]] FoldPart part_of(Fold const& fold, std::uint32_t leaf) const {
    FoldPart part;
    part.leaf = leaf;
    std::size_t const first = from_.player_begin[leaf];
    for (std::size_t q = 0; first + q < from_.player_begin[leaf + 1]; ++q) {
      part.slot[q] = index_of(fold.players, from_.players[first + q]);
      part.bit[q] = static_cast<std::uint8_t>(q);
      if (fold.alone) continue;
      ReadBit const read = read_bit(from_.tests[from_.test_begin[leaf] + q]);
      part.bit[q] =
          static_cast<std::uint8_t>(std::lower_bound(fold.bits.begin(), fold.bits.end(), read.bit) - fold.bits.begin());
      part.flip[q] = read.flip ? 1 : 0;
    }
    return part;
  }

  LeafPaths const& from_;
  FoldedLeaves& to_;
  std::vector<Fold> folds_;
  std::uint32_t output_ = 0;
};

}  // namespace

FoldedLeaves fold_leaves(LeafPaths const& short_paths, FoldFor what) {
  FoldedLeaves result;
  Writer writer(short_paths, result);
  for (LeafBlock const& block : short_paths.blocks) {
    std::vector<Fold> folds;
    for (std::uint32_t leaf = block.begin; leaf < block.end; ++leaf) folds.push_back(fold_of(short_paths, leaf, what));
    fold_window(folds, what);
    for (Fold& fold : folds) writer.add(std::move(fold), block.output);
  }
  writer.flush();
  return result;
}

void part_patterns(FoldPart const& part, std::size_t players, std::span<std::uint32_t> out) {
  std::fill(out.begin(), out.end(), 0U);
  for (std::size_t q = 0; q < players; ++q) {
    for (std::size_t a = 0; a < out.size(); ++a) {
      out[a] |= (static_cast<std::uint32_t>(a >> part.bit[q] & 1U) ^ part.flip[q]) << q;
    }
  }
}

void FoldSum::begin(std::int64_t fold) {
  LeafPaths const& paths = folded_.paths;
  auto const f = static_cast<std::size_t>(fold);
  std::size_t const size = paths.table_begin[f + 1] - paths.table_begin[f];
  patterns_ = size / (paths.player_begin[f + 1] - paths.player_begin[f]);
  sums_.assign(size, 0.0);
}

void FoldSum::add(FoldPart const& part, float const* leaf_table) {
  std::size_t const k = short_paths_.player_begin[part.leaf + 1] - short_paths_.player_begin[part.leaf];
  pattern_.resize(patterns_);
  part_patterns(part, k, pattern_);
  for (std::size_t q = 0; q < k; ++q) {
    float const* const from = leaf_table + (q << k);
    double* const to = sums_.data() + part.slot[q] * patterns_;
    for (std::size_t a = 0; a < patterns_; ++a) to[a] += static_cast<double>(from[pattern_[a]]);
  }
}

void FoldSum::write(float* table) const {
  std::transform(sums_.begin(), sums_.end(), table, [](double sum) { return static_cast<float>(sum); });
}

std::vector<float> fold_tables(FoldedLeaves const& folded, LeafPaths const& short_paths,
                               std::span<float const> leaf_tables) {
  std::vector<float> tables(folded.paths.table_size());
  FoldSum sum(folded, short_paths);
  for (std::int64_t f = 0; f < folded.paths.leaves(); ++f) {
    auto const fold = static_cast<std::size_t>(f);
    sum.begin(f);
    for (std::uint32_t p = folded.part_begin[fold]; p < folded.part_begin[fold + 1]; ++p) {
      FoldPart const& part = folded.parts[p];
      sum.add(part, leaf_tables.data() + short_paths.table_begin[part.leaf]);
    }
    sum.write(tables.data() + folded.paths.table_begin[fold]);
  }
  return tables;
}

}  // namespace limpid
