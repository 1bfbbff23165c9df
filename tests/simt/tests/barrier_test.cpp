// Every barrier of every kernel is needed: a process in which it does nothing reports a data race (thread sanitizer
// builds). The cases are small runs of all kernels; together they meet every barrier in kernels/.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "device/device_case.h"
#include "device/device_lattice.h"
#include "device/device_operator.h"
#include "device/focused_device.h"
#include "device/sampled_case.h"
#include "explain/engine.h"
#include "simt/sanitizers.h"
#include "simt/tests/emulated.h"
#include "simt/tests/subprocess.h"

namespace limpid {
namespace {

using reference::ModelShape;
using reference::Random;

/// Explains a few rows on the emulated device and on the CPU.
void expect_engine_equals_cpu(ModelShape const& shape, Question const& question, std::int64_t count) {
  Random random(31);
  Ensemble const ensemble = reference::random_ensemble(shape, random);
  CompiledModel const model = compile(ensemble);
  auto const background = reference::random_rows(ensemble, 3, random);
  auto const rows = reference::random_rows(ensemble, count, random);
  Explanation expected;
  Explanation found;
  make_cpu_engine(model, question, background.view(), serial_for)->make_worker()->explain(rows.view(), false, expected);
  auto const engine = make_cuda_engine(model, question, background.view(), 0);
  engine->make_worker()->explain(rows.view(), false, found);
  EXPECT_TRUE(same_bits(without_padding(found.values, found.stride, count),
                        without_padding(expected.values, found.stride, count)));
  EXPECT_TRUE(same_bits(without_padding(found.interactions, found.stride, count),
                        without_padding(expected.interactions, found.stride, count)));
  EXPECT_TRUE(same_bits(found.summary, expected.summary));
}

ModelShape small_shape(std::int32_t trees, std::int32_t depth, std::int32_t features) {
  ModelShape shape;
  shape.trees = trees;
  shape.depth = depth;
  shape.features = features;
  return shape;
}

TEST(BarrierCase, LeafTables) {
  expect_engine_equals_cpu(small_shape(60, 5, 6), {Space::kMargin, Method::kInterventional, Algorithm::kLeafTables, 16},
                           70);
}

/// More blocks of leaves than threads that look for a value's place in them: every output has its own.
TEST(BarrierCase, ManyBlocksOfLeaves) {
  ModelShape shape = small_shape(260, 1, 1);
  shape.outputs = 260;
  shape.leaf_early = 0.0;  // no tree without a split
  expect_engine_equals_cpu(shape, {Space::kMargin, Method::kInterventional, Algorithm::kLeafTables, 16}, 2);
}

/// Long paths too, whose patterns and products are shared.
TEST(BarrierCase, InteractionsOfTheMargin) {
  for (Method const method : {Method::kInterventional, Method::kPathDependent}) {
    Question question{Space::kMargin, method, Algorithm::kLeafTables, 16};
    question.interactions = true;
    expect_engine_equals_cpu(small_shape(4, 10, 12), question, 40);
  }
}

/// Players that come again, so that one lane changes what the others have found.
TEST(BarrierCase, WalkedTrees) {
  expect_engine_equals_cpu(small_shape(3, 11, 12), {Space::kMargin, Method::kPathDependent, Algorithm::kLeafTables, 16},
                           40);
}

TEST(BarrierCase, Lattice) {
  ModelShape shape = small_shape(9, 4, 6);
  shape.link = Link::kSoftmax;
  shape.outputs = 3;
  expect_engine_equals_cpu(shape, {Space::kResponse, Method::kInterventional, Algorithm::kLattice, 16}, 3);
}

TEST(BarrierCase, LatticeOfLongPaths) {
  expect_engine_equals_cpu(small_shape(2, 10, 12), {Space::kResponse, Method::kInterventional, Algorithm::kLattice, 16},
                           3);
}

TEST(BarrierCase, InteractionsOnTheLattice) {
  ModelShape shape = small_shape(9, 4, 6);
  shape.link = Link::kSoftmax;
  shape.outputs = 3;
  Question question{Space::kResponse, Method::kInterventional, Algorithm::kLattice, 16};
  question.interactions = true;
  expect_engine_equals_cpu(shape, question, 3);
}

/// More pairs than warps that play them, with lattices of less than a warp side by side.
TEST(BarrierCase, LatticesOnWarps) {
  tests::LatticeCase game = tests::make_lattice_case(
      {.rows = 9, .background = 8, .players = 4, .outputs = 2, .short_leaves = 600, .longest = 2});
  tests::expect_equal_games(game);
}

/// More pairs than blocks that play them, of more players than a warp's registers hold.
TEST(BarrierCase, LatticesOnBlocks) {
  tests::LatticeCase game = tests::make_lattice_case({.rows = 1, .background = 9, .players = 12, .short_leaves = 60});
  tests::expect_equal_games(game);
}

/// More than one stage of leaves, short and long.
TEST(BarrierCase, SampledGame) {
  tests::expect_naive_differences(
      {.rows = 1, .background = 1, .players = 20, .outputs = 2, .short_leaves = 300, .long_leaves = 70}, 3);
}

/// More than one slab.
TEST(BarrierCase, ApplyOperator) { tests::expect_equal_operators({ErrorKind::kPosterior, 3, 130, 2, 1}); }

/// More players than lanes hold entries of side by side.
TEST(BarrierCase, RowsWithTheirBackground) {
  ModelShape shape = small_shape(9, 4, 8);
  shape.link = Link::kSoftmax;
  shape.outputs = 3;
  Question question{Space::kResponse, Method::kInterventional, Algorithm::kLattice, 16};
  question.mean_link = MeanLink::kLogit;
  question.interactions = true;
  expect_engine_equals_cpu(shape, question, 3);
}

/// Fewer coalitions than threads, and several outputs: a thread's sums are not its games.
TEST(BarrierCase, FewPlayersWithTheirBackground) {
  ModelShape shape = small_shape(5, 4, 4);
  shape.link = Link::kSoftmax;
  shape.outputs = 3;
  Question question{Space::kResponse, Method::kInterventional, Algorithm::kLattice, 16};
  question.mean_link = MeanLink::kLogit;
  expect_engine_equals_cpu(shape, question, 3);
}

/// More rows than blocks, with sums that do not fit in shared memory.
TEST(BarrierCase, LargeRowsWithTheirBackground) {
  ModelShape shape = small_shape(12, 4, 12);
  shape.link = Link::kSigmoid;
  Question question{Space::kResponse, Method::kInterventional, Algorithm::kLattice, 16};
  question.mean_link = MeanLink::kLogit;
  expect_engine_equals_cpu(shape, question, 6);
}

/// Two pairs on one block: one of a whole lattice, and one of two levels.
TEST(BarrierCase, FocusedGame) {
  tests::FocusedCase made({.rows = 1, .background = 4, .players = 10, .outputs = 2, .short_leaves = 24}, 5, 1);
  tests::expect_equal_focus(made);
}

/// Barriers in the source of the kernels, as Site::text() has them.
std::set<std::string> barriers_in_source() {
  std::set<std::string> sites;
  for (auto const& entry : std::filesystem::directory_iterator(LIMPID_KERNELS)) {
    auto const name = entry.path().filename().string();
    if ((!name.ends_with(".cu") && !name.ends_with(".cuh")) || name.starts_with("launch")) continue;
    std::ifstream file(entry.path());
    int number = 0;
    for (std::string line; std::getline(file, line);) {
      ++number;
      std::string const code = line.substr(0, line.find("//"));
      if (code.find("__syncthreads") == std::string::npos && code.find("__syncwarp") == std::string::npos) continue;
      sites.insert(name + ":" + std::to_string(number));
    }
  }
  return sites;
}

char const* const kCases[] = {"BarrierCase.LeafTables",
                              "BarrierCase.InteractionsOfTheMargin",
                              "BarrierCase.WalkedTrees",
                              "BarrierCase.Lattice",
                              "BarrierCase.InteractionsOnTheLattice",
                              "BarrierCase.LatticeOfLongPaths",
                              "BarrierCase.LatticesOnWarps",
                              "BarrierCase.LatticesOnBlocks",
                              "BarrierCase.SampledGame",
                              "BarrierCase.ApplyOperator",
                              "BarrierCase.RowsWithTheirBackground",
                              "BarrierCase.FocusedGame",
                              "BarrierCase.ManyBlocksOfLeaves",
                              "BarrierCase.LargeRowsWithTheirBackground",
                              "BarrierCase.FewPlayersWithTheirBackground"};

/// The cases that meet each barrier in the source: no other can notice that it is missing.
std::map<std::string, std::vector<char const*>> cases_of_sites() {
  std::map<std::string, std::vector<char const*>> sites;
  for (auto const& site : barriers_in_source()) sites[site];
  for (char const* const name : kCases) {
    Outcome const outcome = run_again(name, {{"LIMPID_SIMT", "small"}, {"LIMPID_SIMT_LIST_BARRIERS", "1"}});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    for (auto& [site, cases] : sites) {
      if (outcome.output.find("barrier met: " + site + "\n") != std::string::npos) cases.push_back(name);
    }
  }
  return sites;
}

/// The first of the cases that notices the missing barrier; empty: none.
std::string noticed_by(std::vector<char const*> const& cases, std::string const& site, std::string const& order) {
  for (char const* const name : cases) {
    Outcome const outcome = run_again(
        name,
        {{"LIMPID_SIMT", "small," + order}, {"LIMPID_SIMT_SKIP_BARRIER", site}, {"TSAN_OPTIONS", kHaltAtFirstRace}});
    bool const race = outcome.output.find("ThreadSanitizer: data race") != std::string::npos;
    if (simt::kTsan ? race && outcome.exit_code == kRaceExit : outcome.exit_code != 0) return name;
  }
  return {};
}

TEST(BarrierMutation, SitesAreMetByTheCases) {
  for (auto const& [site, cases] : cases_of_sites()) EXPECT_FALSE(cases.empty()) << site << " was never met";
}

TEST(BarrierMutation, EveryRemovedBarrierIsReported) {
  if (!simt::kTsan) GTEST_SKIP() << "needs a build with the thread sanitizer";
  auto const sites = cases_of_sites();
  ASSERT_FALSE(sites.empty());
  for (auto const& [site, cases] : sites) {
    std::string const found = noticed_by(cases, site, "forward");
    EXPECT_FALSE(found.empty()) << "without the barrier at " << site << " no race is reported: is it needed?";
    std::cout << "removed barrier " << site << ": " << (found.empty() ? "NOT REPORTED" : "race in " + found) << "\n";
  }
}

/// Without the sanitizer: a wrong result, a crash or a broken rule in some thread order. Not every race shows this way,
/// so most of them is what is asked.
TEST(BarrierMutation, MostRemovedBarriersGiveWrongResultsInSomeOrder) {
  if (simt::kTsan || simt::kAsan) GTEST_SKIP() << "the sanitizers' builds have sharper tests";
  std::size_t noticed = 0;
  auto const sites = cases_of_sites();
  for (auto const& [site, cases] : sites) {
    std::string orders;
    for (std::string const order : {"forward", "reverse", "shuffled"}) {
      if (!noticed_by(cases, site, order).empty()) orders += " " + order;
    }
    if (!orders.empty()) ++noticed;
    std::cout << "removed barrier " << site << ": "
              << (orders.empty() ? " same result in every order" : "wrong in" + orders) << "\n";
  }
  EXPECT_GT(2 * noticed, sites.size());
}

/// LIMPID_SIMT_LIST_BARRIERS: the barriers that the tests met, one a line, at the end.
class ListBarriers : public testing::Environment {
 public:
  void TearDown() override {
    if (std::getenv("LIMPID_SIMT_LIST_BARRIERS") == nullptr) return;
    for (auto const& site : simt::barriers_seen()) std::cout << "barrier met: " << site << "\n";
  }
};
[[maybe_unused]] auto* const kListBarriers = testing::AddGlobalTestEnvironment(new ListBarriers());

}  // namespace
}  // namespace limpid
