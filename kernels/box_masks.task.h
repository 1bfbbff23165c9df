/// One set of box_masks.
#pragma once

#include "kernels/bin_test.task.h"
#include "kernels/box_masks.h"

namespace limpid {

struct BoxMasksTask {
  BoxMasksArgs args;

  /// The players of the box that fail on row r.
  [[nodiscard]] LIMPID_HD std::uint64_t operator()(std::int64_t box, std::int64_t r) const noexcept {
    BoxesView const& boxes = args.boxes;
    std::uint32_t const begin = boxes.term_begin[box];
    std::uint32_t const end = boxes.term_begin[box + 1];
    if (begin == end) return ~std::uint64_t{0};
    std::uint64_t failed = 0;
    for (std::uint32_t t = begin; t < end; ++t) {
      Test const& test = boxes.tests[boxes.terms[t].test];
      if (!passes(test, bin_of(args.bins, test, r))) failed |= std::uint64_t{1} << boxes.terms[t].player;
    }
    return failed;
  }
};

}  // namespace limpid
