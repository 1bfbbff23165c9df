#include "compile/leaf_paths.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "compile/condition.h"
#include "limpid/error.h"

namespace limpid {
namespace {

/// Appends leaves to one class, block by block: a block's leaves are kept until it is full, then sorted by K.
class BlockWriter {
 public:
  BlockWriter(LeafPaths& paths, bool tables, bool covers, std::size_t players)
      : paths_(paths), tables_(tables), covers_(covers), in_block_(players, 0) {}

  std::vector<Test>& tests() noexcept { return tests_; }
  void player(std::uint32_t player, double cover_ratio) {
    players_.push_back(player);
    if (in_block_[player] == 0) block_players_.push_back(player);
    in_block_[player] = 1;
    ratios_.push_back(cover_ratio);
  }
  void finish_leaf(double value, std::int64_t fixed, std::uint32_t tree) {
    leaves_.push_back({test_end_, tests_.size(), player_end_, players_.size(), value, fixed, tree});
    test_end_ = tests_.size();
    player_end_ = players_.size();
  }
  void end_leaf(std::uint32_t output, double value, std::int64_t fixed, std::uint32_t tree) {
    finish_leaf(value, fixed, tree);
    if (leaves_.size() == static_cast<std::size_t>(kBlockLeaves)) flush(output);
  }

  void flush(std::uint32_t output) {
    if (leaves_.empty()) return;
    std::stable_sort(leaves_.begin(), leaves_.end(), [](Leaf const& a, Leaf const& b) { return a.k() < b.k(); });
    LeafBlock block;
    block.begin = static_cast<std::uint32_t>(paths_.leaves());
    for (Leaf const& leaf : leaves_) append(leaf, output);
    block.end = static_cast<std::uint32_t>(paths_.leaves());
    block.output = output;
    block.player_begin = static_cast<std::uint32_t>(paths_.block_players.size());
    paths_.block_players.insert(paths_.block_players.end(), block_players_.begin(), block_players_.end());
    std::sort(paths_.block_players.begin() + block.player_begin, paths_.block_players.end());
    block.player_end = static_cast<std::uint32_t>(paths_.block_players.size());
    paths_.blocks.push_back(block);
    leaves_.clear();
    tests_.clear();
    players_.clear();
    for (std::uint32_t const player : block_players_) in_block_[player] = 0;
    block_players_.clear();
    ratios_.clear();
    test_end_ = player_end_ = 0;
  }

 private:
  struct Leaf {
    std::size_t test_begin, test_end, player_begin, player_end;
    double value;
    std::int64_t fixed;
    std::uint32_t tree;
    [[nodiscard]] std::size_t k() const noexcept { return player_end - player_begin; }
  };

  template <class T>
  static void copy(std::vector<T> const& from, std::size_t begin, std::size_t end, std::vector<T>& to) {
    to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(begin),
              from.begin() + static_cast<std::ptrdiff_t>(end));
  }

  void append(Leaf const& leaf, std::uint32_t output) {
    copy(tests_, leaf.test_begin, leaf.test_end, paths_.tests);
    copy(players_, leaf.player_begin, leaf.player_end, paths_.players);
    if (covers_) copy(ratios_, leaf.player_begin, leaf.player_end, paths_.cover_ratio);
    paths_.test_begin.push_back(static_cast<std::uint32_t>(paths_.tests.size()));
    paths_.player_begin.push_back(static_cast<std::uint32_t>(paths_.players.size()));
    paths_.table_begin.push_back(paths_.table_begin.back() + (tables_ ? leaf.k() << leaf.k() : 0));
    paths_.value.push_back(leaf.value);
    paths_.fixed.push_back(leaf.fixed);
    paths_.output.push_back(output);
    paths_.tree.push_back(leaf.tree);
  }

  LeafPaths& paths_;
  bool tables_;
  bool covers_;
  std::vector<Test> tests_;
  std::vector<std::uint32_t> players_;
  std::vector<std::uint32_t> block_players_;  ///< distinct ones, as they came
  std::vector<std::uint8_t> in_block_;        ///< [P]
  std::vector<double> ratios_;
  std::vector<Leaf> leaves_;
  std::size_t test_end_ = 0;
  std::size_t player_end_ = 0;
};

/// The merged conditions between the root and where the walk stands; enter and leave in last-in, first-out order.
class Path {
 public:
  Path(Binning const& binning, Players const& players)
      : binning_(binning),
        player_of_(players.of_feature),
        slot_(binning.groups.size(), -1),
        conditions_of_(players.names.size(), 0) {}

  void enter(Split const& split, bool left, double share) {
    std::int32_t& slot = slot_[split.group];
    bool const first = slot < 0;
    if (first) {
      slot = static_cast<std::int32_t>(conditions_.size());
      conditions_.emplace_back().group = split.group;
      if (conditions_of_[player_of(split.group)]++ == 0) ++players_;
    }
    Condition& condition = conditions_[static_cast<std::size_t>(slot)];
    undo_.push_back({condition, first, sets_.size()});
    restrict_to(condition, split, left);
    condition.cover_ratio *= share;
    if (split.kind == ColumnKind::kCategorySet) sets_.push_back({split.group, split.column, !left});
  }

  void leave() {
    Undo const& last = undo_.back();
    std::int32_t& slot = slot_[last.condition.group];
    sets_.resize(last.sets);
    if (last.first) {
      conditions_.pop_back();
      slot = -1;
      if (--conditions_of_[player_of(last.condition.group)] == 0) --players_;
    } else {
      conditions_[static_cast<std::size_t>(slot)] = last.condition;
    }
    undo_.pop_back();
  }

  [[nodiscard]] std::size_t players() const noexcept { return players_; }

