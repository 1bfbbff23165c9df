#include "compile/boxes.h"

#include <algorithm>
#include <span>
#include <unordered_map>

namespace limpid {
namespace {

std::span<Test const> tests_of(LeafPaths const& paths, std::size_t leaf) noexcept {
  return {paths.tests.data() + paths.test_begin[leaf], paths.test_begin[leaf + 1] - paths.test_begin[leaf]};
}

std::uint64_t key_of(Test const& test) noexcept {
  return std::uint64_t{test.column} << 16U | std::uint64_t{test.lo} << 8U | test.width;
}

/// The same leaf again: the tests of every player are the same.
bool is_same(LeafPaths const& paths, std::size_t one, std::size_t other) noexcept {
  auto const a = tests_of(paths, one);
  auto const b = tests_of(paths, other);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](Test const& x, Test const& y) { return key_of(x) == key_of(y) && x.player == y.player; });
}

/// Writes the boxes of one output after those of the outputs before it.
class BoxWriter {
 public:
  explicit BoxWriter(Boxes& boxes) : boxes_(boxes) {}

  void add_leaves(LeafPaths const& paths, std::uint32_t output) {
    std::unordered_multimap<std::uint64_t, Known> known;
    for (std::size_t leaf = 0; leaf < paths.fixed.size(); ++leaf) {
      if (paths.output[leaf] != output) continue;
      std::uint64_t const hash = hash_of(paths, leaf);
      auto const [begin, end] = known.equal_range(hash);
      auto const same = std::find_if(begin, end, [&](auto const& it) { return is_same(paths, it.second.leaf, leaf); });
      if (same != end) {
        add_to(boxes_.fixed[same->second.box], paths.fixed[leaf]);
      } else {
        known.emplace(hash, Known{leaf, boxes_.fixed.size()});
        add_box(paths, leaf);
      }
    }
  }

  void end_output() {
    while (boxes_.boxes() % kBoxPadding != 0) {
      boxes_.fixed.push_back(0);
      boxes_.term_begin.push_back(static_cast<std::uint32_t>(boxes_.terms.size()));
    }
    boxes_.output_begin.push_back(boxes_.boxes());
  }

 private:
  struct Known {
    std::size_t leaf;
    std::size_t box;
  };

  static std::uint64_t hash_of(LeafPaths const& paths, std::size_t leaf) noexcept {
    std::uint64_t hash = 0;
    for (Test const& test : tests_of(paths, leaf)) {
      hash = (hash ^ key_of(test) ^ std::uint64_t{test.player} << 56U) * 0x9E3779B97F4A7C15U;
      hash ^= hash >> 29U;
    }
    return hash;
  }

  /// Sums of fixed points wrap around, as the lattice does.
  static void add_to(std::int64_t& sum, std::int64_t fixed) noexcept {
    sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) + static_cast<std::uint64_t>(fixed));
  }

  void add_box(LeafPaths const& paths, std::size_t leaf) {
    for (Test const& test : tests_of(paths, leaf)) {
      boxes_.terms.push_back({index_of(test), paths.players[paths.player_begin[leaf] + test.player]});
    }
    boxes_.term_begin.push_back(static_cast<std::uint32_t>(boxes_.terms.size()));
    boxes_.fixed.push_back(paths.fixed[leaf]);
  }

  std::uint32_t index_of(Test test) {
    auto const [at, is_new] = index_.try_emplace(key_of(test), static_cast<std::uint32_t>(boxes_.tests.size()));
    test.player = 0;
    if (is_new) boxes_.tests.push_back(test);
    return at->second;
  }

  Boxes& boxes_;
  std::unordered_map<std::uint64_t, std::uint32_t> index_;
};

}  // namespace

BoxesView Boxes::view() const noexcept {
  BoxesView out;
  out.boxes = boxes();
  out.tests = tests.data();
  out.tests_count = static_cast<std::int64_t>(tests.size());
  out.terms = terms.data();
  out.term_begin = term_begin.data();
  out.fixed = fixed.data();
  out.output_begin = output_begin.data();
  return out;
}

Boxes make_boxes(CompiledModel const& model) {
  Boxes boxes;
  BoxWriter writer(boxes);
  for (std::int32_t g = 0; g < model.outputs(); ++g) {
    writer.add_leaves(model.short_paths, static_cast<std::uint32_t>(g));
    writer.add_leaves(model.long_paths, static_cast<std::uint32_t>(g));
    writer.end_output();
  }
  return boxes;
}

}  // namespace limpid
