// Workers of several engines, dealt in turn.
#include "explain/engine_devices.h"

#include <gtest/gtest.h>

#include <utility>

namespace limpid {
namespace {

/// Says which engine a worker is of, in place of explaining.
class NumberedEngine final : public Engine {
 public:
  explicit NumberedEngine(std::int32_t number) : number_(number), expected_{0.5} {}
  [[nodiscard]] std::unique_ptr<Worker> make_worker() const override {
    auto worker = std::make_unique<NumberedWorker>();
    worker->number = number_;
    return worker;
  }
  [[nodiscard]] std::vector<double> const& expected_value() const override { return expected_; }

 private:
  struct NumberedWorker final : Worker {
    std::int32_t number = -1;
    void explain(RowsView /*rows*/, bool /*count_only*/, Explanation& out) override { out.players = number; }
  };
  std::int32_t number_;
  std::vector<double> expected_;
};

std::unique_ptr<Engine> numbered(std::int32_t count) {
  std::vector<std::unique_ptr<Engine>> engines;
  engines.reserve(static_cast<std::size_t>(count));
  for (std::int32_t i = 0; i < count; ++i) engines.push_back(std::make_unique<NumberedEngine>(i));
  return make_devices_engine(std::move(engines));
}

TEST(DevicesEngine, DealsWorkersInTurn) {
  for (std::int32_t const devices : {1, 2, 3}) {
    auto const engine = numbered(devices);
    EXPECT_EQ(engine->expected_value(), std::vector<double>{0.5});
    for (std::int32_t i = 0; i < 7; ++i) {
      Explanation out;
      engine->make_worker()->explain({}, false, out);
      EXPECT_EQ(out.players, i % devices);
    }
  }
}

}  // namespace
}  // namespace limpid