  /// A player's tests are those of all its conditions, its cover ratio is the product of theirs, in order of groups.
  void write(BlockWriter& out) {
    order_.resize(conditions_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    std::uint8_t q = 0;
    for (std::size_t i = 0; i < order_.size(); ++q) {
      std::uint32_t const player = player_of(conditions_[order_[i]].group);
      double ratio = 1.0;
      for (; i < order_.size() && player_of(conditions_[order_[i]].group) == player; ++i) {
        append_tests(binning_, conditions_[order_[i]], sets_, q, out.tests());
        ratio *= conditions_[order_[i]].cover_ratio;
      }
      out.player(player, ratio);
    }
  }

 private:
  [[nodiscard]] std::uint32_t player_of(std::uint32_t group) const noexcept {
    return static_cast<std::uint32_t>(player_of_[group / 2]);
  }
  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> key(std::size_t condition) const noexcept {
    std::uint32_t const group = conditions_[condition].group;
    return {player_of(group), group};
  }

  struct Undo {
    Condition condition;
    bool first;
    std::size_t sets;
  };

  Binning const& binning_;
  std::vector<std::int32_t> const& player_of_;  ///< [M]
  std::vector<std::int32_t> slot_;              ///< [2 M] bin group -> index in conditions_, or -1
  std::vector<std::uint32_t> conditions_of_;    ///< [P]
  std::size_t players_ = 0;                     ///< of the path
  std::vector<Condition> conditions_;
  std::vector<SetTest> sets_;
  std::vector<Undo> undo_;
  std::vector<std::size_t> order_;
};

class Walker {
 public:
  Walker(Ensemble const& ensemble, Binning const& binning, Players const& players, CompiledModel& model)
      : ensemble_(ensemble),
        binning_(binning),
        model_(model),
        path_(binning, players),
        short_(model.short_paths, true, model.has_covers, players.names.size()),
        long_(model.long_paths, false, model.has_covers, players.names.size()),
        wide_(model.wide_paths.paths, false, model.has_covers, players.names.size()) {}

  void walk_output(std::int32_t output) {
    for (std::size_t t = 0; t < ensemble_.trees.size(); ++t) {
      if (ensemble_.trees[t].output == output) walk_tree(t);
    }
    short_.flush(static_cast<std::uint32_t>(output));
    long_.flush(static_cast<std::uint32_t>(output));
    wide_.flush(static_cast<std::uint32_t>(output));
  }

 private:
  /// Depth first with a stack of our own: trees may be as deep as they have nodes.
  void walk_tree(std::size_t t) {
    Tree const& tree = ensemble_.trees[t];
    splits_.resize(tree.left.size());
    pending_.push_back({0, kRoot, false});
    while (!pending_.empty()) {
      Step const step = pending_.back();
      pending_.pop_back();
      if (step.node == kLeave) {
        path_.leave();
        continue;
      }
      if (step.parent != kRoot) {
        double const share = model_.has_covers ? cover_share(tree.cover[step.node], tree.cover[step.parent]) : 1.0;
        path_.enter(splits_[step.parent], step.left, share);
        pending_.push_back({kLeave, kRoot, false});
      }
      if (tree.left[step.node] < 0) {
        write_leaf(t, step.node);
        continue;
      }
      splits_[step.node] = split_of(binning_, ensemble_, tree, step.node);
      pending_.push_back({static_cast<std::size_t>(tree.right[step.node]), step.node, false});
      pending_.push_back({static_cast<std::size_t>(tree.left[step.node]), step.node, true});
    }
  }

  void write_leaf(std::size_t t, std::size_t node) {
    Tree const& tree = ensemble_.trees[t];
    std::size_t const k = path_.players();
    if (k == 0) return;
    if (k > static_cast<std::size_t>(kMaxWidePlayers)) {
      throw Error("model.tree",
                  fmt::format("tree {} has a path that tests {} different {}, at most {} are supported", t, k,
                              model_.players == model_.features ? "features" : "players", kMaxWidePlayers),
                  fmt::format("tree {}, leaf {}", t, node), "train with a smaller max_depth, or group features");
    }
    bool const is_wide = k > static_cast<std::size_t>(kMaxLongPlayers);
    WidePaths& wide = model_.wide_paths;
    if (is_wide && wide.players == 0) {
      wide.players = static_cast<std::int32_t>(k);
      wide.tree = static_cast<std::int64_t>(t);
      wide.node = static_cast<std::int64_t>(node);
    }
    double const value = leaf_value(ensemble_, tree, node);
    auto const output = static_cast<std::uint32_t>(tree.output);
    BlockWriter& out = is_wide ? wide_ : k <= static_cast<std::size_t>(kMaxShortPlayers) ? short_ : long_;
    path_.write(out);
    out.end_leaf(output, value, std::llrint(value / model_.fixed_point.step[output]), static_cast<std::uint32_t>(t));
  }

  struct Step {
    std::size_t node;
    std::size_t parent;
    bool left;
  };
  static constexpr std::size_t kRoot = ~std::size_t{0};   // as parent
  static constexpr std::size_t kLeave = ~std::size_t{0};  // as node

  Ensemble const& ensemble_;
  Binning const& binning_;
  CompiledModel& model_;
  Path path_;
  BlockWriter short_;
  BlockWriter long_;
  BlockWriter wide_;
  std::vector<Split> splits_;  ///< [nodes] of the tree at hand
  std::vector<Step> pending_;
};

}  // namespace

void append_leaf_paths(Ensemble const& ensemble, Binning const& binning, Players const& players, CompiledModel& model) {
  Walker walker(ensemble, binning, players, model);
  for (std::int32_t g = 0; g < model.outputs(); ++g) walker.walk_output(g);
}

}  // namespace limpid
