#include "cli/bench_job.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "cli/explain_job.h"
#include "cli/progress_printer.h"
#include "cli/signals.h"
#include "cli/simd_target.h"
#include "kernels/device.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

constexpr std::int64_t kFirstRows = 64;
constexpr double kMostGrowth = 1000.0;    ///< in rows, from one run to the next while they are sized
constexpr double kEnough = 0.5;           ///< of the time asked for
constexpr double kAlternativePart = 0.1;  ///< of --seconds for each

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// A folder of its own that goes with what is in it.
class ScratchFolder {
 public:
  ScratchFolder() : path_((std::filesystem::temp_directory_path() / "limpid-bench-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) {
      throw Error("output.write", fmt::format("cannot create a folder for the values: {}", std::strerror(errno)), path_,
                  "TMPDIR names another place");
    }
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(ScratchFolder const&) = delete;
  ScratchFolder& operator=(ScratchFolder const&) = delete;
  [[nodiscard]] std::string const& path() const noexcept { return path_; }

 private:
  std::string path_;
};

/// The background with a tenth of its rows, where it is drawn from the data.
std::optional<BackgroundOption> smaller_background(BackgroundOption const& background) {
  static constexpr std::int64_t kPart = 10;
  if (background.kind == BackgroundKind::kFile || background.count < kPart) return std::nullopt;
  auto out = background;
  out.count /= kPart;
  out.text = fmt::format("{}:{}", background.kind == BackgroundKind::kSample ? "sample" : "kmeans", out.count);
  return out;
}

/// Other options that people consider, each by itself.
std::vector<std::pair<std::string, ExplainOptions>> alternatives_of(ExplainOptions const& job, JobCosts const& costs) {
  std::vector<std::pair<std::string, ExplainOptions>> out;
  auto const with = [&](std::string change, auto const& edit) {
    out.emplace_back(std::move(change), job);
    edit(out.back().second);
  };
  if (costs.pairs && job.method != Method::kKernel && job.mean_link == MeanLink::kIdentity) {
    with("--space margin", [](ExplainOptions& o) {
      o.space = Space::kMargin;
      o.space_given = true;
    });
  }
  if (auto const fewer = smaller_background(job.background); costs.pairs && fewer) {
    with("--background " + fewer->text, [&](ExplainOptions& o) { o.background = *fewer; });
  }
  if (costs.threads > 1) with("--threads 1", [](ExplainOptions& o) { o.threads = 1; });
  if (costs.gpu || !device::profiles().empty()) {
    bool const to_gpu = !costs.gpu;
    with(to_gpu ? "--device cuda" : "--device cpu", [&](ExplainOptions& o) {
      o.device.kind = to_gpu ? DeviceKind::kCuda : DeviceKind::kCpu;
      o.device.text = to_gpu ? "cuda" : "cpu";
    });
  }
  return out;
}

double bytes_per_row(std::string const& path) {
  auto const rows = estimate_rows(path);
  std::error_code status;
  auto const bytes = std::filesystem::file_size(path, status);
  return rows > 0 && !status ? static_cast<double>(bytes) / static_cast<double>(rows) : 0.0;
}

}  // namespace

BenchJob::BenchJob(BenchOptions options, Console const& console) : options_(std::move(options)), console_(console) {
  console_.set_quiet(true);
  console_.set_verbose(false);
}

JobCosts BenchJob::trial(ExplainOptions options, std::int64_t rows) {
  throw_if_requested(stop_flag());
  ScratchFolder const folder;
  options.out = folder.path();
  options.data.most_rows = rows;
  ExplainJob job(std::move(options), console_);
  job.run();
  console_.set_silent(true);  // the others would repeat its warnings
  return job.costs();
}

JobCosts BenchJob::sized(ExplainOptions const& options, double seconds) {
  std::int64_t rows = kFirstRows;
  for (;;) {
    auto costs = trial(options, rows);
    at_end_ = costs.rows < rows;
    if (at_end_ || costs.seconds >= kEnough * seconds) return costs;
    auto const growth = std::min(kMostGrowth, seconds / std::max(costs.seconds, 1e-6));
    rows = std::max(rows + 1, static_cast<std::int64_t>(static_cast<double>(rows) * growth));
  }
}

void BenchJob::measure_alternatives(BenchFacts& facts) {
  for (auto& [change, options] : alternatives_of(options_.job, facts.runs.front())) {
    try {
      facts.alternatives.push_back({change, sized(options, options_.seconds * kAlternativePart)});
    } catch (Error const&) {
      continue;  // not every model and device can: then it is no alternative
    }
  }
}

BenchFacts BenchJob::run() {
  auto const start = Clock::now();
  BenchFacts facts;
  auto const& job = options_.job;
  facts.runs.push_back(sized(job, options_.seconds / (options_.runs + 1)));
  bool const whole_file = at_end_;
  while (static_cast<std::int32_t>(facts.runs.size()) < options_.runs && since(start) < options_.seconds) {
    facts.runs.push_back(trial(job, facts.runs.front().rows));
  }
  if (options_.alternatives) measure_alternatives(facts);
  facts.model = job.model;
  facts.data = job.data.path;
  facts.simd = simd_target();
  facts.sampled = job.background.kind != BackgroundKind::kFile;
  facts.bytes_per_row = bytes_per_row(job.data.path);
  auto const lines = estimate_rows(job.data.path) - (job.data.header ? 1 : 0);
  auto const rows_of_data = whole_file ? facts.runs.front().rows : std::max<std::int64_t>(lines, 0);
  facts.job_rows = options_.rows > 0 ? options_.rows : rows_of_data;
  facts.peak_memory_bytes = peak_memory_bytes();
  return facts;
}

}  // namespace limpid::cli
