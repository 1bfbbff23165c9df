// apply_operator on the device gives the CPU's bytes.
#include <string>

#include "device/device_operator.h"
#include "device_fixture.h"

namespace limpid::tests {
namespace {

class ApplyOperatorEquivalence : public DeviceTest {};

/// Around the columns of a block, its games and its slab.
TEST_P(ApplyOperatorEquivalence, EveryKindAndSize) {
  for (ErrorKind const kind : {ErrorKind::kNone, ErrorKind::kResiduals, ErrorKind::kPosterior}) {
    for (std::int32_t const players : {2, 31, 64, 65, 129}) {
      for (std::int64_t const pairs : {1, 63, 64, 65, 130}) {
        for (std::int64_t const games : {0, 2, 8, 18}) {
          SCOPED_TRACE(std::to_string(players) + " players, " + std::to_string(pairs) + " pairs, " +
                       std::to_string(games) + " games");
          expect_equal_operators({kind, players, pairs, games, 2});
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, ApplyOperatorEquivalence, every_device(), name_of_device);

}  // namespace
}  // namespace limpid::tests
