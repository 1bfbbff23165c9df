/// The arrays of one pair of focused_game in one block's piece of memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/focused_game.task.h"

namespace limpid::focused {

/// How large they get over the pairs of a call.
struct MemorySize {
  std::int64_t players = 0;  ///< P
  std::int64_t outputs = 0;  ///< G
  std::int64_t leaves = 0;   ///< short and long
  std::int64_t entries = 0;  ///< G 2^b
  std::int64_t changes = 0;  ///< r G 2^b
  std::int64_t rest = 0;     ///< r
};

/// Over all V above the limit.
inline MemorySize memory_size(FocusedGameArgs const& args) {
  LatticeGameArgs const& game = args.lattice;
  MemorySize size{game.players, game.outputs, game.short_paths.leaves + game.long_paths.leaves, 0, 0, 0};
  for (std::int32_t live = game.max_players + 1; live <= std::min(game.players, args.most_players); ++live) {
    std::int32_t const level = args.effort.level(live);
    if (live <= level) continue;
    std::int64_t const entries = size.outputs << focus_bits(level);
    std::int32_t const below = focus_level_below(level);
    std::int64_t const rest = live - below + 1;
    size.entries = std::max(size.entries, entries);
    size.rest = std::max(size.rest, rest);
    size.changes = std::max(size.changes, (live - level + 1) * entries);
    size.changes = std::max(size.changes, rest * (size.outputs << focus_bits(below)));
  }
  return size;
}

/// Widest elements first, every array at a multiple of 16 bytes.
template <class Int, class Real>
struct Memory {
  std::uint64_t* keys = nullptr;         ///< [P]
  std::uint64_t* margin_keys = nullptr;  ///< [G x P] two's complement
  double* ends = nullptr;                ///< [r x G]
  double* values = nullptr;              ///< [G x P] of the level below
  std::uint32_t* marks = nullptr;        ///< [P]
  std::int32_t* roles = nullptr;         ///< [P]
  std::int32_t* order = nullptr;         ///< [P]
  std::uint32_t* alive = nullptr;        ///< [leaves]
  Int* base = nullptr;                   ///< [kBaseLattices x G x 2^b]
  Int* own = nullptr;                    ///< [kRestLattices x G x 2^b]
  // [G x 2^b]
  Real* none = nullptr;
  Real* whole = nullptr;
  Real* middle = nullptr;
  Real* low = nullptr;
  Real* high = nullptr;
  Real* squares = nullptr;
  Real* slope_none = nullptr;
  Real* slope_all = nullptr;
  Real* changes = nullptr;  ///< [r x G x 2^b]
  Real* empty = nullptr;    ///< [G]

  /// Lays the arrays out from `memory` on (nullptr: only to measure); returns their bytes.
  LIMPID_HD std::size_t lay_out(unsigned char* memory, MemorySize const& size) noexcept {
    std::size_t used = 0;
    place(keys, size.players, memory, used);
    place(margin_keys, size.outputs * size.players, memory, used);
    place(ends, size.rest * size.outputs, memory, used);
    place(values, size.outputs * size.players, memory, used);
    place(marks, size.players, memory, used);
    place(roles, size.players, memory, used);
    place(order, size.players, memory, used);
    place(alive, size.leaves, memory, used);
    place(base, kBaseLattices * size.entries, memory, used);
    place(own, kRestLattices * size.entries, memory, used);
    place(none, size.entries, memory, used);
    place(whole, size.entries, memory, used);
    place(middle, size.entries, memory, used);
    place(low, size.entries, memory, used);
    place(high, size.entries, memory, used);
    place(squares, size.entries, memory, used);
    place(slope_none, size.entries, memory, used);
    place(slope_all, size.entries, memory, used);
    place(changes, size.changes, memory, used);
    place(empty, size.outputs, memory, used);
    return used;
  }

 private:
  template <class T>
  LIMPID_HD static void place(T*& array, std::int64_t count, unsigned char* memory, std::size_t& used) noexcept {
    constexpr std::size_t kAlign = 16;
    array = memory == nullptr ? nullptr : reinterpret_cast<T*>(memory + used);
    used += (static_cast<std::size_t>(count) * sizeof(T) + kAlign - 1) / kAlign * kAlign;
  }
};

}  // namespace limpid::focused
