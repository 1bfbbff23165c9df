// box_masks on the CPU: 64 rows are the lanes. Every distinct test is made once for them, as a word of rows; the words
// of a box's tests are spread to lanes of sets, 64 bytes of boxes at a time, and transposed to [row][box].
#include "kernels/box_masks.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "kernels/box_masks.task.h"
#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/box_masks_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/bin_test_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace {

constexpr std::int64_t kTileRows = 64;
constexpr std::size_t kLineBytes = 64;

template <class Mask>
using MaskTag = hn::CappedTag<Mask, kLineBytes / sizeof(Mask)>;

/// Failing players of one box for 64 rows. `failed` [tests]: bit r, row r fails the test.
template <class Mask>
HWY_INLINE void spread(BoxesView const& boxes, std::int64_t box, std::uint64_t const* HWY_RESTRICT failed,
                       Mask* HWY_RESTRICT lanes) {
  MaskTag<Mask> const d;
  constexpr std::size_t kLanes = hn::MaxLanes(MaskTag<Mask>());
  constexpr std::size_t kVectors = kTileRows / kLanes;
  std::uint32_t const begin = boxes.term_begin[box];
  std::uint32_t const end = boxes.term_begin[box + 1];
  hn::Vec<decltype(d)> sets[kVectors];
  for (auto& set : sets) set = begin == end ? hn::Set(d, static_cast<Mask>(~Mask{0})) : hn::Zero(d);
  for (std::uint32_t t = begin; t < end; ++t) {
    auto const player = hn::Set(d, static_cast<Mask>(Mask{1} << boxes.terms[t].player));
    std::uint64_t rows = failed[boxes.terms[t].test];
    for (std::size_t i = 0; i < kVectors; ++i) {
      auto const mask = hn::LoadMaskBits(d, reinterpret_cast<std::uint8_t const*>(&rows));
      sets[i] = hn::Or(sets[i], hn::IfThenElseZero(mask, player));
      if constexpr (kVectors > 1) rows >>= kLanes;
    }
  }
  for (std::size_t i = 0; i < kVectors; ++i) hn::Store(sets[i], d, lanes + i * kLanes);
}

/// As many boxes as 16 bytes have sets, from [box][64 rows] to lines of rows: row r at `lines` + r * kLineBytes.
template <class Mask>
HWY_INLINE void transpose(Mask const* HWY_RESTRICT lanes, std::uint8_t* HWY_RESTRICT lines) {
  constexpr std::size_t kBoxes = 16 / sizeof(Mask);
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t r = 0; r < kTileRows; ++r) {
    for (std::size_t i = 0; i < kBoxes; ++i) {
      std::memcpy(lines + r * kLineBytes + i * sizeof(Mask), lanes + i * kTileRows + r, sizeof(Mask));
    }
  }
#else
  // A set's place in 16 bytes x kBoxes vectors has as many bits of row as of box: perfect shuffles swap them.
  MaskTag<Mask> const d;
  constexpr std::size_t kLanes = hn::MaxLanes(MaskTag<Mask>());
  for (std::size_t first = 0; first < kTileRows; first += kLanes) {
    hn::Vec<decltype(d)> a[kBoxes];
    hn::Vec<decltype(d)> b[kBoxes];
    for (std::size_t i = 0; i < kBoxes; ++i) a[i] = hn::Load(d, lanes + i * kTileRows + first);
    for (std::size_t size = 1; size < kBoxes; size *= 2) {
      for (std::size_t i = 0; i < kBoxes / 2; ++i) {
        b[2 * i] = hn::InterleaveLower(d, a[i], a[i + kBoxes / 2]);
        b[2 * i + 1] = hn::InterleaveUpper(d, a[i], a[i + kBoxes / 2]);
      }
      for (std::size_t i = 0; i < kBoxes; ++i) a[i] = b[i];
    }
    for (std::size_t i = 0; i < kBoxes; ++i) {
      alignas(kLineBytes) Mask rows[kLanes];
      hn::Store(a[i], d, rows);
      for (std::size_t block = 0; block < kLanes; block += kBoxes) {
        std::memcpy(lines + (first + block + i) * kLineBytes, rows + block, 16);
      }
    }
  }
#endif
}

template <class Mask>
void masks_of(BoxMasksArgs const& args) {
  constexpr std::int64_t kPart = 16 / sizeof(Mask);
  constexpr std::int64_t kLine = kLineBytes / sizeof(Mask);
  static_assert(kBoxPadding % kLine == 0);
  BoxesView const& boxes = args.boxes;
  auto* const masks = reinterpret_cast<Mask*>(args.masks);
  std::vector<std::uint64_t> failed(static_cast<std::size_t>(boxes.tests_count));
  alignas(kLineBytes) Mask lanes[kPart * kTileRows];
  alignas(kLineBytes) std::uint8_t lines[kTileRows * kLineBytes];
  for (std::int64_t r = 0; r < args.bins.rows; r += kTileRows) {
    for (std::int64_t t = 0; t < boxes.tests_count; ++t) {
      std::int64_t const column = boxes.tests[t].column;
      failed[static_cast<std::size_t>(t)] =
          ~passing_rows(boxes.tests[t], args.bins.data + column * args.bins.stride + r);
    }
    std::int64_t const rows = std::min(args.bins.rows - r, kTileRows);
    for (std::int64_t box = 0; box < boxes.boxes; box += kLine) {
      for (std::int64_t part = 0; part < kLine; part += kPart) {
        for (std::int64_t i = 0; i < kPart; ++i) {
          spread(boxes, box + part + i, failed.data(), lanes + i * kTileRows);
        }
        transpose(lanes, lines + part * static_cast<std::int64_t>(sizeof(Mask)));
      }
      for (std::int64_t i = 0; i < rows; ++i) {
        std::memcpy(masks + (r + i) * boxes.boxes + box, lines + static_cast<std::size_t>(i) * kLineBytes, kLineBytes);
      }
    }
  }
}

void box_masks(BoxMasksArgs const& args) {
  if (args.mask_bytes == 2) return masks_of<std::uint16_t>(args);
  if (args.mask_bytes == 4) return masks_of<std::uint32_t>(args);
  masks_of<std::uint64_t>(args);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
namespace {
HWY_EXPORT(box_masks);
}  // namespace

void box_masks_cpu(BoxMasksArgs const& args) { HWY_DYNAMIC_DISPATCH(box_masks)(args); }

}  // namespace limpid
#endif
