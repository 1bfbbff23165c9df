/// box_masks: for every row and box (compile/layout.h) the set of players whose conditions the row fails. All ones for
/// the boxes that only pad. Integers: same bits on every device. Of the CPU alone, where the games of pairs read them:
/// a pair's box is alive iff no player is in both sets, and its cube is then A = what the background row fails, B =
/// what the row fails.
#pragma once

#include <cstdint>

#include "compile/layout.h"

namespace limpid {

struct BoxMasksArgs {
  BoxesView boxes;
  BinsView bins;
  std::int32_t mask_bytes = 2;    ///< player_set_bytes(P): 2, 4 or 8
  std::uint8_t* masks = nullptr;  ///< [R x boxes] sets of mask_bytes, bit p: player p; 64-byte aligned
};

void box_masks_cpu(BoxMasksArgs const& args);

}  // namespace limpid
