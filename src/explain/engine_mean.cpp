#include "explain/engine_mean.h"

#include <algorithm>
#include <utility>

#include "explain/engine_common.h"

namespace limpid {
namespace {

void add(std::vector<double> const& from, std::vector<double>& to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

void divide(std::vector<double>& values, std::size_t count) {
  for (double& value : values) value /= static_cast<double>(count);
}

class MeanWorker final : public Engine::Worker {
 public:
  explicit MeanWorker(std::vector<std::unique_ptr<Engine::Worker>> members) : members_(std::move(members)) {}

  void explain(RowsView rows, bool count_only, Explanation& out) override {
    auto const count = static_cast<std::int64_t>(members_.size());
    for (std::int64_t m = 0; m < count; ++m) {
      auto& member = *members_[static_cast<std::size_t>(m)];
      member.poll = nullptr;
      if (poll) member.poll = [this, &rows, m, count](std::int64_t done) { poll((m * rows.rows + done) / count); };
      member.explain(rows, count_only, m == 0 ? out : other_);
      if (m > 0) take(count_only, out);
    }
    if (!count_only) finish(out);
  }

 private:
  void take(bool count_only, Explanation& out) const {
    for (std::size_t r = 0; r < out.largest.size(); ++r) out.largest[r] = std::max(out.largest[r], other_.largest[r]);
    if (count_only) return;
    add(other_.values, out.values);
    add(other_.predictions, out.predictions);
    add(other_.errors, out.errors);
    add(other_.interactions, out.interactions);
    for (std::size_t r = 0; r < out.estimated.size(); ++r) {
      out.estimated[r] = std::max(out.estimated[r], other_.estimated[r]);
    }
    for (std::size_t k = 0; k < kEstimatorKinds; ++k) out.pairs_by[k] += other_.pairs_by[k];
    for (std::size_t r = 0; r < out.over_target.size(); ++r) out.over_target[r] |= other_.over_target[r];
    out.seconds.bin += other_.seconds.bin;
    out.seconds.predict += other_.seconds.predict;
    out.seconds.summarise += other_.seconds.summarise;
  }

  void finish(Explanation& out) const {
    divide(out.values, members_.size());
    divide(out.predictions, members_.size());
    divide(out.errors, members_.size());  // the members share their designs: errors add up, they do not cancel
    divide(out.interactions, members_.size());
    summarise(out);
    finish_interactions(out);
  }

  std::vector<std::unique_ptr<Engine::Worker>> members_;
  Explanation other_;
};

class MeanEngine final : public Engine {
 public:
  explicit MeanEngine(std::vector<std::unique_ptr<Engine>> members)
      : members_(std::move(members)), expected_(members_.front()->expected_value()) {
    for (std::size_t m = 1; m < members_.size(); ++m) add(members_[m]->expected_value(), expected_);
    divide(expected_, members_.size());
  }

  [[nodiscard]] std::unique_ptr<Worker> make_worker() const override {
    std::vector<std::unique_ptr<Worker>> workers;
    for (auto const& member : members_) workers.push_back(member->make_worker());
    return std::make_unique<MeanWorker>(std::move(workers));
  }
  [[nodiscard]] std::vector<double> const& expected_value() const override { return expected_; }
  [[nodiscard]] std::string estimator_solver() const override { return members_.front()->estimator_solver(); }

 private:
  std::vector<std::unique_ptr<Engine>> members_;
  std::vector<double> expected_;  ///< [G]
};

}  // namespace

std::unique_ptr<Engine> make_mean_engine(std::vector<std::unique_ptr<Engine>> members) {
  if (members.size() == 1) return std::move(members.front());
  return std::make_unique<MeanEngine>(std::move(members));
}

}  // namespace limpid
