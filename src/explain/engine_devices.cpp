#include "explain/engine_devices.h"

#include <atomic>
#include <utility>

namespace limpid {
namespace {

class DevicesEngine final : public Engine {
 public:
  explicit DevicesEngine(std::vector<std::unique_ptr<Engine>> engines) : engines_(std::move(engines)) {}

  [[nodiscard]] std::unique_ptr<Worker> make_worker() const override {
    return engines_[dealt_++ % engines_.size()]->make_worker();
  }
  [[nodiscard]] std::vector<double> const& expected_value() const override {
    return engines_.front()->expected_value();
  }
  [[nodiscard]] std::string estimator_solver() const override { return engines_.front()->estimator_solver(); }

 private:
  std::vector<std::unique_ptr<Engine>> engines_;
  mutable std::atomic<std::size_t> dealt_{0};  ///< workers so far
};

}  // namespace

std::unique_ptr<Engine> make_devices_engine(std::vector<std::unique_ptr<Engine>> engines) {
  if (engines.size() == 1) return std::move(engines.front());
  return std::make_unique<DevicesEngine>(std::move(engines));
}

}  // namespace limpid
