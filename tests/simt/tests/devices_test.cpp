// Two devices: chunks explained on either, at the same time, have the CPU's bytes.
#include <gtest/gtest.h>

#include <thread>

#include "device/device_case.h"
#include "explain/engine.h"
#include "explain/engine_devices.h"
#include "simt/memory.h"
#include "simt/tests/emulated.h"

namespace limpid {
namespace {

using reference::ModelShape;
using reference::Random;

/// A chunk, and who explains it.
struct Job {
  reference::Rows rows;
  Explanation expected;
  Explanation found;
};

constexpr int kWorkers = 4;
constexpr int kChunks = 3;  // of a worker

/// Every worker explains its chunks on a thread of its own.
void explain_at_once(Engine& engine, std::vector<Job>& jobs) {
  std::vector<std::unique_ptr<Engine::Worker>> workers;
  workers.reserve(kWorkers);
  for (int w = 0; w < kWorkers; ++w) workers.push_back(engine.make_worker());
  std::vector<std::thread> threads;
  threads.reserve(kWorkers);
  for (int w = 0; w < kWorkers; ++w) {
    threads.emplace_back([&, w] {
      for (int c = 0; c < kChunks; ++c) {
        auto& job = jobs[static_cast<std::size_t>(w * kChunks + c)];
        workers[static_cast<std::size_t>(w)]->explain(job.rows.view(), false, job.found);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

void expect_cpu_bytes(Question const& question) {
  Random random(41);
  ModelShape shape;
  shape.trees = 6;
  shape.depth = 4;
  shape.features = 6;
  shape.link = Link::kSigmoid;
  Ensemble const ensemble = reference::random_ensemble(shape, random);
  CompiledModel const model = compile(ensemble);
  auto const background = reference::random_rows(ensemble, 3, random);
  std::vector<std::unique_ptr<Engine>> engines;
  engines.reserve(2);
  for (std::int32_t device = 0; device < 2; ++device) {
    engines.push_back(make_cuda_engine(model, question, background.view(), device));
  }
  auto const engine = make_devices_engine(std::move(engines));
  auto const cpu_engine = make_cpu_engine(model, question, background.view(), serial_for);
  auto const cpu = cpu_engine->make_worker();
  std::vector<Job> jobs(kWorkers * kChunks);
  for (auto& job : jobs) {
    job.rows = reference::random_rows(ensemble, 9, random);
    cpu->explain(job.rows.view(), false, job.expected);
  }
  explain_at_once(*engine, jobs);
  for (auto const& job : jobs) {
    EXPECT_TRUE(same_bits(without_padding(job.found.values, job.found.stride, 9),
                          without_padding(job.expected.values, job.expected.stride, 9)));
  }
}

TEST(TwoDevices, GiveTheBytesOfTheCpu) {
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): configure changes what the reference shows
  simt::Settings const before = simt::settings();
  simt::configure({"t4", simt::Order::kShuffled, 5, {}, 0, 2});
  expect_cpu_bytes({Space::kMargin, Method::kInterventional, Algorithm::kLeafTables, 16});
  expect_cpu_bytes({Space::kResponse, Method::kInterventional, Algorithm::kLattice, 16});
  EXPECT_EQ(simt::device_bytes_in_use(), 0U);
  simt::configure(before);
}

}  // namespace
}  // namespace limpid
